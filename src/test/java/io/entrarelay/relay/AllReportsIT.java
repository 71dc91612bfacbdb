package io.entrarelay.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.entrarelay.onboard.Sources;
import io.entrarelay.simulator.Delivered;
import io.entrarelay.simulator.SimulatedTenant;
import io.entrarelay.simulator.Simulator;
import io.entrarelay.simulator.SimulatorOptions;
import io.entrarelay.state.Tally;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every report that is built in, from the simulator into files of the forms that are given by
 * default, with late and revised records.
 */
@Timeout(480)
class AllReportsIT {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Path ROUTES = Path.of("routes");
  private static final List<String> REPORTS = List.copyOf(Sources.reports(ROUTES).keySet());

  @TempDir
  @SuppressWarnings("NullAway.Init") // JUnit sets it
  private Path folder;

  private static Map<String, Object> settings() {
    Map<String, Object> settings = QuickRelay.settings();
    settings.remove("relay.forms"); // vendor and ocsf
    settings.put("relay.collect.sweeps", "0s, 1s, 4s");
    settings.put("relay.graph.budget", "100/1s");
    return settings;
  }

  @Test
  void collectsAllWithoutLosingOrRepeatingAny() throws Exception {
    assertThat(REPORTS)
        .containsExactly(
            "directoryAudits",
            "managedIdentitySignIns",
            "nonInteractiveUserSignIns",
            "provisioning",
            "riskDetections",
            "riskyUsers",
            "servicePrincipalSignIns",
            "signIns");
    try (Simulator simulator =
        Simulator.start(
            SimulatorOptions.builder()
                .scheme("http")
                .seed(5)
                .reports(REPORTS)
                .records(600)
                .span(Duration.ofMinutes(5))
                .rate(300)
                .late(0.3)
                .revised(0.9)
                .compress(3_600) // two hours are two seconds
                .limit(100)
                .appLimit(2_440)
                .limitWindow(Duration.ofSeconds(1))
                .build())) {
      simulator.writeConfig(folder.resolve("config"));
      SimulatedTenant tenant = simulator.tenants().get(0);
      try (Relay relay = QuickRelay.start(folder, ROUTES, settings())) {
        await()
            .atMost(Duration.ofSeconds(150))
            .until(
                () ->
                    relay.feeds().size() == REPORTS.size()
                        && relay.feeds().stream().allMatch(feed -> feed.lastRead() > 0));
        Instant enough = Instant.now().plusSeconds(2);
        await().atMost(Duration.ofSeconds(10)).until(() -> Instant.now().isAfter(enough));
        simulator.stopLive();
        Instant settled = simulator.truth().settled();
        Instant due = settled.plusSeconds(1 + 4); // a slice and the last sweep
        await()
            .atMost(Duration.ofSeconds(150))
            .until(
                () ->
                    Instant.now().isAfter(due)
                        && relay.feeds().stream()
                            .allMatch(
                                feed ->
                                    feed.missing(due.toEpochMilli()).isEmpty()
                                        && feed.problem() == null));
        relay.collector().stop(Duration.ofSeconds(30));
        assertThat(relay.deliver(Duration.ofSeconds(90))).isTrue();
        assertThat(revised(relay, "provisioning")).isPositive();
        // a change that comes before the first reading is no revision; there are few risks
        assertThat(revised(relay, "riskDetections") + revised(relay, "riskyUsers")).isPositive();
      }
      Path out = folder.resolve("data/out");
      for (String report : REPORTS) {
        Delivered.Difference difference =
            Delivered.read(out, report)
                .against(simulator.truth().records(tenant.tenantId(), report));
        assertThat(difference.isNone()).as(report + ": " + difference).isTrue();
        assertThat(difference.visible()).as(report).isPositive();
        assertThat(lines(out.resolve("ocsf").resolve(report)))
            .as(report)
            .hasSize((int) difference.lines())
            .allSatisfy(
                line -> assertThat(line.at("/metadata/version").asText()).isEqualTo("1.8.0"));
      }
      assertThat(out).isDirectoryNotContaining(form -> !isDefault(form));
      everyRevisionHasANumberOfItsOwn(out.resolve("vendor/riskyUsers"));
      everyRevisionHasANumberOfItsOwn(out.resolve("vendor/riskDetections"));
      assertThat(simulator.truth().highestRequestsInWindow()).isLessThanOrEqualTo(100);
      assertThat(simulator.truth().highestRiskRequestsInWindow(tenant.tenantId()))
          .as("of riskDetections and riskyUsers together")
          .isEqualTo(1);
    }
  }

  private static boolean isDefault(Path form) {
    return form.endsWith("vendor") || form.endsWith("ocsf");
  }

  private static long revised(Relay relay, String report) {
    return relay.feeds().stream()
        .filter(feed -> feed.report().getName().equals(report))
        .flatMap(feed -> feed.tally().values().stream())
        .reduce(Tally.NONE, Tally::plus)
        .revised();
  }

  /** 0, 1, 2, … for each id, in the order of its changes, though the time moves with each. */
  private static void everyRevisionHasANumberOfItsOwn(Path report) throws IOException {
    Map<String, Map<Integer, String>> changes = new TreeMap<>();
    for (JsonNode line : lines(report)) {
      JsonNode record = line.path("properties");
      String time =
          record.has("riskLastUpdatedDateTime")
              ? record.path("riskLastUpdatedDateTime").asText()
              : record.path("lastUpdatedDateTime").asText();
      String before =
          changes
              .computeIfAbsent(record.path("id").asText(), id -> new TreeMap<>())
              .put(line.at("/relay/revision").asInt(), time);
      assertThat(before).as("one line for an id and a revision").isNull();
    }
    assertThat(changes.values())
        .allSatisfy(
            revisions -> {
              assertThat(revisions.keySet()).first().isEqualTo(0);
              List<Instant> times = revisions.values().stream().map(Instant::parse).toList();
              assertThat(times).isSorted();
            });
  }

  private static List<JsonNode> lines(Path folder) throws IOException {
    List<JsonNode> lines = new ArrayList<>();
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file :
          (Iterable<Path>) files.filter(f -> f.toString().endsWith(".ndjson"))::iterator) {
        for (String line : Files.readAllLines(file)) {
          lines.add(JSON.readTree(line));
        }
      }
    }
    return lines;
  }
}
