package io.entrarelay.relay;

import static org.assertj.core.api.Assertions.assertThat;

import io.entrarelay.graph.Pki;
import io.entrarelay.simulator.Delivered;
import io.entrarelay.simulator.Delivered.Difference;
import io.entrarelay.simulator.SimulatedTenant;
import io.entrarelay.simulator.Simulator;
import io.entrarelay.simulator.SimulatorOptions;
import io.entrarelay.simulator.Truth;
import io.entrarelay.sink.syslog.Received;
import io.entrarelay.sink.syslog.Rsyslog;
import io.entrarelay.sink.syslog.SyslogReceiver;
import io.entrarelay.sink.syslog.SyslogReceiver.Transport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The relay as shipped, from the simulator to a real rsyslog over TLS, killed with SIGKILL while it
 * sends, and rsyslog stopped in order in between. {@code -Dsyslog.kills=50 -Dsyslog.seed=7} for
 * more, or for the same again.
 */
class SyslogKillIT {
  private static final List<String> REPORTS = List.of("signIns", "directoryAudits");

  @TempDir Path directory;

  private Map<String, String> settings(SyslogReceiver receiver, Path trusted, Pki.Pair client) {
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("RELAY_COLLECT_EVERY", "500ms");
    settings.put("RELAY_COLLECT_SLICE", "1s");
    settings.put("RELAY_FORMS", "vendor");
    // beyond the latest that the simulator shows: two hours, compressed to six seconds
    settings.put("RELAY_COLLECT_SWEEPS", "0s,1s,2s,4s,8s,14s");
    settings.put("RELAY_COLLECT_BACKFILL", "3m");
    settings.put("RELAY_COLLECT_REMEMBER", "1h");
    settings.put("RELAY_GRAPH_BUDGET", "10/250ms");
    settings.put("RELAY_SINKS_FILES_ENABLED", "false");
    settings.put("RELAY_SINKS_SYSLOG_ENABLED", "true");
    settings.put("RELAY_SINKS_SYSLOG_HOST", "localhost");
    settings.put("RELAY_SINKS_SYSLOG_PORT", String.valueOf(receiver.port()));
    settings.put("RELAY_SINKS_SYSLOG_CA_CERTIFICATE", trusted.toString());
    settings.put("RELAY_SINKS_SYSLOG_CERTIFICATE", client.certificate().toString());
    settings.put("RELAY_SINKS_SYSLOG_PRIVATE_KEY", client.privateKey().toString());
    settings.put("RELAY_SINKS_SYSLOG_RESEND_WINDOW", "256KB");
    settings.put("RELAY_SINKS_SYSLOG_MAX_SIZE", "400KB");
    return settings;
  }

  @Test
  @Timeout(1_800)
  void nothingIsLostWhenTheRelayIsKilledAndTheReceiverStops() throws Exception {
    int kills = Integer.getInteger("syslog.kills", 3);
    long seed = Long.getLong("syslog.seed", System.nanoTime());
    System.out.println("SyslogKillIT: -Dsyslog.kills=" + kills + " -Dsyslog.seed=" + seed);
    Random random = new Random(seed);
    Pki authority = new Pki("authority");
    Path trusted = authority.write(directory.resolve("authority.pem"));
    Pki.Pair server = authority.write(directory, "receiver", "localhost");
    Pki.Pair client = authority.write(directory, "relay", "relay.example.com");
    SimulatorOptions options =
        SimulatorOptions.builder()
            .scheme("https")
            .seed(seed)
            .records(2_000)
            .span(Duration.ofSeconds(50))
            .rate(20)
            .late(0.2)
            .revised(0.2)
            .compress(1_200)
            .limit(10)
            .appLimit(244)
            .limitWindow(Duration.ofMillis(250))
            .build();
    Path log = Files.createDirectories(Path.of("target")).resolve("syslog-kill-it.log");
    Files.deleteIfExists(log);
    try (Rsyslog rsyslog =
            new Rsyslog(
                directory.resolve("rsyslog"),
                Transport.TLS,
                new SyslogReceiver.Tls(trusted, server.certificate(), server.privateKey()));
        Simulator simulator = Simulator.start(options)) {
      Path config = directory.resolve("config");
      Path data = directory.resolve("data");
      simulator.writeConfig(config);
      Map<String, String> settings = settings(rsyslog, trusted, client);
      rsyslog.start();
      for (int kill = 0; kill < kills; kill++) {
        long before = rsyslog.count();
        int more = 1 + random.nextInt(60);
        try (RelayProcess relay = RelayProcess.start(config, data, settings, log, "run")) {
          Awaitility.await()
              .atMost(Duration.ofSeconds(180))
              .pollInterval(Duration.ofMillis(5))
              .until(() -> rsyslog.count() > before + more);
          if (kill % 2 == 1) {
            rsyslog.stop();
          }
          relay.kill();
        }
        if (!rsyslog.isRunning()) {
          rsyslog.start();
        }
      }
      simulator.stopLive();
      Map<String, Difference> last = new ConcurrentHashMap<>();
      try (RelayProcess relay = RelayProcess.start(config, data, settings, log, "run")) {
        Awaitility.await()
            .atMost(Duration.ofSeconds(120))
            .pollInterval(Duration.ofSeconds(3)) // all is compared with all
            .ignoreExceptions()
            .until(
                () -> {
                  last.putAll(differences(simulator, rsyslog));
                  return last.values().stream().allMatch(each -> each.lost().isEmpty());
                });
        assertThat(relay.stop()).as("see %s", log).isIn(0, 143);
      } finally {
        last.forEach((report, difference) -> System.out.println(report + ": " + difference));
      }
      rsyslog.stop();
      for (Difference difference : differences(simulator, rsyslog).values()) {
        assertThat(difference.lost()).isEmpty();
        assertThat(difference.foreign()).isEmpty();
        assertThat(difference.torn()).isZero();
      }
      long twice = twiceBytes(rsyslog.messages());
      System.out.printf("SyslogKillIT: %,d bytes twice after %d kills%n", twice, kills);
      // each kill, and each stop, at most a window or the page that is larger than it
      assertThat(twice).isLessThanOrEqualTo(2L * kills * (5 << 20));
    }
  }

  /** As if the messages were a file. */
  private Map<String, Difference> differences(Simulator simulator, Rsyslog rsyslog)
      throws IOException {
    Map<String, StringBuilder> lines = new HashMap<>();
    for (Received message : rsyslog.messages()) {
      lines
          .computeIfAbsent(message.messageId(), report -> new StringBuilder())
          .append(message.message())
          .append('\n');
    }
    SimulatedTenant tenant = simulator.tenants().get(0);
    Map<String, Difference> differences = new HashMap<>();
    for (String report : REPORTS) {
      Path file = directory.resolve("out/vendor").resolve(report).resolve("all.ndjson");
      Files.createDirectories(file.getParent());
      Files.writeString(file, lines.getOrDefault(report, new StringBuilder()));
      Delivered delivered = Delivered.read(directory.resolve("out"), report);
      try (Stream<Truth.Entry> truth = simulator.truth().records(tenant.tenantId(), report)) {
        differences.put(report, delivered.against(truth));
      }
    }
    return differences;
  }

  private static long twiceBytes(List<Received> messages) {
    Map<String, Integer> times = new HashMap<>();
    long bytes = 0;
    for (Received message : messages) {
      String key = message.recordId() + " " + message.parameters().get("revision");
      if (times.merge(key, 1, Integer::sum) > 1) {
        bytes += message.message().length();
      }
    }
    return bytes;
  }
}
