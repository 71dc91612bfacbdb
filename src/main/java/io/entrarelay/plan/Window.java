package io.entrarelay.plan;

/**
 * One reading of a span of event time, by as many pages as Graph needs.
 *
 * @param from first instant, epoch milliseconds, inclusive
 * @param to the instant behind the last one, epoch milliseconds, or {@link Intervals#OPEN}
 * @param begun when the reading began, epoch milliseconds: what was visible then is covered
 */
public record Window(Work work, long from, long to, long begun) {

  public boolean isOpen() {
    return to == Intervals.OPEN;
  }

  /** Its length in milliseconds, up to the moment its reading began where it has no end. */
  public long width() {
    return Math.max(0, (isOpen() ? begun : to) - from);
  }

  public Intervals span() {
    return Intervals.of(from, to);
  }
}
