package io.entrarelay.sink;

import io.entrarelay.sink.SinkWorker.Problem;
import java.time.Duration;

/**
 * How long a shard that failed is left alone: longer each time, but never for long while someone
 * waits for the end.
 *
 * @param problem why it failed the last time, and since when
 * @param failedAt nanoseconds
 * @param pause nanoseconds
 */
record BackOff(Problem problem, long failedAt, long pause) {
  private static final long SHORTEST = Duration.ofMillis(400).toNanos();
  private static final long LONGEST = Duration.ofSeconds(30).toNanos();
  private static final long LONGEST_WHEN_FINISHING = Duration.ofSeconds(1).toNanos();

  static BackOff first(Problem problem, long now) {
    return new BackOff(problem, now, SHORTEST);
  }

  /** After another failure. */
  BackOff next(BackOff failed) {
    boolean same = problem.message().equals(failed.problem.message());
    return new BackOff(
        same ? problem : failed.problem, failed.failedAt, Math.min(LONGEST, pause * 2));
  }

  boolean isWaiting(long now, boolean finishing) {
    return now - failedAt < (finishing ? Math.min(pause, LONGEST_WHEN_FINISHING) : pause);
  }
}
