package io.entrarelay.bench;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.entrarelay.collect.Collector.Scope;
import io.entrarelay.config.Integration;
import io.entrarelay.config.IntegrationReader;
import io.entrarelay.config.SettingsReader;
import io.entrarelay.flow.Connections;
import io.entrarelay.graph.GraphHttpClientConfigurer;
import io.entrarelay.graph.Trust;
import io.entrarelay.relay.Relay;
import io.entrarelay.relay.RelayOptions;
import io.entrarelay.state.Steps;
import io.entrarelay.state.Tally;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;

/**
 * One backfill, end to end: the simulator in a process of its own serves pre-rendered pages; this
 * process first drains the same bytes and scans their tokens with bare Jackson, one page after
 * another, then collects them into finished files. Prints records a second, the ratio of the two,
 * and what the heap holds at each quarter. {@code mvn -Pbench verify}; {@code
 * -Dbench.records=1000000 -Dbench.forms=vendor,ocsf}; {@code -Dbench.managed=true} with routes that
 * are managed beans, as where the console is served.
 */
public final class BackfillBench {
  private static final List<String> PATHS =
      List.of("/v1.0/auditLogs/signIns", "/v1.0/auditLogs/directoryAudits");
  private static final List<String> TIMES = List.of("createdDateTime", "activityDateTime");
  private static final String FORMS = System.getProperty("bench.forms", "vendor");
  private static final Duration SPAN = Duration.ofHours(20);

  private BackfillBench() {}

  public static void main(String[] arguments) throws Exception {
    long records = Long.getLong("bench.records", 200_000);
    Path directory = Files.createTempDirectory(Path.of("target"), "bench");
    Process simulator = simulator(directory, records / 2);
    ExecutorService executor = Executors.newCachedThreadPool();
    try {
      Path config = directory.resolve("simulator");
      Integration integration = integration(config);
      double bare = 0;
      for (int round = 0; round < 2; round++) {
        Cpu before = Cpu.of(simulator);
        bare = Math.max(bare, bare(integration, records, executor));
        System.out.println("bare: " + Cpu.of(simulator).since(before, records));
      }
      Cpu before = Cpu.of(simulator);
      double relay = relay(config, directory.resolve("data"), records);
      System.out.println("end to end: " + Cpu.of(simulator).since(before, records));
      System.out.printf(
          Locale.ROOT,
          "BackfillBench: %,d records in the forms %s; bare drain and token scan %,.0f/s; end to end %,.0f/s;"
              + " ratio %.2f%n",
          records,
          FORMS,
          bare,
          relay,
          relay / bare);
    } finally {
      executor.shutdownNow();
      simulator.destroyForcibly().waitFor();
      delete(directory);
    }
    System.exit(0);
  }

  /** The processor time of both processes so far, nanoseconds. */
  private record Cpu(long own, long simulator) {
    static Cpu of(Process simulator) {
      var system =
          (com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
      long its = simulator.info().totalCpuDuration().orElse(Duration.ZERO).toNanos();
      return new Cpu(system.getProcessCpuTime(), its);
    }

    String since(Cpu before, long records) {
      return String.format(
          Locale.ROOT,
          "%.1f µs of processor time a record, %.1f µs in the simulator",
          (own - before.own) / 1e3 / records,
          (simulator - before.simulator) / 1e3 / records);
    }
  }

  static Process simulator(Path directory, long each) throws Exception {
    Path log = directory.resolve("simulator.log");
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx1g",
                "-cp",
                System.getProperty("relay.class.path", System.getProperty("java.class.path")),
                "io.entrarelay.cli.EntraRelay",
                "simulate",
                "--http",
                "--prerendered",
                "--port",
                "0",
                "--rate",
                "0",
                "--late",
                "0",
                "--revised",
                "0",
                "--throttle",
                "off",
                "--span",
                SPAN.toHours() + "h",
                "--records",
                Long.toString(each),
                "--data",
                directory.toString())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    Instant end = Instant.now().plusSeconds(180);
    while (!Files.exists(directory.resolve("simulator/integrations"))
        || !Files.readString(log).contains("--config")) {
      if (!process.isAlive() || Instant.now().isAfter(end)) {
        throw new IOException("the simulator did not start: " + Files.readString(log));
      }
      Thread.sleep(100);
    }
    return process;
  }

  private static Integration integration(Path config) throws IOException {
    try (var files = Files.newDirectoryStream(config.resolve("integrations"), "*.yaml")) {
      return new IntegrationReader(Set.of("signIns", "directoryAudits"), true)
          .read(files.iterator().next());
    }
  }

  private static double bare(Integration integration, long records, ExecutorService executor)
      throws Exception {
    Trust trust = new Trust(null);
    try (GraphHttpClientConfigurer http = new GraphHttpClientConfigurer(trust, null);
        Connections connections = new Connections(trust, http, executor, null, Clock.systemUTC())) {
      HttpClientBuilder builder = HttpClientBuilder.create();
      http.configureHttpClient(builder);
      CloseableHttpClient client = builder.build();
      connections.add(integration);
      String token = connections.of(integration).token().value();
      Instant now = Instant.now().truncatedTo(ChronoUnit.HOURS);
      long start = System.nanoTime();
      long count = 0;
      for (int report = 0; report < PATHS.size(); report++) {
        for (int hour = (int) SPAN.toHours() + 1; hour >= 0; hour--) {
          Instant from = now.minus(hour, ChronoUnit.HOURS);
          String link =
              integration.cloud().graph()
                  + PATHS.get(report)
                  + "?$filter="
                  + TIMES.get(report)
                  + "%20ge%20"
                  + from
                  + "%20and%20"
                  + TIMES.get(report)
                  + "%20le%20"
                  + from.plus(1, ChronoUnit.HOURS).minusMillis(1)
                  + "&$top=1000";
          while (link != null) {
            HttpGet get = new HttpGet(link);
            get.setHeader("Authorization", "Bearer " + token);
            Scan scan = client.execute(get, answer -> scan(answer.getEntity().getContent()));
            count += scan.records;
            link = scan.next;
          }
        }
      }
      if (count < records * 99 / 100) {
        throw new IllegalStateException("drained only " + count + " of " + records);
      }
      return count / ((System.nanoTime() - start) / 1e9);
    }
  }

  private record Scan(long records, String next) {}

  private static Scan scan(InputStream body) throws IOException {
    long records = 0;
    String next = null;
    byte[] page = body.readAllBytes();
    try (JsonParser parser = new JsonFactory().createParser(page)) {
      int depth = 0;
      for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
        if (token.isStructStart()) {
          depth++;
          records += depth == 3 ? 1 : 0;
        } else if (token.isStructEnd()) {
          depth--;
        } else if (token == JsonToken.FIELD_NAME
            && depth == 1
            && parser.currentName().equals("@odata.nextLink")) {
          next = parser.nextTextValue();
        }
      }
    }
    return new Scan(records, next);
  }

  private static double relay(Path config, Path data, long records) throws Exception {
    RelayOptions unmanaged =
        new RelayOptions(
            "bench",
            SettingsReader.read(
                config,
                Map.of(),
                Map.of(
                    "relay.forms", FORMS,
                    "relay.graph.budget", "off",
                    "relay.collect.backfill", "22h",
                    "relay.collect.every", "1s",
                    "relay.collect.sweeps", "0s, 24h",
                    "relay.sinks.files.roll-every", "10s")),
            config,
            data,
            Path.of("routes"),
            Scope.RUN,
            true,
            Steps.NONE);
    long start = System.nanoTime();
    try (Relay relay = Relay.start(unmanaged.managed(Boolean.getBoolean("bench.managed")))) {
      long taken = 0;
      long quarter = 1;
      while (taken < records) {
        Thread.sleep(20);
        taken =
            relay.feeds().stream()
                .flatMap(feed -> feed.tally().values().stream())
                .mapToLong(Tally::taken)
                .sum();
        if (taken >= quarter * records / 4) {
          System.out.printf(Locale.ROOT, "  %,d taken, %s%n", taken, liveHeap());
          quarter = taken * 4 / records + 1;
        }
      }
      if (!relay.deliver(Duration.ofMinutes(5))) {
        throw new IllegalStateException("not delivered");
      }
      return taken / ((System.nanoTime() - start) / 1e9);
    }
  }

  /** What is in use after a full collection, and all that may be, MB. */
  private static String liveHeap() {
    System.gc();
    long used = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    return (used >> 20) + " MB in use of " + (Runtime.getRuntime().maxMemory() >> 20);
  }

  static void delete(Path directory) throws IOException {
    try (var paths = Files.walk(directory)) {
      for (Path path : (Iterable<Path>) paths.sorted(Comparator.reverseOrder())::iterator) {
        Files.delete(path);
      }
    }
  }
}
