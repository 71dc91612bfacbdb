package io.entrarelay.relay;

import static org.assertj.core.api.Assertions.assertThat;

import io.entrarelay.simulator.Delivered;
import io.entrarelay.simulator.Delivered.Difference;
import io.entrarelay.simulator.Simulator;
import io.entrarelay.simulator.SimulatorOptions;
import io.entrarelay.simulator.Truth;
import io.entrarelay.sink.kafka.KafkaBroker;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The relay in a process of its own, with two Kafka sinks on a real broker, one with transactions,
 * killed with SIGKILL at random moments. {@code -Dkafka.kill.times=200 -Dkill.seed=7} for more, or
 * for the same again.
 */
class KafkaKillIT {
  private static final List<String> REPORTS = List.of("signIns", "directoryAudits");

  /** The age of the last sweep and one slice. */
  private static final Duration HORIZON = Duration.ofSeconds(5);

  /** As many records as the simulator's pages have at most. */
  private static final int PAGE = 1_000;

  @TempDir Path directory;

  @Test
  @Timeout(3_000)
  void aKilledRelayLosesNothingAndDoublesNothingInTransactions() throws Exception {
    int kills = Integer.getInteger("kafka.kill.times", 5);
    long seed = Long.getLong("kill.seed", System.nanoTime());
    System.out.println("KafkaKillIT: -Dkafka.kill.times=" + kills + " -Dkill.seed=" + seed);
    Random random = new Random(seed);
    SimulatorOptions options =
        SimulatorOptions.builder()
            .scheme("https")
            .seed(seed)
            .records(1_500)
            .span(Duration.ofSeconds(55))
            .rate(40)
            .late(0.2)
            .revised(0.2)
            .compress(1_200)
            .limit(10)
            .appLimit(244)
            .limitWindow(Duration.ofMillis(250))
            .build();
    Path config = directory.resolve("config");
    Path data = directory.resolve("data");
    Path routes = routes();
    Path log = Files.createDirectories(Path.of("target")).resolve("kafka-kill-it.log");
    Files.deleteIfExists(log);
    try (KafkaBroker broker = KafkaBroker.in(directory.resolve("broker")).start();
        Simulator simulator = Simulator.start(options)) {
      simulator.writeConfig(config);
      Map<String, String> settings =
          Map.of(
              "RELAY_COLLECT_EVERY", "1s",
              "RELAY_COLLECT_SLICE", "1s",
              "RELAY_COLLECT_SWEEPS", "0s,1s,2s,4s",
              "RELAY_COLLECT_BACKFILL", "3m",
              "RELAY_COLLECT_REMEMBER", "1h",
              "RELAY_GRAPH_BUDGET", "10/250ms",
              "RELAY_SINKS_FILES_ENABLED", "false",
              "RELAY_SINKS_KAFKA_ENABLED", "true",
              "RELAY_SINKS_KAFKA_BROKERS", broker.brokers(),
              "RELAY_SINKS_KAFKA_TRANSACTIONAL", "true");
      for (int kill = 0; kill < kills; kill++) {
        try (RelayProcess relay = RelayProcess.start(routes, config, data, settings, log, "run")) {
          awaitWork(kill + 1, relay, log);
          Thread.sleep(random.nextInt(2_000)); // the moment of the kill, by the seed
          assertThat(relay.isAlive()).as("see %s", log).isTrue();
          relay.kill();
        }
      }
      simulator.stopLive();
      Instant settled = Instant.now().plus(HORIZON);
      try (RelayProcess relay = RelayProcess.start(routes, config, data, settings, log, "run")) {
        awaitWork(kills + 1, relay, log);
        while (Instant.now().isBefore(settled)) {
          Thread.sleep(100);
        }
        assertThat(relay.stop()).as("see %s", log).isIn(0, 143);
      }
      try (RelayProcess collect =
          RelayProcess.start(
              routes, config, data, settings, log, "collect", "--json", "--timeout", "3m")) {
        assertThat(collect.waitFor(200)).as("see %s", log).isZero();
      }
      Map<String, Difference> transactional = differences(simulator, broker, "entra.vendor.");
      Map<String, Difference> plain = differences(simulator, broker, "plain.");
      transactional.forEach(
          (report, it) -> System.out.println("in transactions, " + report + ": " + it));
      plain.forEach((report, it) -> System.out.println("without, " + report + ": " + it));
      assertThat(transactional.values()).allMatch(Difference::isNone);
      assertThat(plain.values())
          .allMatch(it -> it.lost().isEmpty() && it.foreign().isEmpty() && it.torn() == 0);
      assertThat(plain.values().stream().mapToInt(it -> it.twice().size()).sum())
          .isLessThanOrEqualTo(kills * PAGE);
    }
  }

  /** The shipped routes, and a sink beside the shipped one that sends without transactions. */
  private Path routes() throws IOException {
    Path routes = RoutesFolder.copy(directory).routes();
    String sink = Files.readString(routes.resolve("sinks/kafka.camel.yaml"));
    Files.writeString(
        routes.resolve("sinks/plain.camel.yaml"),
        sink.replace("sink.kafka", "sink.plain")
            .replace("sink: kafka", "sink: plain")
            .replace(
                "topic: \"{{relay.sinks.kafka.topic}}\"",
                "topic: plain.${variable.report}\n              transactional: false"));
    return routes;
  }

  /** Waits until this process has come to work: it says which integrations it collects. */
  private static void awaitWork(int times, RelayProcess relay, Path log) throws Exception {
    Instant end = Instant.now().plusSeconds(60);
    while (Files.readString(log).split("integration contoso: ", -1).length <= times) {
      assertThat(relay.isAlive()).as("see %s", log).isTrue();
      assertThat(Instant.now()).as("see %s", log).isBefore(end);
      Thread.sleep(20);
    }
  }

  private Map<String, Difference> differences(Simulator simulator, KafkaBroker broker, String topic)
      throws IOException {
    String tenant = simulator.tenants().get(0).tenantId();
    Map<String, Difference> differences = new HashMap<>();
    for (String report : REPORTS) {
      Path folder =
          Files.createDirectories(directory.resolve(topic).resolve("vendor").resolve(report));
      try (OutputStream file = Files.newOutputStream(folder.resolve("all.ndjson"))) {
        for (ConsumerRecord<String, byte[]> record : broker.committed(topic + report)) {
          assertThat(record.key()).startsWith(tenant + "/");
          file.write(record.value());
          file.write('\n');
        }
      }
      try (Stream<Truth.Entry> truth = simulator.truth().records(tenant, report)) {
        differences.put(report, Delivered.read(directory.resolve(topic), report).against(truth));
      }
    }
    return differences;
  }
}
