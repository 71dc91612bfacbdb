package io.entrarelay.cli;

import static org.awaitility.Awaitility.await;

import io.entrarelay.collect.Feed;
import io.entrarelay.relay.Relay;
import io.entrarelay.simulator.SimulatedTenant;
import io.entrarelay.simulator.Simulator;
import io.entrarelay.simulator.Truth;
import io.entrarelay.state.Tally;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToLongFunction;

/** What a relay in this process has taken of what a simulator has shown. */
final class QuickRelayRecords {
  private QuickRelayRecords() {}

  private static Map<String, Long> sums(Relay relay, ToLongFunction<Tally> count) {
    Map<String, Long> sums = new TreeMap<>();
    for (Feed feed : relay.feeds()) {
      sums.merge(
          feed.report().getName(),
          feed.tally().values().stream().mapToLong(count).sum(),
          Long::sum);
    }
    return sums;
  }

  /** Records taken, by report. */
  static Map<String, Long> taken(Relay relay) {
    return sums(relay, Tally::taken);
  }

  static long repeated(Relay relay, String report) {
    return sums(relay, Tally::repeated).getOrDefault(report, 0L);
  }

  /** Waits until all that the simulator has shown was taken, each record once. */
  static void awaitTaken(Relay relay, Simulator simulator) {
    await()
        .atMost(Duration.ofMinutes(1))
        .until(
            () ->
                !relay.feeds().isEmpty()
                    && relay.feeds().stream()
                        .allMatch(
                            feed ->
                                taken(relay).getOrDefault(feed.report().getName(), 0L)
                                    >= shown(simulator, feed.report().getName())));
  }

  private static long shown(Simulator simulator, String report) {
    long shown = 0;
    for (SimulatedTenant tenant : simulator.tenants()) {
      shown += simulator.truth().records(tenant.tenantId(), report).map(Truth.Entry::id).count();
    }
    return shown;
  }
}
