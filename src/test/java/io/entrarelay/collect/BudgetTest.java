package io.entrarelay.collect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.entrarelay.collect.Budget.Grant;
import io.entrarelay.collect.Budget.Tenant;
import io.entrarelay.plan.Work;
import io.entrarelay.record.Report;
import io.entrarelay.state.Allowance;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class BudgetTest {
  private static final RequestLimit LIMIT = new RequestLimit(5, Duration.ofSeconds(10));
  private static final long SPAN = 10_000;

  private final FakeTime time = new FakeTime();
  private final long start = time.now();
  private final Budget budget = new Budget(LIMIT, false, time::now, time::at);
  private final List<Grant> grants = new ArrayList<>();

  private Tenant tenant(String name) {
    return budget.tenant("app", name, false);
  }

  private static Grant taken(Tenant tenant, Work work) {
    return Objects.requireNonNull(tenant.take(work), "no request is free");
  }

  /** In any window of a span's length, at most so many of these moments. */
  private static void assertWithin(int limit, List<Long> moments) {
    List<Long> sorted = moments.stream().sorted().toList();
    for (int i = limit; i < sorted.size(); i++) {
      assertThat(sorted.get(i) - sorted.get(i - limit))
          .as("%d requests within a span", limit + 1)
          .isGreaterThanOrEqualTo(SPAN);
    }
  }

  /** Sends requests of random length for one kind of work of a tenant, one after the other. */
  private static final class Sender {
    private final FakeTime time;
    private final Tenant tenant;
    private final Work work;
    private final Random random;
    private final List<List<Long>> counters;
    private final long until;
    private boolean waiting;
    private int sent;

    private Sender(
        FakeTime time,
        Tenant tenant,
        Work work,
        Random random,
        List<List<Long>> counters,
        long until) {
      this.time = time;
      this.tenant = tenant;
      this.work = work;
      this.random = random;
      this.counters = counters;
      this.until = until;
    }

    private void go() {
      if (time.now() < until) {
        waiting = true;
        tenant.await(work, this::use);
      }
    }

    private void use(Grant grant) {
      waiting = false;
      switch (random.nextInt(12)) {
        case 0 -> grant.unused();
        case 1 -> {
          if (random.nextInt(10) == 0) {
            tenant.pause(Duration.ofMillis(random.nextInt(8_000)));
          }
          send(grant, random.nextInt(40_000));
          return;
        }
        default -> {
          send(grant, random.nextBoolean() ? random.nextInt(400) : 0);
          return;
        }
      }
      time.at(time.now() + 1 + random.nextInt(3_000), this::go);
    }

    private void send(Grant grant, long lasts) {
      sent++;
      long counted = time.now() + (lasts == 0 ? 0 : random.nextInt((int) lasts + 1));
      counters.forEach(counter -> counter.add(counted));
      time.at(
          time.now() + lasts,
          () -> {
            grant.answered();
            grant.answered();
            grant.unused(); // a grant ends once
            Grant more = random.nextBoolean() ? tenant.take(work) : null;
            if (more != null) {
              use(more);
            } else {
              time.at(time.now() + random.nextInt(50), this::go);
            }
          });
    }
  }

  @Property(tries = 60)
  void noWindowEverHoldsMoreThanTheLimitAndNobodyIsForgotten(
      @ForAll long seed,
      @ForAll @IntRange(min = 1, max = 45) int tenants,
      @ForAll boolean startEmpty) {
    FakeTime clock = new FakeTime();
    long begin = clock.now();
    Budget shared = new Budget(LIMIT, false, clock::now, clock::at);
    Random random = new Random(seed);
    Map<String, List<Long>> apps = Map.of("one", new ArrayList<>(), "two", new ArrayList<>());
    List<List<Long>> counters = new ArrayList<>();
    List<Sender> senders = new ArrayList<>();
    for (int i = 0; i < tenants; i++) {
      String app = i % 7 == 6 ? "two" : "one";
      Tenant tenant = shared.tenant(app, "tenant" + i, startEmpty);
      List<Long> counter = new ArrayList<>();
      counters.add(counter);
      List<Long> ofApp = Objects.requireNonNull(apps.get(app));
      for (Work work : List.of(Work.FRESH, Work.SWEEP, Work.BACKLOG, Work.BACKLOG)) {
        senders.add(
            new Sender(clock, tenant, work, random, List.of(counter, ofApp), begin + 300_000));
      }
    }
    if (startEmpty) {
      // what an earlier process may have sent just before
      counters.forEach(counter -> counter.addAll(List.of(begin, begin, begin, begin, begin)));
      apps.values().forEach(app -> app.addAll(Collections.nCopies(122, begin)));
    }
    senders.forEach(Sender::go);
    clock.until(begin + 300_000);
    clock.until(begin + 600_000);

    counters.forEach(counter -> assertWithin(5, counter));
    apps.values().forEach(app -> assertWithin(122, app));
    assertThat(senders).allSatisfy(sender -> assertThat(sender.waiting).isFalse());
    assertThat(senders).allSatisfy(sender -> assertThat(sender.sent).isPositive());
    assertThat(clock.waiting()).as("alarms without purpose").isZero();
  }

  /** What each kind of work gets in a while, with so many that wait all the time. */
  private Map<Work, Integer> shares(Tenant tenant, Set<Work> kinds, int each) {
    Map<Work, Integer> got = new EnumMap<>(Work.class);
    for (Work work : kinds) {
      for (int i = 0; i < each; i++) {
        again(tenant, work, got);
      }
    }
    time.until(start + 2_000_000);
    return got;
  }

  private void again(Tenant tenant, Work work, Map<Work, Integer> got) {
    tenant.await(
        work,
        grant -> {
          got.merge(work, 1, Integer::sum);
          again(tenant, work, got);
          time.at(time.now() + 300, grant::answered);
        });
  }

  @Test
  void itStartsTakenWhereAnyReportOfTheTenantRanBefore() {
    Budget budget =
        new Budget(new RequestLimit(5, Duration.ofSeconds(10)), false, time::now, time::at);
    Tenant tenant = budget.tenant("app", "contoso", false);
    assertThat(budget.tenant("app", "contoso", true)).isSameAs(tenant);
    assertThat(tenant.take(Work.FRESH)).isNull();
    time.until(time.now() + 10_000);
    assertThat(tenant.take(Work.FRESH)).isNotNull();
  }

  @Test
  void sharesAreGuaranteed() {
    Map<Work, Integer> got = shares(tenant("a"), EnumSet.allOf(Work.class), 1);
    double all = got.values().stream().mapToInt(Integer::intValue).sum();
    assertThat(all).as("nothing is wasted").isGreaterThan(950);
    for (Work work : Work.values()) {
      assertThat(100 * got.getOrDefault(work, 0) / all)
          .as("%s of %s", work, got)
          .isCloseTo(work.share(), within(1.0));
    }
  }

  @Test
  void whatOneLeavesTheOthersUse() {
    Map<Work, Integer> got = shares(tenant("a"), EnumSet.of(Work.BACKLOG, Work.SWEEP), 1);
    double all = got.values().stream().mapToInt(Integer::intValue).sum();
    assertThat(all).isGreaterThan(950);
    assertThat(100 * got.getOrDefault(Work.BACKLOG, 0) / all).isCloseTo(60, within(1.0));
  }

  @Test
  void whoComesBackAfterARestHasSavedUpAFewRequests() {
    Tenant tenant = tenant("a");
    Map<Work, Integer> got = new EnumMap<>(Work.class);
    again(tenant, Work.SWEEP, got);
    time.until(start + 1_000_000);
    got.clear();
    again(tenant, Work.FRESH, got);
    time.until(start + 1_200_000);
    double all = got.values().stream().mapToInt(Integer::intValue).sum();
    assertThat(100 * got.getOrDefault(Work.FRESH, 0) / all)
        .as("at most five requests beside its share")
        .isBetween(66.0, 77.0);
  }

  /** As the collector's lanes: each waits only when its answer has come and is committed. */
  @Test
  void sharesHoldAboutWhereEachLaneHasOneRequestUnderWay() {
    Tenant tenant = tenant("a");
    Map<Work, Integer> got = new EnumMap<>(Work.class);
    Random random = new Random(1);
    for (Work work : List.of(Work.FRESH, Work.SWEEP, Work.BACKLOG, Work.BACKLOG)) {
      lane(tenant, work, got, random);
    }
    time.until(start + 2_000_000);
    double all = got.values().stream().mapToInt(Integer::intValue).sum();
    System.out.printf("lanes with one request under way each: %s of %.0f%n", got, all);
    assertThat(all).isGreaterThan(930);
    assertThat(100 * got.getOrDefault(Work.FRESH, 0) / all).isBetween(35.0, 60.0);
    assertThat(100 * got.getOrDefault(Work.SWEEP, 0) / all).isBetween(12.0, 30.0);
  }

  private void lane(Tenant tenant, Work work, Map<Work, Integer> got, Random random) {
    tenant.await(
        work,
        grant -> {
          got.merge(work, 1, Integer::sum);
          time.at(
              time.now() + 100 + random.nextInt(600),
              () -> {
                grant.answered();
                time.at(time.now() + 50, () -> lane(tenant, work, got, random));
              });
        });
  }

  @Test
  void identityProtectionHasASecondForEachRequestOfATenantWhicheverApplicationAsks() {
    Tenant risks = budget.tenant(Report.IDENTITY_PROTECTION, "app", "contoso", false);
    assertThat(budget.tenant(Report.IDENTITY_PROTECTION, "other", "contoso", false))
        .isSameAs(risks);
    assertThat(risks.size()).isEqualTo(1);
    taken(risks, Work.FRESH).answered();
    assertThat(risks.take(Work.SWEEP)).isNull();
    risks.await(Work.SWEEP, grants::add);
    time.until(start + 999);
    assertThat(grants).isEmpty();
    time.until(start + 1_000);
    assertThat(grants).hasSize(1);
  }

  @Test
  void identityProtectionAndTheReportsLeaveEachOtherAlone() {
    Tenant reports = budget.tenant(Report.REPORTS, "app", "contoso", false);
    assertThat(reports).isSameAs(tenant("contoso"));
    Tenant risks = budget.tenant(Report.IDENTITY_PROTECTION, "app", "contoso", false);
    risks.pause(Duration.ofMinutes(1));
    for (int i = 0; i < 5; i++) {
      taken(reports, Work.FRESH);
    }
    assertThat(reports.take(Work.FRESH)).isNull();
    Tenant other = budget.tenant(Report.IDENTITY_PROTECTION, "app", "fabrikam", false);
    assertThat(other.take(Work.FRESH)).as("another tenant").isNotNull();
    time.until(start + 60_000);
    assertThat(risks.take(Work.FRESH)).as("whatever the reports have used").isNotNull();
  }

  @Test
  void identityProtectionStartsEmptyAfterARestartAndIsForgottenWithItsTenant() {
    Tenant risks = budget.tenant(Report.IDENTITY_PROTECTION, "app", "contoso", true);
    assertThat(risks.take(Work.FRESH)).isNull();
    time.until(start + 1_000);
    assertThat(risks.take(Work.FRESH)).isNotNull();
    budget.forget("app", "contoso");
    assertThat(budget.tenant(Report.IDENTITY_PROTECTION, "app", "contoso", false))
        .isNotSameAs(risks);
  }

  @Test
  void withoutABudgetIdentityProtectionHasNoneEither() {
    Budget unlimited = new Budget(null, false, time::now, time::at);
    Tenant risks = unlimited.tenant(Report.IDENTITY_PROTECTION, "app", "contoso", true);
    for (int i = 0; i < 10; i++) {
      taken(risks, Work.FRESH);
    }
  }

  @Test
  void startsEmptyAfterARestart() {
    Tenant tenant = budget.tenant("app", "known", true);
    assertThat(tenant.take(Work.FRESH)).isNull();
    tenant.await(Work.FRESH, grants::add);
    time.until(start + SPAN - 1);
    assertThat(grants).isEmpty();
    time.until(start + SPAN);
    assertThat(grants).hasSize(1);
  }

  @Test
  void anAppStartsEmptyWhicheverOfItsTenantsComesFirst() {
    Tenant fresh = budget.tenant("app", "new", false);
    budget.tenant("app", "known", true);
    assertThat(fresh.take(Work.FRESH)).as("the app may have used its limit").isNull();
    Tenant other = budget.tenant("other", "new", false);
    assertThat(other.take(Work.FRESH)).isNotNull();
  }

  @Test
  void pausesAreKeptByThoseWhoWaitAlready() {
    Tenant tenant = tenant("a");
    List<Grant> first = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      first.add(taken(tenant, Work.FRESH));
    }
    tenant.await(Work.BACKLOG, grants::add);
    first.forEach(Grant::answered);
    tenant.pause(Duration.ofSeconds(30));
    tenant.pause(Duration.ofSeconds(20));
    assertThat(tenant.take(Work.FRESH)).isNull();
    time.until(start + 29_999);
    assertThat(grants).isEmpty();
    time.until(start + 30_000);
    assertThat(grants).hasSize(1);
  }

  @Test
  void whatIsNotUsedReturnsAtOnce() {
    Tenant tenant = tenant("a");
    Grant last = taken(tenant, Work.FRESH);
    for (int i = 0; i < 4; i++) {
      taken(tenant, Work.FRESH);
    }
    assertThat(tenant.used()).isEqualTo(5).isEqualTo(tenant.size());
    tenant.await(Work.SWEEP, grants::add);
    assertThat(grants).isEmpty();
    last.unused();
    assertThat(grants).hasSize(1);
    last.answered();
    grants.get(0).unused();
    assertThat(taken(tenant, Work.FRESH)).isNotNull();
    assertThat(tenant.take(Work.FRESH)).as("ended once").isNull();
  }

  @Test
  void whatIsNotUsedReturnsToTheAppsOtherTenants() {
    List<Grant> all = new ArrayList<>();
    for (int i = 0; all.size() < 122; i++) {
      Tenant tenant = tenant("tenant" + i);
      for (int request = 0; request < 5 && all.size() < 122; request++) {
        all.add(taken(tenant, Work.FRESH));
      }
    }
    Tenant other = tenant("other");
    assertThat(other.take(Work.FRESH)).as("the app's limit").isNull();
    other.await(Work.FRESH, grants::add);
    all.get(0).unused();
    assertThat(grants).hasSize(1);
  }

  @Test
  void tenantsThatWaitForTheirAppTakeTurns() {
    Map<Integer, Integer> got = new HashMap<>();
    for (int i = 0; i < 100; i++) {
      greedy(tenant("tenant" + i), i, got);
    }
    time.until(start + 1_000_000);
    int all = got.values().stream().mapToInt(Integer::intValue).sum();
    assertThat(all).as("the app's limit is used").isGreaterThan(11_000);
    assertThat(got.values()).allSatisfy(each -> assertThat(each).isBetween(105, 125));
  }

  private void greedy(Tenant tenant, int number, Map<Integer, Integer> got) {
    tenant.await(
        Work.BACKLOG,
        grant -> {
          got.merge(number, 1, Integer::sum);
          time.at(
              time.now() + 200,
              () -> {
                grant.answered();
                greedy(tenant, number, got);
              });
        });
  }

  @Test
  void requestsThatHangBlockNoOtherTenant() {
    Tenant hanging = tenant("hanging");
    for (int i = 0; i < 8; i++) {
      hanging.await(Work.FRESH, grants::add); // and never answered
    }
    Map<Work, Integer> got = shares(tenant("other"), EnumSet.of(Work.FRESH), 1);
    assertThat(got.getOrDefault(Work.FRESH, 0)).isGreaterThan(950);
    assertThat(grants).hasSize(5);
    grants.get(0).answered();
    time.until(time.now() + SPAN);
    assertThat(grants).as("an answer wakes those who wait").hasSize(6);
  }

  @Test
  void withoutALimitOnlyPausesHold() {
    Budget unlimited = new Budget(null, false, time::now, time::at);
    Tenant tenant = unlimited.tenant("app", "a", true);
    for (int i = 0; i < 1_000; i++) {
      assertThat(tenant.take(Work.BACKLOG)).isNotNull();
    }
    assertThat(tenant.granted()).isEqualTo(1_000);
    assertThat(tenant.size()).isZero();
    tenant.pause(Duration.ofSeconds(2));
    tenant.await(Work.FRESH, grants::add);
    assertThat(grants).isEmpty();
    time.until(start + 2_000);
    assertThat(grants).hasSize(1);
  }

  @Test
  void aLateAnswerOfBeforeTheLossFreesNothingThatWasTakenSince() {
    Budget shared = new Budget(LIMIT, true, time::now, time::at);
    Tenant first = shared.tenant("app", "first", false);
    Tenant second = shared.tenant("app", "second", false);
    Allowance part = shared.allowances().get(0);
    part.grow(1);
    Grant before = taken(first, Work.FRESH);
    part.lose();
    assertThat(first.take(Work.FRESH)).isNull();
    part.grow(1);
    taken(first, Work.FRESH); // has no answer yet
    before.answered();
    time.until(start + 2 * SPAN);
    assertThat(second.take(Work.FRESH)).isNull();
  }
}
