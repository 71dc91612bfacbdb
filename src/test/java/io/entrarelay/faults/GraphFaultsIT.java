package io.entrarelay.faults;

import static org.awaitility.Awaitility.await;

import io.entrarelay.simulator.Fault;
import io.entrarelay.simulator.FaultScript;
import io.entrarelay.simulator.FaultScript.Provoked;
import io.entrarelay.simulator.FaultScript.Request;
import io.entrarelay.simulator.TenantCondition;
import io.entrarelay.simulator.Truth;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;

/**
 * Faults of Graph and of Entra: one relay collects from as many tenants as there are rows, and each
 * tenant suffers its own at the same time.
 */
class GraphFaultsIT extends FaultRows {
  private static final Duration SOON = Duration.ofMinutes(5);

  /** How long a fault lasts. */
  private static final long FAULT = 6_000;

  private final Map<String, FaultScript> scripts = new ConcurrentHashMap<>();
  private @Nullable Site site;

  GraphFaultsIT() {
    super(32);
  }

  private interface Trial {
    void run(Row row, String tenantId) throws Exception;
  }

  private record Case(String number, String fault, Trial trial) {}

  private final List<Case> cases =
      List.of(
          new Case(
              "1",
              "events visible 1 s to 2 h late (compressed 2,400 times)",
              (row, tenantId) -> {
                row.about(GraphFaultsIT::isLate).underWay();
                Thread.sleep(FAULT);
                row.over().settle(SOON);
              }),
          new Case(
              "2",
              "stragglers of a second of which others were shown before",
              (row, tenantId) -> {
                row.about(stragglers()).underWay();
                Thread.sleep(FAULT);
                row.over().settle(SOON);
              }),
          new Case(
              "3",
              "503 on every page but the first of a walk, for 6 s",
              (row, tenantId) -> {
                row.underWay();
                during(tenantId, on(Request::continuation, Provoked.of(Fault.UNAVAILABLE)));
                row.over().settle(SOON);
              }),
          new Case(
              "5",
              "429 with Retry-After whole, fractional, absent (1 to 300 s, compressed), for 6 s",
              (row, tenantId) -> {
                row.underWay();
                during(tenantId, throttling("1", "0.350", null, "2", "5"));
                row.over().settle(SOON);
              }),
          new Case(
              "6a",
              "nextLink expires in the middle of every walk, for 6 s",
              (row, tenantId) -> {
                row.underWay();
                during(tenantId, on(Request::continuation, Provoked.of(Fault.SKIP_TOKEN_EXPIRED)));
                row.over().settle(SOON);
              }),
          new Case(
              "6b",
              "token expires in the middle of every other walk, for 6 s",
              (row, tenantId) -> {
                row.underWay();
                AtomicInteger requests = new AtomicInteger();
                during(
                    tenantId,
                    request ->
                        request.continuation() && requests.incrementAndGet() % 2 == 1
                            ? Provoked.of(Fault.TOKEN_EXPIRED)
                            : null);
                row.over().settle(SOON);
              }),
          new Case(
              "7",
              "each record's first answer lacks every third row, for 6 s",
              (row, tenantId) -> {
                row.underWay();
                during(tenantId, request -> Provoked.of(Fault.FEWER_ROWS));
                row.over().settle(SOON);
              }),
          new Case(
              "8",
              "200 with truncated JSON, an error object, an error inside the page, for 6 s",
              (row, tenantId) -> {
                row.underWay();
                AtomicInteger requests = new AtomicInteger();
                List<Fault> faults =
                    List.of(
                        Fault.TRUNCATED_JSON,
                        Fault.ERROR_OBJECT,
                        Fault.ERROR_IN_PAGE,
                        Fault.EMPTY_BODY,
                        Fault.HTML);
                during(
                    tenantId,
                    request -> Provoked.of(faults.get(requests.getAndIncrement() % faults.size())));
                row.over().settle(SOON);
              }),
          new Case(
              "9",
              "same id later with changed content, also back to the first",
              (row, tenantId) -> {
                row.about(entry -> entry.contents().size() > 1).underWay();
                Thread.sleep(FAULT);
                row.over().settle(SOON);
              }),
          new Case(
              "19a",
              "consent revoked, granted again after 6 s",
              (row, tenantId) -> refusedFor(FAULT, row, tenantId, TenantCondition.CONSENT_MISSING)),
          new Case(
              "19b",
              "permission taken away, granted again after 6 s",
              (row, tenantId) ->
                  refusedFor(FAULT, row, tenantId, TenantCondition.PERMISSION_MISSING)),
          new Case(
              "21",
              "token endpoint down for 12 s (an hour, compressed 300 times), no token left",
              (row, tenantId) ->
                  refusedFor(2 * FAULT, row, tenantId, TenantCondition.TOKEN_ENDPOINT_DOWN)),
          new Case(
              "23",
              "certificate replaced while running",
              (row, tenantId) -> {
                row.underWay();
                var renewed = site().simulator().renewCertificate(tenantId, Duration.ofDays(90));
                site().simulator().expireTokens(tenantId);
                Thread.sleep(FAULT); // Entra knows the new one, the relay has the old one
                site().simulator().writeConfig(site().config(), renewed);
                row.over().settle(SOON);
              }),
          new Case(
              "24",
              "certificate expired while running, replaced after 6 s",
              (row, tenantId) -> {
                var simulator = site().simulator();
                row.underWay();
                simulator.writeConfig(
                    site().config(), simulator.renewCertificate(tenantId, Duration.ofSeconds(5)));
                Thread.sleep(FAULT);
                simulator.expireTokens(tenantId);
                Thread.sleep(FAULT);
                simulator.writeConfig(
                    site().config(), simulator.renewCertificate(tenantId, Duration.ofDays(90)));
                row.over().settle(SOON);
              }),
          new Case(
              "25",
              "certificate revoked (removed from the application), registered again after 6 s",
              (row, tenantId) ->
                  refusedFor(FAULT, row, tenantId, TenantCondition.CERTIFICATE_MISSING)));

  private Site site() {
    return java.util.Objects.requireNonNull(site);
  }

  @TestFactory
  @Timeout(180)
  Stream<DynamicTest> graphFaults() throws Exception {
    List<Case> chosen = cases.stream().filter(it -> Rows.isChosen(it.number)).toList();
    if (chosen.isEmpty()) {
      return Stream.of();
    }
    Site shared =
        new Site(
            "graph-faults",
            directory,
            Site.graph().tenants(chosen.size()).late(0.2).revised(0.2).seed(21).build(),
            Map.of());
    site = shared;
    farEnds().join(shared, "graph");
    shared.start();
    shared
        .simulator()
        .script(
            request -> scripts.getOrDefault(request.tenantId(), FaultScript.NONE).provoke(request));
    for (int i = 0; i < chosen.size(); i++) {
      Case each = chosen.get(i);
      String tenantId = shared.simulator().tenants().get(i).tenantId();
      Row row = shared.row(each.number, each.fault, List.of(tenantId));
      rows().add(each.number, each.fault, () -> each.trial.run(row, tenantId));
    }
    return rows().tests();
  }

  @AfterEach
  void endSite() throws IOException {
    rows().close();
    if (site != null) {
      site.close();
    }
  }

  private void during(String tenantId, FaultScript script) throws InterruptedException {
    AtomicInteger provoked = new AtomicInteger();
    scripts.put(
        tenantId,
        request -> {
          Provoked fault = script.provoke(request);
          if (fault != null) {
            provoked.incrementAndGet();
          }
          return fault;
        });
    Thread.sleep(FAULT);
    await().atMost(SOON).until(() -> provoked.get() > 0);
    scripts.remove(tenantId);
  }

  private static FaultScript on(Predicate<Request> which, Provoked provoked) {
    return request -> which.test(request) ? provoked : null;
  }

  private static FaultScript throttling(@Nullable String... retryAfter) {
    AtomicInteger requests = new AtomicInteger();
    return request -> {
      int number = requests.getAndIncrement();
      return Provoked.tooMany(retryAfter[number % retryAfter.length]);
    };
  }

  /** The tokens of before count no longer, and new ones are refused for a while. */
  private void refusedFor(long millis, Row row, String tenantId, TenantCondition condition)
      throws Exception {
    row.underWay();
    site().simulator().condition(tenantId, condition);
    site().simulator().expireTokens(tenantId);
    Thread.sleep(millis);
    site().simulator().condition(tenantId, TenantCondition.WELL);
    row.over().settle(SOON.multipliedBy(2));
  }

  private static boolean isLate(Truth.Entry entry) {
    return entry.visible().isAfter(entry.time());
  }

  /** Late ones; at this rate each second has others that were shown at once. */
  private static Predicate<Truth.Entry> stragglers() {
    return entry ->
        isLate(entry) && entry.visible().getEpochSecond() > entry.time().getEpochSecond();
  }
}
