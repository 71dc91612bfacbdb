package io.entrarelay.fuzz;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;

/**
 * Bounds of what reading one input may cost, by this thread's own clock and count, so that a busy
 * machine finds nothing that isn't there.
 */
final class Effort {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private static Duration mostTime = Duration.ofSeconds(2);
  private static boolean allocationsCount = true;

  /** What works, or says why it doesn't in an exception of its own. */
  interface Work<T, E extends Exception> {
    T done() throws E;
  }

  private Effort() {}

  /** Jazzer's hooks in the code take memory and time of their own. */
  static void hooksAreIn() {
    mostTime = Duration.ofSeconds(20);
    allocationsCount = false;
  }

  /**
   * Does the work; where that cost too much, once more, since a first time loads classes.
   *
   * @param bytes the most that may be allocated on the way
   */
  static <T, E extends Exception> T within(long bytes, Work<T, E> work) throws E {
    Spent first = new Spent();
    try {
      T result = work.done();
      if (first.excess(bytes).isEmpty()) {
        return result;
      }
    } catch (Exception e) {
      if (first.excess(bytes).isEmpty()) {
        throw e;
      }
    }
    Spent second = new Spent();
    try {
      return work.done();
    } finally {
      Claim.that(second.excess(bytes).isEmpty(), "%s", second.excess(bytes));
    }
  }

  /** What this thread has spent since. */
  private static final class Spent {
    private final long thread = Thread.currentThread().getId();
    private final long allocatedBefore = THREADS.getThreadAllocatedBytes(thread);
    private final long begun = THREADS.getCurrentThreadCpuTime();

    /** What is too much of it; "" where nothing is. */
    String excess(long bytes) {
      Duration time = Duration.ofNanos(THREADS.getCurrentThreadCpuTime() - begun);
      long allocated = THREADS.getThreadAllocatedBytes(thread) - allocatedBefore;
      return time.compareTo(mostTime) <= 0 && (allocated <= bytes || !allocationsCount)
          ? ""
          : String.format(
              "it took %d ms of %d and allocated %d bytes of %d",
              time.toMillis(), mostTime.toMillis(), allocated, bytes);
    }
  }
}
