package io.entrarelay.plan;

/**
 * How wide a window may be: wide where a feed is quiet, narrow where it is dense, halved when Graph
 * does not get through one (timeouts, 504, a lost nextLink; Graph's own advice for large results),
 * below a slice if need be, and growing back slowly.
 */
public final class WindowWidth {
  private static final int PAGES_AT_MOST = 10;
  private static final long NARROWEST = 1_000;

  private final long widest;
  private long millis;
  private double growth = 2;

  WindowWidth(long slice) {
    this.widest = 1_440 * slice;
    this.millis = 60 * slice;
  }

  /** The greatest width of the next window, milliseconds. */
  public long millis() {
    return millis;
  }

  /** A window was read to its end in so many pages. */
  public void read(int pages) {
    if (pages > PAGES_AT_MOST) {
      millis = Math.max(NARROWEST, millis * PAGES_AT_MOST / pages);
    } else if (pages <= PAGES_AT_MOST / 3) {
      millis = Math.min(widest, (long) (millis * growth));
    }
  }

  /** Graph did not get through a window of this width. */
  public void tooWide(long width) {
    millis = Math.max(NARROWEST, Math.min(millis, width) / 2);
    growth = 1.25;
  }
}
