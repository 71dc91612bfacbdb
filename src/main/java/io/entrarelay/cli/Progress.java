package io.entrarelay.cli;

import io.entrarelay.cli.CollectResult.Read;
import io.entrarelay.collect.Feed;
import io.entrarelay.config.DurationText;
import io.entrarelay.plan.Intervals.Span;
import io.entrarelay.relay.Relay;
import io.entrarelay.state.Tally;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Locale;

/**
 * How far long work has come: the share of the spans that is read, records, rate, time left. One
 * line that is rewritten on a terminal; elsewhere a line now and then.
 */
final class Progress {
  private static final Duration PLAIN_EVERY = Duration.ofSeconds(5);
  private static final Duration TERMINAL_EVERY = Duration.ofMillis(500);

  private final PrintWriter out;
  private final Relay relay;
  private final Read read;
  private final boolean terminal = Terminal.console() != null;
  private final long begun = System.nanoTime();
  private final long whole;
  private long last = begun;
  private boolean open;

  Progress(PrintWriter out, Relay relay, Read read) {
    this.out = out;
    this.relay = relay;
    this.read = read;
    this.whole = missing();
  }

  private long missing() {
    return relay.feeds().stream()
        .flatMap(feed -> read.missing(feed).spans().stream())
        .mapToLong(Span::length)
        .sum();
  }

  void show() {
    long now = System.nanoTime();
    if (now - last < (terminal ? TERMINAL_EVERY : PLAIN_EVERY).toNanos()) {
      return;
    }
    last = now;
    long records =
        relay.feeds().stream()
            .map(Feed::found)
            .flatMap(found -> found.values().stream())
            .mapToLong(tally -> records(tally))
            .sum();
    String line = line(whole, missing(), records, Duration.ofNanos(now - begun));
    if (terminal) {
      out.print("\r\033[2K" + line);
      out.flush();
      open = true;
    } else {
      out.println(line);
    }
  }

  private static long records(Tally tally) {
    return tally.taken() + tally.revised() + tally.repeated();
  }

  /**
   * @param whole milliseconds of event time that there were to read
   * @param missing milliseconds that are still unread
   */
  static String line(long whole, long missing, long records, Duration time) {
    double share = whole == 0 ? 1 : 1 - (double) missing / whole;
    double seconds = Math.max(0.001, time.toMillis() / 1000.0);
    return String.format(
        Locale.ROOT,
        "%.0f%% done, %,d records, %,.0f records/s, %s",
        Math.floor(share * 100),
        records,
        records / seconds,
        share <= 0
            ? "time left not known"
            : "about "
                + DurationText.format(
                    Duration.ofSeconds(Math.round(Math.ceil(seconds / share - seconds))))
                + " left");
  }

  /** Leaves the line on the terminal. */
  void end() {
    if (open) {
      out.println();
    }
  }
}
