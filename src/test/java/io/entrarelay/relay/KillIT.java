package io.entrarelay.relay;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.entrarelay.simulator.Delivered;
import io.entrarelay.simulator.Delivered.Difference;
import io.entrarelay.simulator.FinishedFile;
import io.entrarelay.simulator.SimulatedTenant;
import io.entrarelay.simulator.Simulator;
import io.entrarelay.simulator.SimulatorOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The relay in a process of its own, as {@code run} and as {@code collect}, against the simulator
 * at its worst, killed with SIGKILL at random moments and started again, half of the times without
 * its state file. Each record leaves in two forms; how the files are compressed is the seed's
 * choice. {@code -Dkill.times=200 -Dkill.seed=7} for more, or for the same again.
 */
class KillIT {
  private static final List<String> REPORTS = List.of("signIns", "directoryAudits");
  private static final Map<String, String> SETTINGS =
      Map.of(
          "RELAY_COLLECT_EVERY", "1s",
          "RELAY_COLLECT_SLICE", "1s",
          "RELAY_COLLECT_SWEEPS", "0s,1s,2s,4s,8s,14s",
          "RELAY_COLLECT_BACKFILL", "3m",
          "RELAY_COLLECT_REMEMBER", "1h",
          "RELAY_GRAPH_BUDGET", "10/250ms",
          "RELAY_FORMS", "vendor,record",
          "RELAY_SINKS_FILES_ROLL_EVERY", "700ms");

  /** The second form: what tells a line from others, and all of the record. */
  private static final String RECORD = "{\"id\": .id, \"revision\": $revision, \"record\": .}\n";

  private static final ObjectMapper JSON = new ObjectMapper();

  /** The age of the last sweep and one slice. */
  private static final Duration HORIZON = Duration.ofSeconds(15);

  @TempDir Path directory;

  @Test
  @Timeout(3_000)
  void nothingIsLostOrDoubledWhenTheRelayIsKilledAtAnyMoment() throws Exception {
    int kills = Integer.getInteger("kill.times", 20);
    long seed = Long.getLong("kill.seed", System.nanoTime());
    Random random = new Random(seed);
    String compression = List.of("none", "gzip", "zstd").get(random.nextInt(3));
    System.out.println(
        "KillIT: -Dkill.times=" + kills + " -Dkill.seed=" + seed + ", compression " + compression);
    Map<String, String> settings = new HashMap<>(SETTINGS);
    settings.put("RELAY_SINKS_FILES_COMPRESSION", compression);
    RoutesFolder folder = RoutesFolder.copy(directory);
    for (String report : REPORTS) {
      folder.put("routes/mappings/record/" + report + ".jslt", RECORD);
    }
    Path routes = folder.routes();
    SimulatorOptions options =
        SimulatorOptions.builder()
            .scheme("https")
            .seed(seed)
            .records(1_500)
            .span(Duration.ofSeconds(55))
            .rate(20)
            .late(0.2)
            .revised(0.2)
            .compress(1_200)
            .faults(3)
            .limit(10)
            .appLimit(244)
            .limitWindow(Duration.ofMillis(250))
            .build();
    try (Simulator simulator = Simulator.start(options)) {
      Path config = directory.resolve("config");
      Path data = directory.resolve("data");
      Path log = Files.createDirectories(Path.of("target")).resolve("kill-it.log");
      Files.deleteIfExists(log);
      simulator.writeConfig(config);
      for (int kill = 0; kill < kills; kill++) {
        boolean collects = random.nextInt(3) == 0;
        String[] command =
            collects ? new String[] {"collect", "--timeout", "1m"} : new String[] {"run"};
        try (RelayProcess relay =
            RelayProcess.start(routes, config, data, settings, log, command)) {
          awaitWork(kill + 1, relay, log);
          Thread.sleep(random.nextInt(3_000)); // the moment of the kill, by the seed
          // collect may have read all that was due, and left before it is killed
          assertThat(relay.isAlive() || collects).as("see %s", log).isTrue();
          relay.kill();
        }
        if (random.nextBoolean()) {
          for (String end : new String[] {"", "-wal", "-shm"}) {
            Files.deleteIfExists(data.resolve("state/relay.db" + end)); // put back from its copy
          }
        }
      }
      simulator.stopLive();
      Instant settled = Instant.now().plus(HORIZON);
      Map<String, Difference> differences = new HashMap<>();
      try (RelayProcess relay = RelayProcess.start(routes, config, data, settings, log, "run")) {
        // all is compared with all: not before the last sweep can be over
        Thread.sleep(Math.max(0, Duration.between(Instant.now(), settled).toMillis()));
        Instant end = Instant.now().plusSeconds(Integer.getInteger("kill.settle", 180));
        do {
          Thread.sleep(1_000); // the files grow by time
          differences = differences(simulator, data);
        } while (Instant.now().isBefore(end)
            && !differences.values().stream().allMatch(Difference::isNone));
        assertThat(relay.isAlive()).as("see %s", log).isTrue();
        assertThat(relay.stop()).as("see %s", log).isIn(0, 143);
      }
      // one more time by the command that leaves when all is done: nothing comes out again
      try (RelayProcess collect =
          RelayProcess.start(
              routes, config, data, settings, log, "collect", "--json", "--timeout", "3m")) {
        assertThat(collect.waitFor(200)).as("see %s", log).isZero();
      }
      differences = differences(simulator, data);
      differences.forEach((report, difference) -> System.out.println(report + ": " + difference));
      System.out.println(
          "requests "
              + simulator.truth().requests()
              + ", at most in a window "
              + simulator.truth().highestRequestsInWindow()
              + " of 10, tokens sent elsewhere "
              + simulator.truth().tokensSentElsewhere()
              + ", faults "
              + simulator.truth().faults());
      assertThat(differences.values()).allMatch(Difference::isNone);
      for (String report : REPORTS) {
        List<String> vendor =
            lines(data.resolve("out/vendor").resolve(report), "/properties/id", "/relay/revision");
        assertThat(vendor).isNotEmpty().doesNotHaveDuplicates();
        assertThat(lines(data.resolve("out/record").resolve(report), "/id", "/revision"))
            .containsExactlyInAnyOrderElementsOf(vendor);
      }
      assertThat(simulator.truth().highestRequestsInWindow()).isLessThanOrEqualTo(10);
      assertThat(simulator.truth().tokensSentElsewhere()).isZero();
    }
  }

  /** Waits until this process has come to work: it says which integrations it collects. */
  private static void awaitWork(int times, RelayProcess relay, Path log) throws Exception {
    Instant end = Instant.now().plusSeconds(180);
    while (Files.readString(log).split("integration contoso: ", -1).length <= times) {
      assertThat(relay.isAlive()).as("see %s", log).isTrue();
      assertThat(Instant.now()).as("see %s", log).isBefore(end);
      Thread.sleep(20);
    }
  }

  /** What tells each line of a form from others. */
  private static List<String> lines(Path root, String id, String revision) throws IOException {
    List<String> lines = new ArrayList<>();
    try (Stream<Path> files = Files.walk(root)) {
      for (Path file : (Iterable<Path>) files.filter(Files::isRegularFile)::iterator) {
        for (String line : new String(FinishedFile.read(file), UTF_8).split("\n")) {
          JsonNode read = JSON.readTree(line);
          lines.add(read.at(id).asText() + " " + read.at(revision).asInt(-1));
        }
      }
    }
    return lines;
  }

  private static Map<String, Difference> differences(Simulator simulator, Path data)
      throws IOException {
    Map<String, Difference> differences = new HashMap<>();
    SimulatedTenant tenant = simulator.tenants().get(0);
    for (String report : REPORTS) {
      Delivered delivered = Delivered.read(data.resolve("out"), report);
      try (Stream<io.entrarelay.simulator.Truth.Entry> truth =
          simulator.truth().records(tenant.tenantId(), report)) {
        differences.put(report, delivered.against(truth));
      }
    }
    return differences;
  }
}
