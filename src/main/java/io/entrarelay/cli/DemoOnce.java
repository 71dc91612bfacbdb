package io.entrarelay.cli;

import io.entrarelay.collect.Feed;
import io.entrarelay.mapping.Mappings;
import io.entrarelay.simulator.Delivered;
import io.entrarelay.simulator.Delivered.Difference;
import io.entrarelay.simulator.SimulatedTenant;
import io.entrarelay.simulator.Truth;
import io.entrarelay.state.Tally;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/**
 * A few seconds of a simulated tenant's life, collected to the last late record; then the files are
 * held against what the simulator has shown.
 */
final class DemoOnce {
  private static final Duration LIFE = Duration.ofSeconds(4);
  private static final Duration LONGEST = Duration.ofMinutes(1);
  private static final Duration LOOK = Duration.ofMillis(100);

  private final Demo demo;
  private final Path files;
  private final Stop stop;
  private final PrintStream out = System.out;
  private final LiveSummary live = new LiveSummary(out);
  private final long end = System.nanoTime() + LONGEST.toNanos();

  /**
   * @param files where the files sink writes
   */
  DemoOnce(Demo demo, Path files, Stop stop) {
    this.demo = demo;
    this.files = files;
    this.stop = stop;
  }

  /**
   * Whether all that was shown is in the files, once; in vendor form, since only there it can be
   * told. Without it, whether all was delivered.
   */
  boolean isProven() throws InterruptedException, IOException {
    List<Feed> feeds =
        demo.relay().feeds().stream()
            .sorted(Comparator.comparing((Feed feed) -> feed.report().getName()).reversed())
            .toList();
    boolean read = await(() -> feeds.stream().allMatch(feed -> feed.lastRead() > 0));
    Instant enough = Instant.now().plus(LIFE);
    read &= await(() -> Instant.now().isAfter(enough));
    demo.simulator().stopLive();
    Instant due = Instant.now().plus(demo.plan().horizon());
    read &= await(() -> isComplete(feeds, due));
    demo.relay().collector().stop(LONGEST);
    boolean delivered = demo.relay().deliver(LONGEST);
    live.end(feeds, System.currentTimeMillis());
    out.println();
    sweeps(feeds).forEach(out::println);
    out.println();
    if (!demo.settings().forms().contains(Mappings.VENDOR)) {
      out.println("Without the form vendor the files are not held against what Graph showed.");
      return read && delivered;
    }
    boolean whole = true;
    for (Feed feed : feeds) {
      Difference difference = difference(feed);
      out.printf(
          Locale.ROOT,
          "%s: Graph showed %,d records; the files hold %,d lines of them; lost %d, twice %d%n",
          feed.report().getName(),
          difference.visible(),
          difference.lines(),
          difference.lost().size(),
          difference.twice().size());
      whole &= difference.lost().isEmpty() && difference.twice().isEmpty();
    }
    return read && delivered && whole;
  }

  /** Waits until that holds; false where the time is over or someone wants to stop. */
  private boolean await(BooleanSupplier condition) throws InterruptedException {
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > end || stop.await(LOOK)) {
        return false;
      }
      live.show(demo.relay().feeds(), System.currentTimeMillis());
    }
    return true;
  }

  private static boolean isComplete(List<Feed> feeds, Instant due) {
    return Instant.now().isAfter(due)
        && feeds.stream().allMatch(feed -> feed.missing(due.toEpochMilli()).isEmpty());
  }

  private List<String> sweeps(List<Feed> feeds) {
    List<Duration> ages = demo.plan().sweeps();
    StringBuilder head = new StringBuilder(String.format("%-36s", "late, by the sweep's age"));
    ages.stream().skip(1).forEach(age -> head.append(String.format("%8s", age.toSeconds() + "s")));
    Stream<String> rows =
        feeds.stream()
            .flatMap(
                feed -> {
                  String report = feed.report().getName();
                  long[] shown =
                      truth()
                          .bySweep(
                              tenant().tenantId(), report, demo.begun(), demo.plan().slice(), ages);
                  long[] found =
                      ages.stream()
                          .mapToLong(
                              age -> feed.found().getOrDefault(age.toMillis(), Tally.NONE).taken())
                          .toArray();
                  return Stream.of(row(report + ", shown", shown), row(report + ", found", found));
                });
    return Stream.concat(Stream.of(head.toString()), rows).toList();
  }

  private static String row(String name, long[] counts) {
    StringBuilder row = new StringBuilder(String.format("%-36s", name));
    for (int sweep = 1; sweep < counts.length; sweep++) {
      row.append(String.format(Locale.ROOT, "%,8d", counts[sweep]));
    }
    return row.toString();
  }

  private Difference difference(Feed feed) throws IOException {
    String report = feed.report().getName();
    try (Stream<Truth.Entry> shown = truth().records(tenant().tenantId(), report)) {
      return Delivered.read(files, report).against(shown);
    }
  }

  private Truth truth() {
    return demo.simulator().truth();
  }

  private SimulatedTenant tenant() {
    return demo.simulator().tenants().get(0);
  }
}
