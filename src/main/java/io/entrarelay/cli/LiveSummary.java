package io.entrarelay.cli;

import io.entrarelay.collect.Feed;
import java.io.PrintStream;
import java.util.List;

/** A table that stays in its place on a terminal; elsewhere a line now and then. */
final class LiveSummary {
  private static final long PLAIN_EVERY = 5_000;

  private final PrintStream out;
  private final boolean terminal = Terminal.console() != null;
  private int shown;
  private long lastPlain;

  LiveSummary(PrintStream out) {
    this.out = out;
  }

  void show(List<Feed> feeds, long now) {
    List<Summary.Line> lines = Summary.of(feeds, now);
    if (terminal) {
      redraw(Summary.table(lines));
    } else if (now - lastPlain >= PLAIN_EVERY) {
      lastPlain = now;
      lines.forEach(
          line ->
              out.printf(
                  "%s: taken %d, late %d, repeated %d, revised %d%n",
                  line.report(), line.taken(), line.late(), line.repeated(), line.revised()));
    }
  }

  void end(List<Feed> feeds, long now) {
    List<String> table = Summary.table(Summary.of(feeds, now));
    if (terminal) {
      redraw(table);
    } else {
      table.forEach(out::println);
    }
  }

  private void redraw(List<String> table) {
    if (shown > 0) {
      out.print("\033[" + shown + "A");
    }
    table.forEach(line -> out.print("\033[2K" + line + System.lineSeparator()));
    out.flush();
    shown = table.size();
  }
}
