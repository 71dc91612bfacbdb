package io.entrarelay.record;

import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Bounds the bytes of all pages that are in memory at once, over all workers. Room is taken as a
 * page arrives, so that a slow page holds only what came of it. At the limit the readers wait until
 * others give back; so that pages which each hold a part can't block one another for ever, one page
 * at a time may go beyond the limit, to its own end.
 */
public final class PageMemory {
  private final long limit;
  private final ReentrantLock lock = new ReentrantLock(true);
  private final Condition changed = lock.newCondition();
  private long used;
  private @Nullable Lease beyond;

  /**
   * @param limit bytes; the most in use is that and one page ({@link PageBody#MAX_BYTES}, for a
   *     moment 5/3 of it while its array grows)
   */
  public PageMemory(long limit) {
    if (limit < 1) {
      throw new IllegalArgumentException("The memory for pages must be at least 1 byte.");
    }
    this.limit = limit;
  }

  /** Bytes taken and not yet given back. */
  public long used() {
    lock.lock();
    try {
      return used;
    } finally {
      lock.unlock();
    }
  }

  /** Room for one page, empty at first. */
  Lease lease() {
    return new Lease();
  }

  /** What one page holds; closing gives all of it back. */
  final class Lease implements AutoCloseable {
    private long held;

    private Lease() {}

    /**
     * Takes more room, and waits for it at the limit.
     *
     * @param nanos the longest to wait
     * @return whether there is room; false where the time is over
     */
    boolean take(long bytes, long nanos) throws InterruptedException {
      lock.lockInterruptibly();
      try {
        long left = nanos;
        while (used + bytes > limit && beyond != this) {
          if (beyond == null) {
            beyond = this;
          } else if (left <= 0) {
            return false;
          } else {
            left = changed.awaitNanos(left);
          }
        }
        used += bytes;
        held += bytes;
        return true;
      } finally {
        lock.unlock();
      }
    }

    /** Gives back a part. */
    void give(long bytes) {
      lock.lock();
      try {
        used -= bytes;
        held -= bytes;
        changed.signalAll();
      } finally {
        lock.unlock();
      }
    }

    @Override
    public void close() {
      lock.lock();
      try {
        used -= held;
        held = 0;
        if (beyond == this) {
          beyond = null;
        }
        changed.signalAll();
      } finally {
        lock.unlock();
      }
    }
  }
}
