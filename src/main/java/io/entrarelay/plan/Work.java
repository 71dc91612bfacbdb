package io.entrarelay.plan;

/** Why a window is read; each has a guaranteed share of the request budget. */
public enum Work {
  /** The youngest window, which has no upper bound. */
  FRESH(50),
  /** Spans that were never read: before the first start, or while the relay was away. */
  BACKLOG(30),
  /** Spans that are read again at growing ages, since Graph shows records late. */
  SWEEP(20);

  private final int share;

  Work(int share) {
    this.share = share;
  }

  /** Of a hundred requests, those that are this work's while there is other work as well. */
  public int share() {
    return share;
  }
}
