package io.entrarelay.relay;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.entrarelay.collect.Budget;
import io.entrarelay.collect.Collector;
import io.entrarelay.collect.Collector.Scope;
import io.entrarelay.collect.Feed;
import io.entrarelay.collect.Pages;
import io.entrarelay.collect.SeenMinutes;
import io.entrarelay.collect.Turn;
import io.entrarelay.config.Integration;
import io.entrarelay.config.IntegrationDirectory;
import io.entrarelay.config.IntegrationReader;
import io.entrarelay.credential.Credential;
import io.entrarelay.credential.CredentialException;
import io.entrarelay.credential.PemWriter;
import io.entrarelay.credential.SelfSigned;
import io.entrarelay.flow.Connections;
import io.entrarelay.graph.AccessToken;
import io.entrarelay.graph.GraphAnswer;
import io.entrarelay.graph.GraphHttpClientConfigurer;
import io.entrarelay.graph.TokenException;
import io.entrarelay.graph.Trust;
import io.entrarelay.onboard.Licences;
import io.entrarelay.onboard.Sources;
import io.entrarelay.plan.Schedule;
import io.entrarelay.record.PageBody;
import io.entrarelay.record.PageMemory;
import io.entrarelay.record.Report;
import io.entrarelay.state.JdbcStore;
import io.entrarelay.state.Lease;
import io.entrarelay.state.Standing;
import io.entrarelay.state.Steps;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * An integration that was just added, with all of a relay that reads it but the routes. Time passes
 * second by second as a test says; Entra is a server on this machine, Graph is what the test sets.
 */
final class NewTenant implements AutoCloseable {
  static final String TENANT = "7f3f5d6c-3a5b-4c59-9a44-6d1f6f7f0a01";
  static final String CLIENT = "c0ffee00-1111-4222-8333-944455556666";
  private static final Credential CREDENTIAL =
      SelfSigned.make(2048, "new tenant", 100, Clock.systemUTC());

  static {
    // or each answer takes 40 ms
    System.setProperty("sun.net.httpserver.nodelay", "true");
  }

  private static final Duration EVERY = Duration.ofMinutes(1);

  /** What Graph says to one report. */
  record Refusal(GraphAnswer.Kind kind, String message) {}

  private record Timed(Instant at, Runnable task) {}

  private final class SetClock extends Clock {
    @Override
    public Instant instant() {
      return now;
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }
  }

  final Instant start = Instant.now();
  private volatile Instant now = start;
  private final Path directory;
  private final HttpServer server;
  private final Trust trust = new Trust(null);
  private final GraphHttpClientConfigurer http = new GraphHttpClientConfigurer(trust, null);
  private final Queue<Runnable> tasks = new ArrayDeque<>();
  private final PriorityQueue<Timed> timed = new PriorityQueue<>(Comparator.comparing(Timed::at));

  /** When a token was asked for, seconds since the start. */
  final List<Long> tokenRequests = new ArrayList<>();

  /** When a report was asked for, seconds since the start, and the token's number. */
  final List<String> readings = new ArrayList<>();

  /** When the licences were asked for, seconds since the start. */
  final List<Long> licenceRequests = new ArrayList<>();

  /** What Entra refuses with, as AADSTS and its number; empty for a token. */
  volatile String entra = "";

  /** Seconds that Entra asks to wait with a refusal; 0 for none. */
  volatile int retryAfter;

  /** What tokens hold. */
  volatile List<String> roles = List.of("AuditLog.Read.All", "Directory.Read.All");

  /** Which reports Graph refuses, and how. */
  final Map<String, Refusal> refusals = new ConcurrentHashMap<>();

  /** Why reports can't be collected at all. */
  final Map<String, String> hindrances = new ConcurrentHashMap<>();

  /** The tenant's service plans; null where Graph doesn't show them. */
  volatile @Nullable List<String> plans = List.of();

  final JdbcStore store;
  private final Map<Integer, Lease> leases;
  final Collector collector;
  private final Pages pages;
  private final Connections connections;
  private final Budget budget =
      new Budget(
          null,
          false,
          () -> start.until(now, ChronoUnit.MILLIS),
          (at, task) -> timed.add(new Timed(start.plusMillis(at), task)));
  private final Map<String, Report> known = Sources.reports(Path.of("routes"));
  private final Clock clock = new SetClock();
  Roster roster;
  private Standings standings;
  private final boolean tries;

  NewTenant(Path directory, boolean tries, String... reports) throws Exception {
    this.directory = directory;
    this.tries = tries;
    server = HttpServer.create(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0), 0);
    server.createContext("/", this::answer);
    server.start();
    Path integrations = Files.createDirectories(directory.resolve("integrations"));
    PemWriter.write(integrations.resolve("key.pem"), CREDENTIAL.privateKey());
    PemWriter.write(integrations.resolve("certificate.pem"), CREDENTIAL.certificate());
    declare("Contoso", reports);
    store = JdbcStore.sqlite(directory.resolve("relay.db"), Steps.NONE);
    leases = store.takeAll("test");
    pages = new Pages(store, new SeenMinutes(store, 1 << 20), () -> now, true, shard -> {});
    collector =
        new Collector(
            store,
            pages,
            budget,
            new Schedule(EVERY, Duration.ofMinutes(1), List.of(Duration.ZERO), Duration.ofDays(30)),
            Duration.ofMinutes(1),
            Scope.RUN,
            tasks::add,
            (delay, task) -> timed.add(new Timed(now.plus(delay), task)),
            () -> now,
            this::read,
            () -> true);
    connections = new Connections(trust, http, Runnable::run, null, clock);
    roster = roster();
    standings = standings();
  }

  /** The relay takes it up. */
  NewTenant begin() {
    look();
    return this;
  }

  private Roster roster() {
    return new Roster(
        new IntegrationDirectory(
            directory.resolve("integrations"),
            new IntegrationReader(known.keySet(), true),
            IntegrationDirectory.Kept.NONE),
        store.integrations(),
        () -> leases,
        collector,
        connections,
        budget,
        known,
        hindrances::get,
        clock);
  }

  private Standings standings() {
    return new Standings(
        store.integrations(),
        roster,
        collector,
        new Provisioning(
            connections,
            collector,
            (cloud, token) -> {
              licenceRequests.add(seconds());
              return Licences.ask(http, cloud, token);
            },
            Runnable::run,
            () -> now),
        tries,
        EVERY.multipliedBy(2),
        () -> now);
  }

  /** As after a restart of the relay: what is not in the store is forgotten. */
  void restart() {
    collector.remove("contoso");
    connections.remove("contoso");
    roster = roster();
    standings = standings();
  }

  /** Writes the integration's file. */
  void declare(String displayName, String... reports) throws IOException {
    String url = "http://127.0.0.1:" + server.getAddress().getPort();
    Files.writeString(
        directory.resolve("integrations/contoso.yaml"),
        String.join(
            "\n",
            "display-name: " + displayName,
            "tenant-id: " + TENANT,
            "client-id: " + CLIENT,
            "cloud: custom",
            "endpoints: {authority: \"" + url + "\", graph: \"" + url + "\"}",
            "credential: {certificate: certificate.pem, private-key: key.pem}",
            "reports: [" + String.join(", ", reports) + "]",
            ""));
  }

  private long seconds() {
    return Duration.between(start, now).toSeconds();
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      exchange.getRequestBody().readAllBytes();
      if (exchange.getRequestURI().getPath().endsWith("/subscribedSkus")) {
        List<String> shown = plans;
        send(exchange, shown == null ? 403 : 200, shown == null ? "{}" : skus(shown));
        return;
      }
      tokenRequests.add(seconds());
      String refusal = entra;
      if (!refusal.isEmpty()) {
        if (retryAfter > 0) {
          exchange.getResponseHeaders().set("Retry-After", Integer.toString(retryAfter));
        }
        send(
            exchange,
            retryAfter > 0 ? 429 : 400,
            "{\"error\":\"invalid_client\",\"error_description\":\"" + refusal + ": No.\"}");
        return;
      }
      String claims =
          "{\"tid\":\""
              + TENANT
              + "\",\"n\":"
              + tokenRequests.size()
              + ",\"roles\":["
              + String.join(",", roles.stream().map(role -> '"' + role + '"').toList())
              + "]}";
      send(
          exchange,
          200,
          "{\"token_type\":\"Bearer\",\"expires_in\":3600,\"access_token\":\"e30."
              + Base64.getUrlEncoder()
                  .withoutPadding()
                  .encodeToString(claims.getBytes(StandardCharsets.UTF_8))
              + ".c2ln\"}");
    }
  }

  private static String skus(List<String> plans) {
    return "{\"value\":[{\"servicePlans\":["
        + String.join(
            ",",
            plans.stream()
                .map(
                    plan ->
                        "{\"servicePlanName\":\"" + plan + "\",\"provisioningStatus\":\"Success\"}")
                .toList())
        + "]}]}";
  }

  private static void send(HttpExchange exchange, int status, String text) throws IOException {
    byte[] body = text.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, body.length);
    exchange.getResponseBody().write(body);
  }

  /** What the route flow.poll does with a turn, on pages without records. */
  private void read(Turn turn) {
    while (turn.next()) {
      Feed feed = turn.walk().feed();
      Connections.Connection connection = connections.of(feed.integration());
      AccessToken token;
      try {
        token = connection.token();
      } catch (TokenException e) {
        turn.answered();
        Duration wait = e.retryAfter();
        if (e.retryable()) {
          collector.failed(turn, e.kind().name(), message(e), wait == null ? Duration.ZERO : wait);
        } else {
          collector.blocked(turn, e.kind().name(), message(e));
        }
        return;
      } catch (CredentialException e) {
        turn.answered();
        collector.blocked(turn, "credential", message(e));
        return;
      }
      turn.answered();
      String report = feed.report().getName();
      readings.add(seconds() + " " + report + " " + number(token));
      Refusal refusal = refusals.get(report);
      if (refusal != null) {
        if (refusal.kind() == GraphAnswer.Kind.THROTTLED) {
          collector.throttled(turn, Duration.ofSeconds(90));
        } else {
          connection.tokens().refused(token);
          collector.degraded(turn, refusal.kind().name(), refusal.message());
        }
        return;
      }
      try {
        pages.commit(
            pages.cut(
                turn.walk(),
                PageBody.read(
                    new ByteArrayInputStream("{\"value\":[]}".getBytes(StandardCharsets.UTF_8)),
                    new PageMemory(1 << 20),
                    Duration.ofSeconds(30))));
      } catch (Exception e) {
        throw new IllegalStateException(e);
      }
    }
  }

  private static String message(Exception e) {
    return String.valueOf(e.getMessage());
  }

  private static String number(AccessToken token) {
    String claims =
        new String(
            Base64.getUrlDecoder().decode(token.value().split("\\.", -1)[1]),
            StandardCharsets.UTF_8);
    return claims.replaceAll(".*\"n\":(\\d+).*", "$1");
  }

  private void look() {
    while (!timed.isEmpty() && !timed.peek().at().isAfter(now)) {
      timed.remove().task().run();
    }
    roster.look();
    standings.look();
    while (!tasks.isEmpty()) {
      tasks.remove().run();
    }
  }

  /** Much time passes, as a relay spends it that looks every ten seconds. */
  void pass(Duration time) {
    pass(time.toSeconds(), 10);
  }

  /** Time passes, as a relay spends it that looks each second. */
  void pass(long seconds) {
    pass(seconds, 1);
  }

  private void pass(long seconds, int step) {
    for (long left = seconds; left > 0; left -= step) {
      now = now.plusSeconds(step);
      if (seconds() % EVERY.toSeconds() == 0) {
        collector.feeds().forEach(feed -> collector.tick(feed.report().getName()));
      }
      look();
    }
  }

  Instant now() {
    return now;
  }

  Integration integration() {
    return roster.held().get(0);
  }

  /** How it fared, the oldest first. */
  List<Standing> history() {
    List<Standing> history = new ArrayList<>();
    store
        .integrations()
        .history(Roster.tenancy(integration()), 1_000)
        .forEach(each -> history.add(0, each));
    return history;
  }

  /** How it fares. */
  Standing standing() {
    List<Standing> history = history();
    return history.get(history.size() - 1);
  }

  @Override
  public void close() throws Exception {
    connections.close();
    http.close();
    server.stop(0);
    store.close();
  }
}
