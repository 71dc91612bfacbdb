package io.entrarelay.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.entrarelay.simulator.Delivered;
import io.entrarelay.simulator.Delivered.Difference;
import io.entrarelay.simulator.FinishedFile;
import io.entrarelay.simulator.Simulator;
import io.entrarelay.simulator.SimulatorOptions;
import io.entrarelay.simulator.Truth;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A sink that stands still holds back only itself until the outbox is full; then collecting waits,
 * by itself goes on when there is room, and nothing is lost. A sink that is taken away holds
 * nothing back.
 */
@Timeout(300)
class OutboxLimitIT {
  private static final Duration SOON = Duration.ofSeconds(60);
  private static final List<String> REPORTS = List.of("signIns", "directoryAudits");

  /** Of each report. */
  private static final int RECORDS = 9_000;

  @TempDir
  @SuppressWarnings("NullAway.Init") // JUnit sets it
  private Path folder;

  @SuppressWarnings("NullAway.Init") // set before each test
  private RoutesFolder routes;

  @SuppressWarnings("NullAway.Init") // set before each test
  private Simulator simulator;

  @BeforeEach
  void start() throws IOException {
    routes = RoutesFolder.copy(folder);
    simulator =
        Simulator.start(
            SimulatorOptions.builder()
                .scheme("http")
                .records(RECORDS)
                .span(Duration.ofMinutes(9))
                .rate(0)
                .late(0)
                .revised(0)
                .throttle(false)
                .build());
    simulator.writeConfig(folder.resolve("config"));
    routes.put(
        "routes/sinks/dead.camel.yaml",
        Files.readString(routes.routes().resolve("sinks/files.camel.yaml"))
            .replace("sink.files", "sink.dead")
            .replace("sink: files", "sink: dead")
            .replace("\"{{relay.sinks.files.directory}}\"", "dead"));
  }

  @AfterEach
  void stop() {
    simulator.close();
  }

  private Relay relay() {
    Map<String, Object> settings = QuickRelay.settings();
    settings.put("relay.outbox.limit", "1MB");
    return QuickRelay.start(folder, routes.routes(), settings);
  }

  /** In the place of the directory of the sink that is to stand still. */
  private Path block() throws IOException {
    Files.createDirectories(folder.resolve("data"));
    return Files.writeString(folder.resolve("data/dead"), "in the way");
  }

  private Difference difference(String directory, String report) throws IOException {
    Delivered delivered = Delivered.read(folder.resolve("data").resolve(directory), report);
    try (Stream<Truth.Entry> truth =
        simulator.truth().records(simulator.tenants().get(0).tenantId(), report)) {
      return delivered.against(truth);
    }
  }

  private void awaitAll(String directory) throws IOException {
    await()
        .atMost(SOON)
        .pollInterval(Duration.ofMillis(500))
        .until(() -> lines(directory) >= REPORTS.size() * RECORDS);
    for (String report : REPORTS) {
      Difference difference = difference(directory, report);
      assertThat(difference).matches(Difference::isNone);
      assertThat(difference.visible()).isEqualTo(RECORDS);
    }
  }

  @Test
  void collectingWaitsAtTheLimitAndGoesOnByItself() throws Exception {
    Path block = block();
    try (Relay relay = relay()) {
      await().atMost(SOON).until(() -> relay.outboxLimit().isFull());
      assertThat(relay.outboxLimit().problem())
          .contains("sink dead holds it up")
          .contains("can't write under");
      // no request is sent any more, and the other sink gets all that was collected
      AtomicLong requests = new AtomicLong(-1);
      await()
          .atMost(SOON)
          .pollInterval(Duration.ofSeconds(2))
          .until(
              () -> {
                long now = simulator.truth().requests();
                return requests.getAndSet(now) == now;
              });
      await().atMost(SOON).untilAsserted(() -> assertThat(lines("out")).isEqualTo(taken(relay)));
      // a quick machine may have read everything before it is noticed that the outbox is full
      assertThat(taken(relay)).isPositive();
      assertThat(simulator.truth().requests()).isEqualTo(requests.get());

      Files.delete(block);
      awaitAll("dead");
      awaitAll("out");
      await().atMost(SOON).until(() -> !relay.outboxLimit().isFull());
      assertThat(relay.outboxLimit().problem()).isNull();
      await().atMost(SOON).until(() -> simulator.truth().requests() > requests.get());
    }
  }

  @Test
  void aSinkThatIsTakenAwayHoldsNothingBack() throws Exception {
    block();
    try (Relay relay = relay()) {
      await().atMost(SOON).until(() -> relay.outboxLimit().isFull());
    }
    Files.delete(routes.routes().resolve("sinks/dead.camel.yaml"));
    try (Relay relay = relay()) {
      awaitAll("out");
      await().atMost(SOON).until(() -> relay.store().outboxSize().rows() == 0);
      assertThat(relay.store().sinkForms()).containsOnlyKeys("files");
    }
  }

  private static long taken(Relay relay) {
    return relay.feeds().stream()
        .flatMap(feed -> feed.tally().values().stream())
        .mapToLong(tally -> tally.taken())
        .sum();
  }

  /** Of finished files. */
  private long lines(String directory) throws IOException {
    long lines = 0;
    Path root = folder.resolve("data").resolve(directory);
    if (Files.isDirectory(root)) {
      try (Stream<Path> files = Files.walk(root)) {
        for (Path file : (Iterable<Path>) files.filter(FinishedFile::is)::iterator) {
          for (byte each : FinishedFile.read(file)) {
            lines += each == '\n' ? 1 : 0;
          }
        }
      } catch (UncheckedIOException e) {
        return 0; // a file was finished while they were listed: its other name is gone
      }
    }
    return lines;
  }
}
