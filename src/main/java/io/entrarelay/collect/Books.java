package io.entrarelay.collect;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * The books of one page: each record that was cut, by its ordinal, ends exactly once as repeated,
 * committed, dropped or parked. A window is closed only where that holds, so that nothing between
 * cutting and committing, an edited route least of all, can lose a record silently.
 */
public final class Books {

  /** How a record ends. */
  public enum Fate {
    /** Cut, and not yet accounted for. */
    OPEN,
    /** Taken before, with this very content. */
    REPEATED,
    /** In the outbox, in every form that could be made of it. */
    COMMITTED,
    /** Dropped by name, with a reason. */
    DROPPED,
    /** Set aside, with a reason. */
    PARKED
  }

  private final Fate[] fates;

  public Books(int records) {
    fates = new Fate[records];
    Arrays.fill(fates, Fate.OPEN);
  }

  /**
   * Ends a record.
   *
   * @throws IllegalStateException where it has ended before
   */
  public void end(int ordinal, Fate fate) {
    if (fate == Fate.OPEN) {
      throw new IllegalArgumentException("a record does not end as OPEN");
    }
    if (fates[ordinal] != Fate.OPEN) {
      throw new IllegalStateException(
          "record " + ordinal + " of the page ended twice: " + fates[ordinal] + ", then " + fate);
    }
    fates[ordinal] = fate;
  }

  public Fate fate(int ordinal) {
    return fates[ordinal];
  }

  public int size() {
    return fates.length;
  }

  public int count(Fate fate) {
    int count = 0;
    for (Fate each : fates) {
      if (each == fate) {
        count++;
      }
    }
    return count;
  }

  /** Whether every record has ended. */
  public boolean balance() {
    return count(Fate.OPEN) == 0;
  }

  /** The ordinals that have not ended. */
  public int[] open() {
    return IntStream.range(0, fates.length).filter(i -> fates[i] == Fate.OPEN).toArray();
  }
}
