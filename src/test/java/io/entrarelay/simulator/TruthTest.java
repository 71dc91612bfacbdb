package io.entrarelay.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TruthTest {
  private final TestClock clock = new TestClock(Instant.parse("2026-11-22T10:00:00Z"));

  private SimulatorOptions.Builder options() {
    return SimulatorOptions.builder()
        .scheme("http")
        .records(150)
        .span(Duration.ofMinutes(10))
        .rate(4)
        .late(0.2)
        .revised(0.3)
        .compress(60)
        .throttle(false)
        .clock(clock);
  }

  private static String sha256(String text) throws Exception {
    return HexFormat.of()
        .formatHex(
            MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
  }

  /** Every content that a reader sees who looks every two seconds, by record. */
  private Map<String, Set<String>> watch(TestClient client, String path, int looks)
      throws Exception {
    Map<String, Set<String>> seen = new HashMap<>();
    for (int i = 0; i < looks; i++) {
      String url = path;
      while (!url.isEmpty()) {
        String page = client.get(url).text();
        JsonNode json = TestClient.JSON.readTree(page);
        for (JsonNode record : json.path("value")) {
          // the simulator writes without spaces, as Jackson does
          seen.computeIfAbsent(record.path("id").asText(), id -> new LinkedHashSet<>())
              .add(sha256(record.toString()));
          assertThat(page).contains(record.toString());
        }
        url = json.path("@odata.nextLink").asText().replaceFirst("^http://[^/]+", "");
      }
      if (i + 1 < looks) {
        clock.forward(Duration.ofSeconds(2));
      }
    }
    return seen;
  }

  @ParameterizedTest
  @ValueSource(strings = {"signIns", "directoryAudits"})
  void tellsEveryContentThatAReaderCanSee(String report) throws Exception {
    try (Simulator simulator = Simulator.start(options().build())) {
      TestClient client = new TestClient(simulator);
      Map<String, Set<String>> seen = watch(client, "/v1.0/auditLogs/" + report, 20);
      String tenantId = simulator.tenants().get(0).tenantId();
      List<Truth.Entry> truth = simulator.truth().records(tenantId, report).toList();
      assertThat(truth).hasSizeGreaterThan(150);
      assertThat(seen.keySet())
          .isEqualTo(truth.stream().map(Truth.Entry::id).collect(Collectors.toSet()));
      for (Truth.Entry entry : truth) {
        Set<String> told =
            entry.contents().stream().map(Truth.Content::sha256).collect(Collectors.toSet());
        assertThat(told).as(entry.id()).containsAll(seen.getOrDefault(entry.id(), Set.of()));
        String last = sha256(new String(entry.finalContent(), StandardCharsets.UTF_8));
        assertThat(entry.contents().get(entry.contents().size() - 1).sha256()).isEqualTo(last);
        assertThat(seen.getOrDefault(entry.id(), Set.of())).contains(last);
      }
      assertThat(truth).anyMatch(entry -> entry.visible().isAfter(entry.time().plusSeconds(5)));
      assertThat(truth).anyMatch(entry -> entry.contents().size() > 1);
      assertThat(truth)
          .as("some content comes back")
          .anyMatch(
              entry ->
                  entry.contents().size() == 3
                      && entry.contents().get(0).sha256().equals(entry.contents().get(2).sha256()));
      assertThat(truth)
          .as("no two contents in a row are the same")
          .noneMatch(
              entry -> {
                for (int i = 1; i < entry.contents().size(); i++) {
                  if (entry
                      .contents()
                      .get(i)
                      .sha256()
                      .equals(entry.contents().get(i - 1).sha256())) {
                    return true;
                  }
                }
                return false;
              });
      Truth.Counts counts = simulator.truth().counts(tenantId, report, Duration.ofSeconds(1));
      assertThat(counts.records()).isEqualTo(truth.size());
      assertThat(counts.late())
          .isEqualTo(
              truth.stream()
                  .filter(entry -> entry.visible().isAfter(entry.time().plusSeconds(1)))
                  .count());
      assertThat(counts.revised())
          .isEqualTo(truth.stream().filter(entry -> entry.contents().size() > 1).count());
    }
  }

  @Test
  void settlesOnceNoMoreRecordsCome() throws Exception {
    try (Simulator simulator = Simulator.start(options().build())) {
      clock.forward(Duration.ofSeconds(30));
      simulator.stopLive();
      Instant settled = simulator.truth().settled();
      // two hours late and two more revised, by 60
      assertThat(settled).isBetween(clock.instant(), clock.instant().plusSeconds(240));
      clock.forward(Duration.between(clock.instant(), settled));
      String tenantId = simulator.tenants().get(0).tenantId();
      Map<String, String> last = finals(simulator, tenantId);
      assertThat(last).hasSizeBetween(268, 273);
      clock.forward(Duration.ofHours(1));
      assertThat(finals(simulator, tenantId)).isEqualTo(last);
    }
  }

  private static Map<String, String> finals(Simulator simulator, String tenantId) {
    return simulator
        .truth()
        .records(tenantId, "signIns")
        .collect(
            Collectors.toMap(
                Truth.Entry::id,
                entry -> new String(entry.finalContent(), StandardCharsets.UTF_8)));
  }

  @Test
  void tellsTheTruthToOtherProcesses() throws Exception {
    try (Simulator simulator = Simulator.start(options().build())) {
      TestClient client = new TestClient(simulator);
      client.get("/v1.0/auditLogs/signIns");
      String tenantId = simulator.tenants().get(0).tenantId();
      String lines = client.get("/simulator/truth?report=signIns&tenant=" + tenantId).text();
      List<Truth.Entry> truth = simulator.truth().records(tenantId, "signIns").toList();
      assertThat(lines.lines()).hasSize(truth.size());
      JsonNode line = TestClient.JSON.readTree(lines.lines().findFirst().orElseThrow());
      Truth.Entry first = truth.get(0);
      assertThat(line.path("id").asText()).isEqualTo(first.id());
      assertThat(line.path("time").asText()).isEqualTo(first.time().toString());
      assertThat(line.path("contents").path(0).path("sha256").asText())
          .isEqualTo(first.contents().get(0).sha256());
      JsonNode summary = client.get("/simulator/summary").json();
      assertThat(summary.path("requests").asInt()).isEqualTo(1);
      assertThat(summary.path("tokenRequests").asInt()).isEqualTo(1);
      JsonNode tenant = summary.path("tenants").path(0);
      assertThat(tenant.path("reports").path("signIns").path("records").asInt())
          .isEqualTo(truth.size());
      TestClient.Answer wrong = client.get("/simulator/truth?report=x&tenant=" + tenantId);
      assertThat(wrong.status()).isEqualTo(400);
      assertThat(wrong.text())
          .startsWith("The simulator has no report x; it has signIns, nonInteractiveUserSignIns, ");
    }
  }
}
