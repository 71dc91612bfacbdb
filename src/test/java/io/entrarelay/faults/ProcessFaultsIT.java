package io.entrarelay.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.entrarelay.relay.RelayProcess;
import io.entrarelay.simulator.SimulatorOptions;
import io.entrarelay.state.Lease;
import io.entrarelay.state.Postgres;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * A relay in a process of its own that is killed, stopped, started twice. {@code -Dfaults.kills=250
 * -Dfaults.seed=7} for more kills, or for the same again.
 */
class ProcessFaultsIT extends FaultRows {
  private static final Duration SOON = Duration.ofMinutes(3);
  private static final Duration LEASE = Duration.ofSeconds(2);

  ProcessFaultsIT() {
    super(3);
  }

  @TestFactory
  Stream<DynamicTest> processFaults() {
    return rows()
        .add("4a", "kill -9 at random moments, SQLite", () -> killed("4a", "SQLite", site -> {}))
        .add(
            "4b",
            "kill -9 at random moments, PostgreSQL",
            () -> killed("4b", "PostgreSQL", site -> site.state(Postgres.database(), LEASE)))
        .addLong("15b", "split brain: two nodes, one paused for longer than its lease", this::split)
        .add(
            "15a",
            "a second instance on the same data, also while the first is paused",
            this::twice)
        .addLong("18", "restart after a stop of 15 s, longer than the horizon", this::restarted)
        .addLong("18b", "restart with default settings after a stop of 90 s", this::asShipped)
        .tests();
  }

  private Site site(String number) throws Exception {
    Site site = site(number, Site.graph().seed(4));
    Files.deleteIfExists(site.log());
    return site;
  }

  /** Hostile answers, as much late and revised as it goes, and all sinks at once. */
  private void killed(String number, String store, Consumer<Site> state) throws Exception {
    int kills = Integer.getInteger("faults.kills", 5);
    long seed = Long.getLong("faults.seed", System.nanoTime());
    System.out.println("row " + number + ": -Dfaults.kills=" + kills + " -Dfaults.seed=" + seed);
    Random random = new Random(seed);
    SimulatorOptions.Builder graph =
        Site.graph().seed(seed).records(1_500).late(0.2).revised(0.2).faults(1).pageServed(100);
    try (Site site = site(number, graph)) {
      state.accept(site);
      Row row = site.row(number, "kill -9 at " + kills + " random moments, " + store).deaths(kills);
      for (int kill = 1; kill <= kills; kill++) {
        site.startProcess();
        awaitWork(site, kill);
        Thread.sleep(random.nextInt(4_000)); // the moment of the kill, by the seed
        assertThat(site.process().isAlive()).as("see %s", site.log()).isTrue();
        site.kill();
      }
      site.startProcess();
      row.over().settle(SOON.multipliedBy(2));
    }
  }

  /** Waits until the process has said for so many times what it collects. */
  private static void awaitWork(Site site, int times) throws Exception {
    Instant end = Instant.now().plusSeconds(180);
    while (Files.readString(site.log()).split("integration contoso: ", -1).length <= times) {
      assertThat(site.process().isAlive()).as("see %s", site.log()).isTrue();
      assertThat(Instant.now()).as("see %s", site.log()).isBefore(end);
      Thread.sleep(20);
    }
  }

  private void twice() throws Exception {
    try (Site site = site("15").startProcess()) {
      Row row =
          site.row("15a", "a second instance on the same data, also while the first is paused")
              .underWay();
      refused(site);
      site.process().pause();
      refused(site);
      site.process().resume();
      row.over().note("refused, since the data directory is locked").settle(SOON);
    }
  }

  private static void refused(Site site) throws Exception {
    Path output = Files.createTempFile("second", ".log");
    try (RelayProcess second = site.another(output)) {
      assertThat(second.waitFor(180)).isEqualTo(2);
      assertThat(Files.readString(output)).contains("is in use by process " + site.process().pid());
    } finally {
      Files.delete(output);
    }
  }

  /** Both nodes collect the tenant for a while; PostgreSQL says whose commits count. */
  private void split() throws Exception {
    Postgres.Database database = Postgres.database();
    try (Site site = site("15b").state(database, LEASE)) {
      site.startProcess();
      Row row =
          site.row(
                  "15b",
                  "split brain: of two nodes on one PostgreSQL one is paused, its work taken over, and goes on")
              .underWay();
      try (RelayProcess second = site.node("second")) {
        awaitHolders(database, 2);
        site.process().pause();
        awaitHolders(database, 1);
        // what it sends and commits now has been taken from it
        site.process().resume();
        await()
            .atMost(SOON)
            .until(() -> Files.readString(site.log()).contains("nothing more is done"));
        awaitHolders(database, 2);
        row.over().settle(SOON);
        assertThat(second.isAlive()).isTrue();
      }
    }
  }

  /** Waits until so many nodes hold all shards. */
  private static void awaitHolders(Postgres.Database database, int nodes) {
    await()
        .atMost(SOON)
        .until(
            () -> {
              try (Connection connection = database.connect();
                  Statement statement = connection.createStatement();
                  ResultSet row =
                      statement.executeQuery(
                          "SELECT count(DISTINCT holder), count(*) FROM lease WHERE expires_at >"
                              + " extract(epoch FROM clock_timestamp()) * 1000")) {
                row.next();
                return row.getInt(1) == nodes && row.getInt(2) == Lease.SHARDS;
              }
            });
  }

  private void restarted() throws Exception {
    try (Site site = site("18").startProcess()) {
      Row row = site.row("18", "restart after a stop of 15 s, longer than the horizon").underWay();
      site.stop();
      Thread.sleep(15_000);
      site.startProcess();
      row.over().settle(SOON);
    }
  }

  private void asShipped() throws Exception {
    SimulatorOptions.Builder graph =
        Site.graph()
            .seed(18)
            .rate(2)
            .late(0)
            .revised(0)
            .limit(5)
            .appLimit(122)
            .limitWindow(Duration.ofSeconds(10))
            .compress(1)
            .pageServed(1_000);
    try (Site site = alone("18b", graph, Map.of()).asShipped()) {
      farEnds().join(site, "row-18b");
      site.swept(Duration.ofMinutes(5)); // the sweeps of 1 and 3 minutes
      site.startProcess();
      Row row =
          site.row("18b", "restart with default settings after a stop of 90 s")
              .underWay(Duration.ofMinutes(4));
      site.stop();
      Thread.sleep(90_000);
      site.startProcess();
      row.over().settle(Duration.ofMinutes(6));
    }
  }
}
