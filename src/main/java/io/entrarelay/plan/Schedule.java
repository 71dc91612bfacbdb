package io.entrarelay.plan;

import java.time.Duration;
import java.util.List;

/**
 * When spans of event time are read.
 *
 * @param every from one fresh reading to the next
 * @param slice the span that a sweep is counted by
 * @param sweeps the ages at which a slice is read again, ascending, the first of them zero
 * @param retention how far back Graph keeps records
 */
public record Schedule(Duration every, Duration slice, List<Duration> sweeps, Duration retention) {

  public Schedule {
    sweeps = List.copyOf(sweeps);
    if (slice.isNegative() || slice.isZero()) {
      throw new IllegalArgumentException("a slice has a length: " + slice);
    }
    if (sweeps.isEmpty() || !sweeps.get(0).isZero()) {
      throw new IllegalArgumentException("the first sweep is at age 0: " + sweeps);
    }
    for (int i = 1; i < sweeps.size(); i++) {
      if (sweeps.get(i).compareTo(sweeps.get(i - 1)) <= 0) {
        throw new IllegalArgumentException("sweeps are at growing ages: " + sweeps);
      }
    }
  }

  /** The age of the last sweep, milliseconds. */
  long lastAge() {
    return sweeps.get(sweeps.size() - 1).toMillis();
  }

  long age(int sweep) {
    return sweeps.get(sweep).toMillis();
  }

  /** The age of the last sweep plus one slice: what Graph shows by then is delivered. */
  public Duration horizon() {
    return sweeps.get(sweeps.size() - 1).plus(slice);
  }

  /**
   * How long after a last reading that was a first one, or that still found records, the slice is
   * read once more: an hour where the last sweep is at 24 hours.
   */
  long again() {
    return Math.max(lastAge() / 24, slice.toMillis());
  }

  /** The start of the slice that holds an instant, epoch milliseconds. */
  public long floor(long instant) {
    return Math.floorDiv(instant, slice.toMillis()) * slice.toMillis();
  }
}
