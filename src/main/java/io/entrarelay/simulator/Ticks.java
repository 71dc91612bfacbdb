package io.entrarelay.simulator;

import java.time.Duration;
import java.time.Instant;

/**
 * Times in Graph's own resolution, 100 nanoseconds since 1970, and their text: UTC with 0 to 7
 * fraction digits and no trailing zeros (facts: graph.md, trap T14).
 */
final class Ticks {
  static final long SECOND = 10_000_000L;

  private Ticks() {}

  static long of(Instant instant) {
    return Math.addExact(
        Math.multiplyExact(instant.getEpochSecond(), SECOND), instant.getNano() / 100);
  }

  static long of(Duration duration) {
    return duration.getSeconds() * SECOND + duration.getNano() / 100;
  }

  static Instant instant(long ticks) {
    return Instant.ofEpochSecond(Math.floorDiv(ticks, SECOND), Math.floorMod(ticks, SECOND) * 100L);
  }

  static String text(long ticks) {
    StringBuilder text = new StringBuilder(28);
    String seconds = Instant.ofEpochSecond(Math.floorDiv(ticks, SECOND)).toString();
    text.append(seconds, 0, seconds.length() - 1);
    int fraction = (int) Math.floorMod(ticks, SECOND);
    if (fraction != 0) {
      String digits = Integer.toString(fraction + 10_000_000);
      int end = digits.length();
      while (digits.charAt(end - 1) == '0') {
        end--;
      }
      text.append('.').append(digits, 1, end);
    }
    return text.append('Z').toString();
  }
}
