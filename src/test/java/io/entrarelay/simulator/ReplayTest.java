package io.entrarelay.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReplayTest {
  private final TestClock clock = new TestClock(Instant.parse("2026-11-22T10:00:00.75Z"));

  @TempDir private Path folder = Path.of("");

  private SimulatorOptions options() {
    return SimulatorOptions.builder()
        .scheme("http")
        .replay(folder)
        .throttle(false)
        .clock(clock)
        .build();
  }

  private void write(String... lines) throws Exception {
    Files.write(folder.resolve("recorded.ndjson"), List.of(lines));
  }

  @Test
  void servesTheRecordsOfAFolderAsIfTheNewestWereNow() throws Exception {
    write(
        "{\"id\":\"a\",\"createdDateTime\":\"2026-05-01T10:00:00.1234567Z\",\"x\":1.50}",
        "",
        "{\"id\":\"b\", \"createdDateTime\" : \"2026-05-01T10:05:00Z\"}",
        "{\"id\":\"a\",\"createdDateTime\":\"2026-05-01T10:00:00.1234567Z\",\"x\":2}",
        "{\"id\":\"c\",\"activityDateTime\":\"2026-05-01T10:04:59Z\"}");
    try (Simulator simulator = Simulator.start(options())) {
      TestClient client = new TestClient(simulator);
      assertThat(client.get("/v1.0/auditLogs/signIns").text())
          .endsWith(
              "\"value\":[{\"id\":\"b\", \"createdDateTime\" : \"2026-11-22T10:00:00Z\"},"
                  + "{\"id\":\"a\",\"createdDateTime\":\"2026-11-22T09:55:00.1234567Z\",\"x\":1.50}]}");
      clock.forward(Duration.ofSeconds(10));
      JsonNode revised = client.get("/v1.0/auditLogs/signIns").json().path("value").path(1);
      assertThat(revised.path("x").asInt()).isEqualTo(2);
      assertThat(client.get("/v1.0/auditLogs/directoryAudits").json().path("value").path(0))
          .isEqualTo(
              TestClient.JSON.readTree(
                  "{\"id\":\"c\",\"activityDateTime\":\"2026-11-22T09:59:59Z\"}"));
    }
  }

  @Test
  void refusesWhatIsNoRecordByFileAndLine() throws Exception {
    Path file = folder.resolve("recorded.ndjson");
    write("{\"id\":\"a\",\"createdDateTime\":\"2026-05-01T10:00:00Z\"}", "{not json");
    assertThatThrownBy(() -> Simulator.start(options()))
        .hasMessage(
            file + ", line 2: this is not JSON. Replay takes one record of Graph per line.");
    write("{\"id\":\"a\"}");
    assertThatThrownBy(() -> Simulator.start(options()))
        .hasMessage(
            file
                + ", line 1: the record has no id, or none of the times by which Graph's reports"
                + " are read, such as createdDateTime (a sign-in) or activityDateTime (a directory"
                + " audit).");
    write("{\"id\":\"a\",\"createdDateTime\":\"yesterday\"}");
    assertThatThrownBy(() -> Simulator.start(options()))
        .hasMessage(
            file
                + ", line 1: createdDateTime is not a time, such as 2026-11-22T10:00:00.1234567Z.");
    Files.delete(file);
    assertThatThrownBy(() -> Simulator.start(options()))
        .hasMessage(
            "The simulator finds no record to replay in "
                + folder
                + ". Put files there that end in .ndjson, with a record of Graph on each line.");
  }
}
