package io.entrarelay.relay;

import static org.awaitility.Awaitility.await;

import io.entrarelay.collect.Collector.Scope;
import io.entrarelay.collect.Feed;
import io.entrarelay.config.SettingsReader;
import io.entrarelay.state.Steps;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/** A relay in this process that reads what there is at once, and hands it on at once. */
public final class QuickRelay {
  private QuickRelay() {}

  /** Each slice is read once, and files are finished twice a second. */
  public static Map<String, Object> settings() {
    Map<String, Object> settings = new HashMap<>();
    settings.put("relay.collect.every", "500ms");
    settings.put("relay.collect.sweeps", "0s");
    settings.put("relay.collect.slice", "1s");
    settings.put("relay.collect.backfill", "15m");
    settings.put("relay.graph.budget", "off");
    settings.put("relay.forms", "vendor");
    settings.put("relay.sinks.files.roll-every", "500ms");
    return settings;
  }

  /**
   * Starts it.
   *
   * @param folder holds {@code config/} and {@code data/}
   */
  public static Relay start(Path folder, Path routes, Map<String, Object> settings) {
    Path config = folder.resolve("config");
    return Relay.start(
        new RelayOptions(
            "run",
            SettingsReader.read(config, Map.of(), settings),
            config,
            folder.resolve("data"),
            routes,
            Scope.RUN,
            true,
            Steps.NONE));
  }

  /** Waits until so many records of each of the two reports were taken. */
  public static void awaitTaken(Relay relay, long records) {
    await()
        .atMost(Duration.ofSeconds(90))
        .until(
            () ->
                relay.feeds().size() == 2
                    && relay.feeds().stream().allMatch(feed -> taken(feed) == records));
  }

  private static long taken(Feed feed) {
    return feed.tally().values().stream().mapToLong(tally -> tally.taken()).sum();
  }
}
