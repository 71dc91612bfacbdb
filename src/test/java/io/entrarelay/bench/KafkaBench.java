package io.entrarelay.bench;

import io.entrarelay.collect.Collector.Scope;
import io.entrarelay.config.SettingsReader;
import io.entrarelay.relay.Relay;
import io.entrarelay.relay.RelayOptions;
import io.entrarelay.sink.kafka.KafkaBroker;
import io.entrarelay.sink.kafka.KafkaThroughput;
import io.entrarelay.state.Steps;
import io.entrarelay.state.Tally;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * The outbox into Kafka: collects a backfill without a sink, then sends it to a real broker in a
 * process of its own on the same machine, with and without transactions, each beside a bare
 * producer that sends the same lines. {@code mvn -Pbench verify}; {@code -Dbench.kafka=200000}.
 */
public final class KafkaBench {
  private static final int ROUNDS = 7;

  private KafkaBench() {}

  public static void main(String[] arguments) throws Exception {
    long records = Long.getLong("bench.kafka", 600_000);
    Path directory =
        Files.createTempDirectory(Files.createDirectories(Path.of("target")), "kafka-bench");
    try {
      Path data = directory.resolve("data");
      collect(directory, data, records);
      try (KafkaBroker broker = KafkaBroker.in(directory.resolve("broker")).asShipped().start()) {
        measure(new KafkaThroughput(data.resolve("state/relay.db"), broker.brokers()), records);
      }
    } finally {
      BackfillBench.delete(directory);
    }
    System.exit(0);
  }

  private static void measure(KafkaThroughput kafka, long records) throws Exception {
    kafka.bare(records / 2);
    kafka.route("warm", false);
    kafka.route("warm-transactional", true);
    Map<Boolean, List<Pair>> all = new TreeMap<>();
    for (int round = 0; round < ROUNDS; round++) {
      for (boolean transactional : List.of(false, true)) {
        Pair pair =
            new Pair(
                kafka.bare(records),
                kafka.route("round-" + round + "-" + transactional, transactional));
        all.computeIfAbsent(transactional, key -> new ArrayList<>()).add(pair);
        pair.print(transactional ? "in transactions" : "without transactions");
      }
    }
    median(all.get(false)).print("median of " + ROUNDS + " without transactions");
    median(all.get(true)).print("median of " + ROUNDS + " in transactions");
  }

  /**
   * Two that were measured one after the other, since machines change their mind.
   *
   * @param bare records a second, as {@code outbox}
   */
  private record Pair(double bare, double outbox) {
    private double ratio() {
      return outbox / bare;
    }

    private void print(String what) {
      System.out.printf(
          Locale.ROOT,
          "KafkaBench: %s: bare producer %,.0f/s, from the outbox %,.0f/s, ratio %.2f%n",
          what,
          bare,
          outbox,
          ratio());
    }
  }

  private static Pair median(List<Pair> pairs) {
    return pairs.stream()
        .sorted(Comparator.comparingDouble(Pair::ratio))
        .toList()
        .get(pairs.size() / 2);
  }

  /** Without a sink nothing leaves the outbox. */
  private static void collect(Path directory, Path data, long records) throws Exception {
    Process simulator = BackfillBench.simulator(directory, records / 2);
    Path config = directory.resolve("simulator");
    RelayOptions options =
        new RelayOptions(
            "bench",
            SettingsReader.read(
                config,
                Map.of(),
                Map.of(
                    "relay.forms", "vendor",
                    "relay.graph.budget", "off",
                    "relay.collect.backfill", "22h",
                    "relay.collect.every", "1s",
                    "relay.collect.sweeps", "0s, 24h",
                    "relay.sinks.files.enabled", "false")),
            config,
            data,
            Path.of("routes"),
            Scope.RUN,
            true,
            Steps.NONE);
    try (Relay relay = Relay.start(options)) {
      long taken = 0;
      while (taken < records) {
        Thread.sleep(20);
        taken =
            relay.feeds().stream()
                .flatMap(feed -> feed.tally().values().stream())
                .mapToLong(Tally::taken)
                .sum();
      }
    } finally {
      simulator.destroyForcibly().waitFor();
    }
  }
}
