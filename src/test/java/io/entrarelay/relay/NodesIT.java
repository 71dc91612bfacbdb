package io.entrarelay.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.entrarelay.simulator.Delivered;
import io.entrarelay.simulator.Delivered.Difference;
import io.entrarelay.simulator.FinishedFile;
import io.entrarelay.simulator.Simulator;
import io.entrarelay.simulator.SimulatorOptions;
import io.entrarelay.simulator.Truth;
import io.entrarelay.state.Lease;
import io.entrarelay.state.Postgres;
import io.entrarelay.state.Steps;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Three nodes on one PostgreSQL, with one application in forty tenants: a node is killed, one is
 * stopped for longer than a lease and goes on, one is cut off from the database. Others take over
 * within twice a lease, nothing is lost or comes twice, and all nodes together keep to Graph's
 * limits, those of each tenant and that of the application.
 */
class NodesIT {
  private static final List<String> REPORTS = List.of("signIns", "directoryAudits");
  private static final int TENANTS = 40;
  private static final int LIMIT = 5;
  private static final Duration WINDOW = Duration.ofSeconds(2);
  private static final Duration LEASE = Duration.ofSeconds(4);

  /** The age of the last sweep and one slice. */
  private static final Duration HORIZON = Duration.ofSeconds(13);

  @TempDir Path directory;

  private final Postgres.Database database = Postgres.database();
  private Path log = Path.of("target");

  private RelayProcess start(String name, String url) throws IOException {
    return start(name, url, "run");
  }

  private RelayProcess start(String name, String url, String... command) throws IOException {
    Map<String, String> settings = new HashMap<>();
    settings.put("RELAY_COLLECT_EVERY", "2s");
    settings.put("RELAY_COLLECT_SLICE", "1s");
    settings.put("RELAY_FORMS", "vendor");
    settings.put("RELAY_COLLECT_SWEEPS", "0s,2s,5s,12s");
    settings.put("RELAY_COLLECT_BACKFILL", "2m");
    settings.put("RELAY_COLLECT_REMEMBER", "1h");
    settings.put("RELAY_GRAPH_BUDGET", LIMIT + "/" + WINDOW.toSeconds() + "s");
    settings.put("RELAY_SINKS_FILES_DIRECTORY", out().toString());
    settings.put("RELAY_SINKS_FILES_ROLL_EVERY", "700ms");
    settings.put("RELAY_STATE_URL", url);
    settings.put("RELAY_STATE_USER", database.user());
    settings.put("RELAY_STATE_PASSWORD", database.password());
    settings.put("RELAY_STATE_LEASE", LEASE.toSeconds() + "s");
    return RelayProcess.start(
        directory.resolve("config"), directory.resolve(name), settings, log(name), command);
  }

  private Path log(String name) {
    return log.resolve("nodes-it-" + name + ".log");
  }

  private Path out() {
    return directory.resolve("out");
  }

  @Test
  @Timeout(400)
  void nothingIsLostOrDoubledAndTheLimitsHoldWhateverANodeSuffers() throws Exception {
    long seed = Long.getLong("nodes.seed", System.nanoTime());
    System.out.println("NodesIT: -Dnodes.seed=" + seed);
    Files.createDirectories(log);
    for (String name : List.of("a", "b", "c", "d")) {
      Files.deleteIfExists(log(name));
    }
    SimulatorOptions options =
        SimulatorOptions.builder()
            .scheme("https")
            .seed(seed)
            .tenants(TENANTS)
            .oneApp(true)
            .records(40)
            .span(Duration.ofSeconds(50))
            .rate(0.3)
            .late(0.2)
            .revised(0.2)
            .compress(1_200)
            .limit(LIMIT)
            .appLimit(LIMIT * 122 / 5)
            .limitWindow(WINDOW)
            .build();
    try (Simulator simulator = Simulator.start(options);
        Gate gate = new Gate(database.port())) {
      simulator.writeConfig(directory.resolve("config"));
      database.open(LEASE, Steps.NONE).close(); // the tables are there from the start
      RelayProcess a = start("a", database.url());
      RelayProcess b = start("b", database.url());
      RelayProcess c = start("c", database.through(gate.port()));
      try {
        awaitShared(3, Duration.ofSeconds(120));
        awaitDelivered();
        // it could not deliver what the others have, so it does not pretend to
        try (RelayProcess collect = start("d", database.url(), "collect")) {
          assertThat(collect.waitFor(180)).isEqualTo(2);
          assertThat(log("d")).content().contains("other nodes work with this state database");
        }

        a.kill();
        System.out.println("killed: taken over after " + awaitShared(2, LEASE.multipliedBy(2)));
        a = start("a", database.url());
        awaitShared(3, Duration.ofSeconds(120));

        limitsHeld(simulator.truth(), 0, 0);
        b.pause();
        System.out.println("stopped: taken over after " + awaitShared(2, LEASE.multipliedBy(2)));
        awaitDelivered();
        b.resume();
        awaitLog(b, "b", "nothing more is done");
        awaitShared(3, Duration.ofSeconds(120));

        gate.shut();
        System.out.println("cut off: taken over after " + awaitShared(2, LEASE.multipliedBy(2)));
        awaitLog(c, "c", "nothing more is done here until it is reached again");
        gate.open();
        awaitShared(3, Duration.ofSeconds(120));

        simulator.stopLive();
        Instant settled = Instant.now().plus(HORIZON);
        await()
            .atMost(Duration.ofSeconds(150))
            .pollInterval(Duration.ofSeconds(1))
            .untilAsserted(
                () -> {
                  assertThat(Instant.now()).isAfter(settled);
                  assertThat(differences(simulator).values()).allMatch(Difference::isNone);
                  // what a console on any node shows is what all of them have taken
                  assertThat(number("SELECT count(*) FROM figures")).isEqualTo(TENANTS);
                  assertThat(number("SELECT sum(taken) FROM figures"))
                      .isEqualTo(number("SELECT sum(taken) FROM tally"));
                });
        for (RelayProcess each : List.of(a, b, c)) {
          assertThat(each.stop()).isIn(0, 143);
        }
        assertThat(number("SELECT count(*) FROM node")).isZero();
        // alone it can, and nothing comes out again
        try (RelayProcess collect = start("d", database.url(), "collect", "--timeout", "3m")) {
          assertThat(collect.waitFor(240)).isZero();
        }
        Map<String, Difference> differences = differences(simulator);
        differences.forEach((report, difference) -> System.out.println(report + ": " + difference));
        Truth truth = simulator.truth();
        System.out.println(
            "requests "
                + truth.requests()
                + ", at most in a window "
                + truth.highestRequestsInWindow()
                + " of "
                + LIMIT
                + " of a tenant, "
                + truth.highestRequestsOfAnApp()
                + " of "
                + LIMIT * 122 / 5
                + " of the application");
        assertThat(differences.values()).allMatch(Difference::isNone);
        // who is stopped between his last look at the lease and the sending sends when he goes on:
        // one request of each of the node's tenants at the very most
        limitsHeld(truth, 1, TENANTS / 3);
        assertThat(truth.tokensSentElsewhere()).isZero();
      } finally {
        for (RelayProcess each : List.of(a, b, c)) {
          each.close();
        }
      }
    }
  }

  /**
   * @param ofTenant requests of a tenant that may have been on their way when a node was stopped
   * @param ofAll of all tenants
   */
  private static void limitsHeld(Truth truth, int ofTenant, int ofAll) {
    assertThat(truth.highestRequestsInWindow()).isLessThanOrEqualTo(LIMIT + ofTenant);
    assertThat(truth.highestRequestsOfAnApp()).isLessThanOrEqualTo(LIMIT * 122 / 5 + ofAll);
  }

  private long number(String query) throws SQLException {
    try (Connection connection = database.connect();
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(query)) {
      row.next();
      return row.getLong(1);
    }
  }

  /**
   * Waits until every shard has one of so many living nodes as its holder, and none has more than
   * its part.
   *
   * @return how long that took
   */
  private Duration awaitShared(int nodes, Duration atMost) {
    long begun = System.nanoTime();
    int fair = (Lease.SHARDS + nodes - 1) / nodes;
    String living = "expires_at > extract(epoch FROM clock_timestamp()) * 1000";
    await()
        .atMost(atMost)
        .pollInterval(Duration.ofMillis(100))
        .until(
            () ->
                number("SELECT count(*) FROM node WHERE " + living) == nodes
                    && number("SELECT count(*) FROM lease WHERE " + living) == Lease.SHARDS
                    && number(
                            "SELECT max(n) FROM (SELECT count(*) AS n FROM lease"
                                + " GROUP BY holder) AS held")
                        <= fair);
    return Duration.ofNanos(System.nanoTime() - begun);
  }

  /** Waits until more files are finished than by now. */
  private void awaitDelivered() throws IOException {
    long now = finished();
    await().atMost(Duration.ofSeconds(150)).until(() -> finished() > now);
  }

  private long finished() throws IOException {
    while (Files.isDirectory(out())) {
      try (Stream<Path> files = Files.walk(out())) {
        return files.filter(FinishedFile::is).count();
      } catch (UncheckedIOException e) {
        // one got its final name meanwhile: all are counted again
      }
    }
    return 0;
  }

  private void awaitLog(RelayProcess node, String name, String text) throws Exception {
    try {
      await()
          .atMost(Duration.ofSeconds(150))
          .pollInterval(Duration.ofMillis(200))
          .until(() -> Files.readString(log(name)).contains(text));
    } catch (ConditionTimeoutException e) {
      node.printThreads();
      throw e;
    }
  }

  private Map<String, Difference> differences(Simulator simulator) throws IOException {
    Map<String, Difference> differences = new HashMap<>();
    for (String report : REPORTS) {
      Stream<Truth.Entry> truth =
          simulator.tenants().stream()
              .flatMap(tenant -> simulator.truth().records(tenant.tenantId(), report));
      differences.put(report, Delivered.read(out(), report).against(truth));
    }
    return differences;
  }
}
