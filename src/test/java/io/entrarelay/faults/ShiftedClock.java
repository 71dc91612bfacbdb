package io.entrarelay.faults;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;

/** A machine's clock that is wrong, and is set while a relay runs. */
final class ShiftedClock extends Clock {
  private volatile Duration ahead = Duration.ZERO;

  /** From now on it is ahead of the real time by so much, or behind where that is negative. */
  void ahead(Duration value) {
    ahead = value;
  }

  @Override
  public ZoneId getZone() {
    return ZoneOffset.UTC;
  }

  @Override
  public Clock withZone(ZoneId zone) {
    return this;
  }

  @Override
  public Instant instant() {
    return Instant.now().plus(ahead);
  }
}
