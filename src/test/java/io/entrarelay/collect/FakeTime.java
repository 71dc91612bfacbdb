package io.entrarelay.collect;

import java.util.Comparator;
import java.util.PriorityQueue;

/** A monotonic clock that stands still until a test moves it, and the tasks that wait for it. */
final class FakeTime {
  private record Task(long at, long order, Runnable what) {}

  private final PriorityQueue<Task> tasks =
      new PriorityQueue<>(Comparator.comparingLong(Task::at).thenComparingLong(Task::order));
  private long now = -5_000_000; // System.nanoTime may be negative
  private long order;

  long now() {
    return now;
  }

  void at(long when, Runnable what) {
    tasks.add(new Task(when, order++, what));
  }

  int waiting() {
    return tasks.size();
  }

  /** Does all tasks up to a moment, each at its own. */
  void until(long end) {
    for (Task next = tasks.peek(); next != null && next.at <= end; next = tasks.peek()) {
      tasks.remove();
      now = Math.max(now, next.at);
      next.what.run();
    }
    now = end;
  }
}
