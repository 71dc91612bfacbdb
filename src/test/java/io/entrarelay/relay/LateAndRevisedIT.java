package io.entrarelay.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.entrarelay.collect.Collector.Scope;
import io.entrarelay.collect.Feed;
import io.entrarelay.config.SettingsReader;
import io.entrarelay.simulator.Delivered;
import io.entrarelay.simulator.Delivered.Difference;
import io.entrarelay.simulator.Simulator;
import io.entrarelay.simulator.SimulatorOptions;
import io.entrarelay.simulator.Truth;
import io.entrarelay.state.Steps;
import io.entrarelay.state.Tally;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Records that Graph shows 1 s to 2 h late, and revises, in a time that is compressed 900 times:
 * all arrive, and each sweep finds what the simulator showed for it.
 *
 * <p>A record falls to sweep {@code k} or a later one exactly where it was shown after the reading
 * of its slice for sweep {@code k - 1}. That reading begins when it is due at the earliest, and in
 * this test at most {@link #SLOW} later: between these two the simulator's counts must lie.
 */
class LateAndRevisedIT {
  private static final Duration SLICE = Duration.ofSeconds(1);
  private static final List<Duration> AGES =
      Stream.of(0, 2, 4, 8, 16).map(Duration::ofSeconds).toList();

  /** From a sweep being due to its reading: the tick, the request, and a busy machine. */
  private static final Duration SLOW = Duration.ofSeconds(4);

  @TempDir Path directory;

  @Test
  @Timeout(300)
  void allArriveAndEachSweepFindsWhatWasShownForIt() throws Exception {
    SimulatorOptions options =
        SimulatorOptions.builder()
            .scheme("http")
            .seed(11)
            .records(0)
            .rate(120)
            .late(0.4)
            .revised(0.3)
            .compress(900)
            .limit(50)
            .appLimit(1_220)
            .limitWindow(Duration.ofSeconds(1))
            .build();
    try (Simulator simulator = Simulator.start(options)) {
      Path config = directory.resolve("config");
      Path data = directory.resolve("data");
      simulator.writeConfig(config);
      Instant begun = Instant.now();
      try (Relay relay = Relay.start(options(config, data))) {
        List<Feed> feeds = relay.feeds();
        assertThat(feeds).hasSize(2);
        await().atMost(Duration.ofSeconds(90)).until(() -> feeds.stream().allMatch(this::isRead));
        Instant read = Instant.now();
        await()
            .atMost(Duration.ofSeconds(90))
            .until(() -> Instant.now().isAfter(read.plusSeconds(10)));
        simulator.stopLive();
        Instant due = Instant.now().plus(AGES.get(AGES.size() - 1)).plus(SLICE);
        await()
            .atMost(Duration.ofSeconds(120))
            .until(
                () ->
                    Instant.now().isAfter(due)
                        && feeds.stream()
                            .allMatch(feed -> feed.missing(due.toEpochMilli()).isEmpty()));
        relay.collector().stop(Duration.ofSeconds(20));
        assertThat(relay.deliver(Duration.ofSeconds(90))).isTrue();
        for (Feed feed : feeds) {
          String report = feed.report().getName();
          String tenant = feed.integration().tenantId();
          Tally all = feed.tally().values().stream().reduce(Tally.NONE, Tally::plus);
          Difference difference;
          try (Stream<Truth.Entry> shown = simulator.truth().records(tenant, report)) {
            difference = Delivered.read(data.resolve("out"), report).against(shown);
          }
          assertThat(difference).as(report).matches(Difference::isNone);
          assertThat(all.taken()).isEqualTo(difference.visible());
          assertThat(all.taken() + all.revised()).isEqualTo(difference.lines());
          assertThat(all.revised()).isPositive();
          long[] shown = simulator.truth().bySweep(tenant, report, begun, SLICE, AGES);
          long[] slowly = slowly(simulator, feed, read);
          long[] found =
              AGES.stream()
                  .mapToLong(age -> feed.tally().getOrDefault(age.toMillis(), Tally.NONE).taken())
                  .toArray();
          System.out.println(
              report
                  + ": shown by sweep "
                  + Arrays.toString(shown)
                  + ", at least "
                  + Arrays.toString(slowly)
                  + " from each on, found by sweep "
                  + Arrays.toString(found));
          for (int sweep = 1; sweep < AGES.size(); sweep++) {
            assertThat(from(found, sweep))
                .as("%s, found by sweep %d or later", report, sweep)
                .isBetween(slowly[sweep], from(shown, sweep));
          }
          assertThat(slowly[1]).as("late records that say something").isPositive();
        }
      }
    }
  }

  private RelayOptions options(Path config, Path data) {
    return new RelayOptions(
        "test",
        SettingsReader.read(
            config,
            Map.of(),
            Map.of(
                "relay.collect.every", "1s",
                "relay.collect.slice", "1s",
                "relay.collect.sweeps", "0s, 2s, 4s, 8s, 16s",
                "relay.collect.backfill", "1m",
                "relay.forms", "vendor",
                "relay.graph.budget", "50/1s",
                "relay.sinks.files.roll-every", "30s")),
        config,
        data,
        Path.of("routes"),
        Scope.ALL_DUE,
        true,
        Steps.NONE);
  }

  private boolean isRead(Feed feed) {
    return feed.lastRead() > 0;
  }

  private static long from(long[] counts, int sweep) {
    return Arrays.stream(counts, sweep, counts.length).sum();
  }

  /** Of each sweep, the records that it or a later one must find, however slow the readings are. */
  private static long[] slowly(Simulator simulator, Feed feed, Instant since) {
    long[] counts = new long[AGES.size()];
    try (Stream<Truth.Entry> entries =
        simulator.truth().records(feed.integration().tenantId(), feed.report().getName())) {
      entries
          .filter(entry -> entry.time().isAfter(since))
          .forEach(
              entry -> {
                long slice = SLICE.toMillis();
                long end = Math.floorDiv(entry.time().toEpochMilli(), slice) * slice + slice;
                for (int sweep = 1; sweep < AGES.size(); sweep++) {
                  long read = end + AGES.get(sweep - 1).toMillis() + SLOW.toMillis();
                  if (entry.visible().toEpochMilli() > read) {
                    counts[sweep]++;
                  }
                }
              });
    }
    return counts;
  }
}
