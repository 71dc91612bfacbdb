package io.entrarelay.collect;

import java.time.Duration;

/** Counts the turns that have begun and not ended, for whoever waits for them. */
final class TurnsUnderWay {
  private int count;

  synchronized void begin() {
    count++;
  }

  synchronized void end() {
    count--;
    notifyAll();
  }

  /** Waits until a turn has ended, or the time is over. */
  synchronized void awaitOne(Duration atMost) throws InterruptedException {
    wait(Math.max(1, atMost.toMillis()));
  }

  /**
   * Waits until none is under way.
   *
   * @return false when the time is over before
   */
  synchronized boolean awaitNone(Duration atMost) throws InterruptedException {
    long end = System.nanoTime() + atMost.toNanos();
    while (count > 0) {
      long left = (end - System.nanoTime()) / 1_000_000;
      if (left <= 0) {
        return false;
      }
      wait(left);
    }
    return true;
  }
}
