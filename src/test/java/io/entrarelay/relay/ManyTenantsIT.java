package io.entrarelay.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.entrarelay.collect.Collector.Scope;
import io.entrarelay.collect.Feed;
import io.entrarelay.config.SettingsReader;
import io.entrarelay.simulator.Simulator;
import io.entrarelay.simulator.SimulatorOptions;
import io.entrarelay.simulator.TenantCondition;
import io.entrarelay.state.Steps;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** One throttled, one slow and one broken tenant among 200: the other 197 are read as ever. */
class ManyTenantsIT {
  private static final int TENANTS = 200;

  /** From one reading to the next, and what a machine under test may add. */
  private static final Duration FRESH = Duration.ofSeconds(4 + 12);

  @TempDir Path directory;

  @Test
  @Timeout(240)
  void badTenantsDelayNoOther() throws Exception {
    SimulatorOptions options =
        SimulatorOptions.builder()
            .scheme("http")
            .seed(7)
            .tenants(TENANTS)
            .records(20)
            .span(Duration.ofSeconds(60))
            .rate(0)
            .limit(20)
            .appLimit(20)
            .limitWindow(Duration.ofSeconds(1))
            .build();
    try (Simulator simulator = Simulator.start(options)) {
      List<String> bad =
          simulator.tenants().subList(0, 3).stream().map(tenant -> tenant.tenantId()).toList();
      simulator.condition(bad.get(0), TenantCondition.THROTTLED);
      simulator.condition(bad.get(1), TenantCondition.SLOW);
      simulator.condition(bad.get(2), TenantCondition.BROKEN);
      Path config = directory.resolve("config");
      simulator.writeConfig(config);
      RelayOptions relayOptions =
          new RelayOptions(
              "test",
              SettingsReader.read(
                  config,
                  Map.of(),
                  Map.of(
                      "relay.collect.every", "4s",
                      "relay.collect.slice", "2s",
                      "relay.collect.sweeps", "0s, 8s",
                      "relay.collect.backfill", "3m",
                      "relay.forms", "vendor",
                      "relay.graph.budget", "20/1s",
                      "relay.sinks.files.roll-every", "30s")),
              config,
              directory.resolve("data"),
              Path.of("routes"),
              Scope.RUN,
              true,
              Steps.NONE);
      try (Relay relay = Relay.start(relayOptions)) {
        List<Feed> good =
            relay.feeds().stream()
                .filter(feed -> !bad.contains(feed.integration().tenantId()))
                .toList();
        assertThat(good).hasSize((TENANTS - 3) * 2);
        await()
            .atMost(Duration.ofSeconds(120))
            .until(() -> good.stream().allMatch(feed -> feed.lastRead() > 0));
        long watched = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        await()
            .atMost(Duration.ofSeconds(60))
            .pollInterval(Duration.ofMillis(500))
            .until(
                () -> {
                  long now = System.currentTimeMillis();
                  assertThat(good)
                      .allMatch(feed -> now - feed.lastRead() < FRESH.toMillis(), "read lately");
                  return System.nanoTime() > watched;
                });
        await()
            .atMost(Duration.ofSeconds(60))
            .until(() -> good.stream().allMatch(feed -> feed.problem() == null));
        // the throttled and the broken one say what is wrong with them, and hold nobody up
        assertThat(problems(relay, bad.get(2))).isNotEmpty();
      }
    }
  }

  private static Set<String> problems(Relay relay, String tenantId) {
    return relay.feeds().stream()
        .filter(feed -> feed.integration().tenantId().equals(tenantId))
        .map(Feed::problem)
        .filter(problem -> problem != null)
        .map(problem -> String.valueOf(problem.message()))
        .collect(java.util.stream.Collectors.toSet());
  }
}
