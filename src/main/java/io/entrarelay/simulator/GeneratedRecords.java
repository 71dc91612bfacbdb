package io.entrarelay.simulator;

import java.io.ByteArrayOutputStream;
import java.util.SplittableRandom;

/**
 * Records made from a seed: past ones spread over a span before the start, and from then on some
 * per second. Each has a cell of time for itself, so that a window's records are found by their
 * index.
 *
 * <p>Late by 1 s to 2 h and revised within 2 h, evenly on a logarithmic scale: what people have
 * measured of Graph (facts: graph.md section 4), divided by {@code compress}.
 */
final class GeneratedRecords implements RecordSource {

  /** Writes a content of a record from what is random about it. */
  interface ContentWriter {
    String id(long index);

    /**
     * @param time of the event
     * @param changed when it came to be as this content shows it; the event's time where Graph
     *     doesn't tell
     * @param stage 0 at first, then 1, 2
     */
    void write(
        long index,
        long time,
        long changed,
        int stage,
        SplittableRandom random,
        ByteArrayOutputStream out);
  }

  private static final double SHORTEST_DELAY = 1;
  private static final double LONGEST_DELAY = 7200;
  private static final double SHORTEST_REVISION = 5;
  private static final double LONGEST_REVISION = 3600;

  private final long seed;
  private final long start;
  private final long span;
  private final long past;
  private final double rate;
  private final double late;
  private final double revised;
  private final double compress;
  private final boolean moves;
  private final ContentWriter writer;
  private volatile long end = Long.MAX_VALUE;

  GeneratedRecords(
      ReportKind kind, long seed, long start, SimulatorOptions options, ContentWriter writer) {
    this.seed = seed;
    this.start = start;
    this.span = Ticks.of(options.span());
    this.past = (long) Math.ceil(options.records() * kind.share());
    this.rate = options.rate() * kind.share();
    this.moves = kind.isRisk();
    this.late = options.late();
    this.revised = options.revised();
    this.compress = options.compress();
    this.writer = writer;
  }

  /** No record happens after that time. */
  void endAt(long time) {
    end = time;
  }

  @Override
  public long count(long now) {
    long until = Math.min(now, end);
    long live =
        until <= start ? 0 : (long) ((until - start) * (rate / Ticks.SECOND)) + (rate > 0 ? 1 : 0);
    long count = past + live;
    while (count > 0 && time(count - 1) > until) {
      count--;
    }
    return count;
  }

  private long cell(long index) {
    if (index <= past && past > 0) {
      // span * index / past without an overflow
      return start - span + (span / past) * index + (span % past) * index / past;
    }
    return start + (long) ((index - past) * (Ticks.SECOND / rate));
  }

  @Override
  public long time(long index) {
    long mixed = Mix.of(seed, index);
    if ((index & 1) == 1 && (mixed & 63) == 0) {
      // two events at the same instant
      return time(index - 1);
    }
    long low = index == past ? start : cell(index);
    long high = index + 1 > past && rate == 0 ? low + 1 : cell(index + 1);
    long time = low + (long) (Mix.unit(mixed) * (high - low));
    // some times have fewer digits, where the cell has such a time
    int digits = (int) ((mixed >>> 6) % 12);
    for (long unit = unit(digits); unit > 1; unit /= 10) {
      long round = Math.floorDiv(time, unit) * unit;
      if (round >= low) {
        return round;
      }
      if ((mixed >>> 10 & 1) == 0) {
        break;
      }
    }
    return time;
  }

  private static long unit(int digits) {
    long unit = 1;
    for (int i = digits; i < 7; i++) {
      unit *= 10;
    }
    return unit;
  }

  @Override
  public String id(long index) {
    return writer.id(index);
  }

  @Override
  public int contents(long index) {
    long mixed = Mix.of(seed ^ 0x2E5, index);
    if (Mix.unit(mixed) >= revised) {
      return 1;
    }
    return (mixed & 3) == 0 ? 3 : 2;
  }

  /**
   * The state that a content shows: that of the first, or a later one. Some records come back to
   * their first content.
   */
  private int stage(long index, int content) {
    boolean back = content == 2 && !moves && (Mix.of(seed ^ 0x2E5, index) & 4) == 0;
    return back ? 0 : content;
  }

  @Override
  public long visible(long index, int content) {
    long mixed = Mix.of(seed ^ 0x1A7E, index);
    long visible = time(index) + lateness(mixed);
    for (int i = 1; i <= content; i++) {
      visible += delay(SHORTEST_REVISION, LONGEST_REVISION, Mix.of(mixed, i));
      if (moves) {
        visible += lateness(Mix.of(mixed, -i));
      }
    }
    return visible;
  }

  /** A change is an event of its own there, which Graph shows late as it does the first. */
  @Override
  public long time(long index, int content) {
    if (!moves || content == 0) {
      return time(index);
    }
    return visible(index, content) - lateness(Mix.of(Mix.of(seed ^ 0x1A7E, index), -content));
  }

  @Override
  public long reach() {
    double longest = LONGEST_DELAY + 2 * (LONGEST_REVISION + LONGEST_DELAY);
    return moves ? (long) (longest / compress * Ticks.SECOND) : 0;
  }

  private long lateness(long mixed) {
    return Mix.unit(mixed) < late ? delay(SHORTEST_DELAY, LONGEST_DELAY, Mix.of(mixed)) : 0;
  }

  private long delay(double shortest, double longest, long mixed) {
    double seconds = shortest * Math.pow(longest / shortest, Mix.unit(mixed));
    return (long) (seconds / compress * Ticks.SECOND);
  }

  @Override
  public void write(long index, int content, ByteArrayOutputStream out) {
    writer.write(
        index,
        time(index),
        time(index, content),
        stage(index, content),
        new SplittableRandom(Mix.of(seed ^ 0xC0, index)),
        out);
  }
}
