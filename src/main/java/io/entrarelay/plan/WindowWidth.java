package io.entrarelay.plan;

/**
 * How wide a window may be: wide where a feed is quiet, narrow where it is dense, halved when Graph
 * does not get through one (timeouts, 504, a lost nextLink; Graph's own advice for large results),
 * below a slice if need be, and growing back slowly.
 */
public final class WindowWidth {
  private static final int PAGES_AT_MOST = 10;
  private static final long NARROWEST = 1_000;

  private final long slice;
  private final long widest;
  private long millis;
  private double growth = 2;

  WindowWidth(long slice) {
    this.slice = slice;
    this.widest = 1_440 * slice;
    // short of what a busy feed can read between two restarts
    this.millis = slice;
  }

  /** The greatest width of the next window, milliseconds. */
  public long millis() {
    return millis;
  }

  /**
   * A window of this width was read to its end in so many pages. Many pages alone make no window
   * narrower than a slice; few say nothing about windows that are much wider than it was.
   */
  public void read(long width, int pages) {
    if (pages > PAGES_AT_MOST) {
      long dense = Math.max(slice, width * PAGES_AT_MOST / pages);
      millis = Math.min(millis, dense);
    } else if (pages <= PAGES_AT_MOST / 3 && width >= millis / 2) {
      millis = Math.min(widest, (long) (millis * growth));
    }
  }

  /** Graph did not get through a window of this width. */
  public void tooWide(long width) {
    millis = Math.max(NARROWEST, Math.min(millis, width) / 2);
    growth = 1.25;
  }
}
