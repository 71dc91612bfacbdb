package io.entrarelay.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.entrarelay.faults.Visible.Tallied;
import io.entrarelay.relay.RelayProcess;
import io.entrarelay.simulator.SimulatedTenant;
import io.entrarelay.simulator.Simulator;
import io.entrarelay.simulator.SimulatorOptions;
import io.entrarelay.sink.kafka.KafkaBroker;
import io.entrarelay.sink.syslog.Rsyslog;
import io.entrarelay.sink.syslog.SyslogReceiver.Transport;
import io.entrarelay.state.Postgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The relay with all sinks at once, real servers at their far ends, killed with SIGKILL at random
 * moments: {@code -Dkill.all=250 -Dkill.seed=7} for more, or for the same again.
 */
class KillAllSinksIT {
  private static final Duration HORIZON = Duration.ofSeconds(15);

  /** The most records of a page. */
  private static final int PAGE = 1_000;

  private static final int WINDOW = 256 << 10;

  /** No record of the simulator is smaller on the wire. */
  private static final int SMALLEST = 1_000;

  @TempDir Path directory;

  @Test
  @Timeout(5_000)
  void onSqlite() throws Exception {
    kill("sqlite", Map.of());
  }

  @Test
  @Timeout(5_000)
  void onPostgres() throws Exception {
    Postgres.Database database = Postgres.database();
    kill(
        "postgres",
        Map.of(
            "RELAY_STATE_URL", database.url(),
            "RELAY_STATE_USER", database.user(),
            "RELAY_STATE_PASSWORD", database.password(),
            "RELAY_STATE_LEASE", "1s"));
  }

  private void kill(String store, Map<String, String> state) throws Exception {
    int kills = Integer.getInteger("kill.all", 5);
    long seed = Long.getLong("kill.seed", System.nanoTime());
    System.out.println(
        "KillAllSinksIT " + store + ": -Dkill.all=" + kills + " -Dkill.seed=" + seed);
    Random random = new Random(seed);
    SimulatorOptions options =
        SimulatorOptions.builder()
            .scheme("https")
            .seed(seed)
            .records(1_500)
            .span(Duration.ofSeconds(55))
            .rate(10)
            .late(0.2)
            .revised(0.2)
            .compress(1_200)
            .faults(1)
            .limit(10)
            .appLimit(244)
            .limitWindow(Duration.ofMillis(250))
            .build();
    try (Simulator simulator = Simulator.start(options);
        KafkaBroker broker =
            KafkaBroker.in(directory.resolve("kafka"))
                .set("auto.create.topics.enable", "true")
                .set("num.partitions", "2")
                .start();
        Rsyslog rsyslog = new Rsyslog(directory.resolve("rsyslog"), Transport.TCP, null);
        Far far =
            new Far(
                List.of(
                    new FilesReceiver(directory.resolve("data/out")),
                    new KafkaReceiver("kafka, transactions", broker.brokers(), "entra."),
                    new KafkaReceiver("kafka", broker.brokers(), "plain."),
                    new SyslogFileReceiver(rsyslog)))) {
      rsyslog.start();
      simulator.writeConfig(directory.resolve("config"));
      Path log = Files.createDirectories(Path.of("target")).resolve("kill-all-" + store + ".log");
      Files.deleteIfExists(log);
      Map<String, String> settings = settings(broker, rsyslog);
      settings.putAll(state);
      for (int kill = 0; kill < kills; kill++) {
        try (RelayProcess relay = start(settings, log)) {
          awaitWork(kill + 1, relay, log);
          Thread.sleep(500 + random.nextInt(4_000)); // the moment of the kill, by the seed
          assertThat(relay.isAlive()).as("see %s", log).isTrue();
          relay.kill();
        }
      }
      simulator.stopLive();
      Instant end = Instant.now().plus(HORIZON);
      Visible visible;
      try (RelayProcess relay = start(settings, log)) {
        Instant limit = end.plusSeconds(180);
        do {
          Thread.sleep(1_000); // the far ends grow by time
          far.receive();
          visible = Visible.by(Instant.now(), simulator, tenants(simulator), entry -> true);
        } while (Instant.now().isBefore(end)
            || (Instant.now().isBefore(limit) && !far.hasAll(visible)));
        assertThat(relay.isAlive()).as("see %s", log).isTrue();
        assertThat(relay.stop()).as("see %s", log).isIn(0, 143);
      }
      far.receive();
      Map<String, Tallied> counts = far.counts(visible);
      counts.forEach(
          (sink, count) ->
              System.out.println(
                  store
                      + ", "
                      + kills
                      + " kills, "
                      + sink
                      + ": visible "
                      + count.visible()
                      + ", lost "
                      + count.lost()
                      + ", twice "
                      + count.twice()
                      + ", damaged "
                      + count.damaged()));
      assertThat(counts.values()).extracting(Tallied::lost).containsOnly(0L);
      assertThat(counts.values()).extracting(Tallied::damaged).containsOnly(0L);
      assertThat(twice(counts, "files")).isZero();
      assertThat(twice(counts, "kafka, transactions")).isZero();
      assertThat(twice(counts, "kafka")).isLessThanOrEqualTo((long) kills * PAGE);
      assertThat(twice(counts, "syslog"))
          .isLessThanOrEqualTo((long) kills * (WINDOW / SMALLEST + PAGE));
    }
  }

  private static long twice(Map<String, Tallied> counts, String sink) {
    return Objects.requireNonNull(counts.get(sink), sink).twice();
  }

  private static List<String> tenants(Simulator simulator) {
    return simulator.tenants().stream().map(SimulatedTenant::tenantId).toList();
  }

  private RelayProcess start(Map<String, String> settings, Path log) throws IOException {
    return RelayProcess.start(
        routes(), directory.resolve("config"), directory.resolve("data"), settings, log, "run");
  }

  /** The product's routes, and one more to Kafka: the same without transactions. */
  private Path routes() throws IOException {
    Path routes = directory.resolve("routes");
    if (!Files.exists(routes)) {
      Path product = Path.of("routes");
      try (Stream<Path> files = Files.walk(product)) {
        for (Path file : (Iterable<Path>) files::iterator) {
          Files.copy(file, routes.resolve(product.relativize(file).toString()));
        }
      }
      Files.writeString(
          routes.resolve("sinks/plain.camel.yaml"),
          """
          - route:
              id: sink.plain
              description: The vendor form to Kafka without transactions.
              routeConfigurationId: forwarding
              from:
                uri: kamelet:outbox-source/sink.plain.pages
                parameters:
                  sink: plain
                  forms: vendor
                steps:
                  - to:
                      uri: kamelet:kafka-page-sink/sink.plain.send
                      parameters:
                        topic: "plain.${variable.form}.${variable.report}"
                        transactional: "false"
          """);
    }
    return routes;
  }

  private Map<String, String> settings(KafkaBroker broker, Rsyslog rsyslog) {
    Map<String, String> settings = new HashMap<>();
    settings.put("RELAY_COLLECT_EVERY", "1s");
    settings.put("RELAY_COLLECT_SLICE", "1s");
    settings.put("RELAY_COLLECT_SWEEPS", "0s,1s,2s,4s,8s,14s");
    settings.put("RELAY_COLLECT_BACKFILL", "3m");
    settings.put("RELAY_COLLECT_REMEMBER", "1h");
    settings.put("RELAY_GRAPH_BUDGET", "10/250ms");
    settings.put("RELAY_SINKS_FILES_ROLL_EVERY", "700ms");
    settings.put("RELAY_SINKS_KAFKA_ENABLED", "true");
    settings.put("RELAY_SINKS_KAFKA_BROKERS", broker.brokers());
    settings.put("RELAY_SINKS_KAFKA_TRANSACTIONAL", "true");
    settings.put("RELAY_SINKS_SYSLOG_ENABLED", "true");
    settings.put("RELAY_SINKS_SYSLOG_HOST", "127.0.0.1");
    settings.put("RELAY_SINKS_SYSLOG_PORT", Integer.toString(rsyslog.port()));
    settings.put("RELAY_SINKS_SYSLOG_PROTOCOL", "tcp");
    settings.put("RELAY_SINKS_SYSLOG_MAX_SIZE", "512KB");
    settings.put("RELAY_SINKS_SYSLOG_RESEND_WINDOW", (WINDOW >> 10) + "KB");
    return settings;
  }

  /** Waits until this process has come to work: it says which integrations it collects. */
  private static void awaitWork(int times, RelayProcess relay, Path log) throws Exception {
    Instant end = Instant.now().plusSeconds(90);
    while (Files.readString(log).split("integration contoso: ", -1).length <= times) {
      assertThat(relay.isAlive()).as("see %s", log).isTrue();
      assertThat(Instant.now()).as("see %s", log).isBefore(end);
      Thread.sleep(20);
    }
  }

  /** The far ends of all sinks. */
  private static final class Far implements AutoCloseable {
    private final Map<Receiver, Received> receivers = new LinkedHashMap<>();

    Far(List<Receiver> receivers) {
      receivers.forEach(each -> this.receivers.put(each, new Received()));
    }

    void receive() throws IOException {
      for (Map.Entry<Receiver, Received> each : receivers.entrySet()) {
        each.getKey().receive(each.getValue());
      }
    }

    boolean hasAll(Visible visible) {
      return receivers.values().stream().allMatch(visible::isDelivered);
    }

    Map<String, Tallied> counts(Visible visible) {
      Map<String, Tallied> counts = new LinkedHashMap<>();
      receivers.forEach((each, received) -> counts.put(each.sink(), visible.count(received)));
      return counts;
    }

    @Override
    public void close() {
      new ArrayList<>(receivers.keySet()).forEach(Receiver::close);
    }
  }
}
