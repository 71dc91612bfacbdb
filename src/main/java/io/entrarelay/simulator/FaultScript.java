package io.entrarelay.simulator;

import org.jspecify.annotations.Nullable;

/** What a test wants to go wrong, by the request; called on the simulator's threads. */
public interface FaultScript {
  /** Nothing beyond what the options' level of faults brings. */
  FaultScript NONE = request -> null;

  /**
   * A request for a page, authorized and within Graph's limits.
   *
   * @param report under Graph's name
   * @param continuation whether it follows a next link
   */
  record Request(String tenantId, String report, boolean continuation) {}

  /**
   * A fault.
   *
   * @param retryAfter the exact text of a 429's or 503's header; null leaves it out where {@code
   *     exact}, otherwise the simulator chooses
   */
  record Provoked(Fault fault, @Nullable String retryAfter, boolean exact) {
    public static Provoked of(Fault fault) {
      return new Provoked(fault, null, false);
    }

    /** A 429 with this very header, or none. */
    public static Provoked tooMany(@Nullable String retryAfter) {
      return new Provoked(Fault.TOO_MANY_REQUESTS, retryAfter, true);
    }
  }

  /** What goes wrong with this request; null for what would have happened anyway. */
  @Nullable Provoked provoke(Request request);
}
