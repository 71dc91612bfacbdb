package io.entrarelay.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.entrarelay.relay.RelayProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** A relay in a process of its own that is killed, stopped, started twice. */
class ProcessFaultsIT {
  private static final Duration SOON = Duration.ofSeconds(90);

  @SuppressWarnings("NullAway.Init") // JUnit sets it
  @TempDir
  Path directory;

  private final Rows rows = new Rows(3);

  private @Nullable FarEnds farEnds;

  @AfterEach
  void end() throws InterruptedException {
    rows.close();
    if (farEnds != null) {
      farEnds.close();
    }
  }

  @TestFactory
  Stream<DynamicTest> processFaults() throws Exception {
    farEnds = FarEnds.start(directory);
    return rows.add("4", "kill -9 at random moments", this::killed)
        .add(
            "15", "a second instance on the same data, also while the first is paused", this::twice)
        .add("18", "restart after a stop of 15 s, longer than the horizon", this::restarted)
        .addLong("18b", "restart with default settings after a stop of 90 s", this::asShipped)
        .tests();
  }

  private Site site(String number) throws Exception {
    Site site =
        new Site(
            "faults-" + number, directory.resolve(number), Site.graph().seed(4).build(), Map.of());
    Files.deleteIfExists(site.log());
    java.util.Objects.requireNonNull(farEnds).join(site, "row-" + number);
    return site;
  }

  private void killed() throws Exception {
    int kills = Integer.getInteger("faults.kills", 3);
    long seed = Long.getLong("faults.seed", System.nanoTime());
    System.out.println("row 4: -Dfaults.kills=" + kills + " -Dfaults.seed=" + seed);
    Random random = new Random(seed);
    try (Site site = site("4")) {
      Row row = site.row("4", "kill -9 at " + kills + " random moments").deaths(kills);
      for (int kill = 1; kill <= kills; kill++) {
        site.startProcess();
        awaitWork(site, kill);
        Thread.sleep(random.nextInt(3_000)); // the moment of the kill, by the seed
        site.kill();
      }
      site.startProcess();
      row.over().settle(SOON);
    }
  }

  /** Waits until the process has said for so many times what it collects. */
  private static void awaitWork(Site site, int times) throws Exception {
    Instant end = Instant.now().plusSeconds(60);
    while (Files.readString(site.log()).split("integration contoso: ", -1).length <= times) {
      assertThat(site.process().isAlive()).as("see %s", site.log()).isTrue();
      assertThat(Instant.now()).as("see %s", site.log()).isBefore(end);
      Thread.sleep(20);
    }
  }

  private void twice() throws Exception {
    try (Site site = site("15").startProcess()) {
      Row row =
          site.row("15", "a second instance on the same data, also while the first is paused")
              .underWay();
      refused(site);
      signal(site, "STOP");
      try {
        refused(site);
      } finally {
        signal(site, "CONT");
      }
      row.over().note("refused, since the data directory is locked").settle(SOON);
    }
  }

  private static void refused(Site site) throws Exception {
    Path output = Files.createTempFile("second", ".log");
    try (RelayProcess second = site.another(output)) {
      assertThat(second.waitFor(60)).isEqualTo(2);
      assertThat(Files.readString(output)).contains("is in use by process " + site.process().pid());
    } finally {
      Files.delete(output);
    }
  }

  private static void signal(Site site, String signal) throws Exception {
    int exit =
        new ProcessBuilder("kill", "-" + signal, Long.toString(site.process().pid()))
            .start()
            .waitFor();
    assertThat(exit).isZero();
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
    try (Site site =
        new Site(
                "faults-18b",
                directory.resolve("18b"),
                Site.graph()
                    .seed(18)
                    .rate(2)
                    .late(0)
                    .revised(0)
                    .limit(5)
                    .appLimit(122)
                    .limitWindow(Duration.ofSeconds(10))
                    .compress(1)
                    .pageServed(1_000)
                    .build(),
                Map.of())
            .asShipped()) {
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
