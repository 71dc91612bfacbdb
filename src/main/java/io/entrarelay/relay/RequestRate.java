package io.entrarelay.relay;

import org.jspecify.annotations.Nullable;

/** How many requests were sent within the last whole minute, from a count that only grows. */
final class RequestRate {
  private static final long MINUTE = 60_000;

  private long begun;
  private long requests;
  private @Nullable Long perMinute;

  /**
   * @param requests sent so far
   * @param now epoch milliseconds
   */
  RequestRate(long requests, long now) {
    this.requests = requests;
    this.begun = now;
  }

  /**
   * Null before the first minute is over. Where nobody asks for longer, the mean of that time.
   *
   * @param requests sent so far
   * @param now epoch milliseconds
   */
  @Nullable Long perMinute(long requests, long now) {
    if (now - begun >= MINUTE) {
      perMinute = (requests - this.requests) * MINUTE / (now - begun);
      this.requests = requests;
      begun = now;
    }
    return perMinute;
  }
}
