package io.entrarelay.simulator;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Requests in a sliding window, by key. Refused ones count too, as Graph's do, so that a client
 * that doesn't wait is never let in.
 */
final class Throttle {
  private final int limit;
  private final long window;
  private final Map<String, Counter> counters = new ConcurrentHashMap<>();

  private static final class Counter {
    private final ArrayDeque<Long> requests = new ArrayDeque<>();
    private int highest;
  }

  Throttle(int limit, Duration window) {
    this.limit = limit;
    this.window = Ticks.of(window);
  }

  /**
   * Counts a request.
   *
   * @return zero when it is within the limit, otherwise how long the next must wait, in {@link
   *     Ticks}
   */
  long count(String key, long now) {
    Counter counter = counters.computeIfAbsent(key, k -> new Counter());
    synchronized (counter) {
      ArrayDeque<Long> requests = counter.requests;
      while (!requests.isEmpty() && requests.getFirst() <= now - window) {
        requests.removeFirst();
      }
      requests.addLast(now);
      counter.highest = Math.max(counter.highest, requests.size());
      if (requests.size() <= limit) {
        return 0;
      }
      int leaving = requests.size() - limit;
      long last = now;
      for (long request : requests) {
        last = request;
        if (leaving-- == 0) {
          break;
        }
      }
      return Math.max(1, last + window - now);
    }
  }

  /** The most requests that any window has held. */
  int highest(String key) {
    Counter counter = counters.get(key);
    if (counter == null) {
      return 0;
    }
    synchronized (counter) {
      return counter.highest;
    }
  }
}
