package io.entrarelay.config;

import java.time.Duration;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations as operators write them: a whole number and one unit, {@code 500ms 60s 1m 3h 3d}. */
public final class DurationText {
  private static final Pattern FORM = Pattern.compile("(\\d{1,9})(ms|s|m|h|d)");
  private static final Map<String, Duration> UNITS =
      Map.of(
          "ms", Duration.ofMillis(1),
          "s", Duration.ofSeconds(1),
          "m", Duration.ofMinutes(1),
          "h", Duration.ofHours(1),
          "d", Duration.ofDays(1));

  private DurationText() {}

  /**
   * @throws IllegalArgumentException with the cause in plain words
   */
  public static Duration parse(String text) {
    Matcher matcher = FORM.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          text.matches("\\d+") ? "has no unit" : "is not a duration");
    }
    Duration unit = UNITS.get(matcher.group(2));
    if (unit == null) {
      throw new IllegalStateException("unit " + matcher.group(2));
    }
    return unit.multipliedBy(Long.parseLong(matcher.group(1)));
  }

  /** The shortest form that {@link #parse} takes: {@code 60s} is {@code 1m}. Whole milliseconds. */
  public static String format(Duration duration) {
    long millis = duration.toMillis();
    if (millis == 0) {
      return "0s";
    }
    for (String unit : new String[] {"d", "h", "m", "s"}) {
      Duration one = UNITS.get(unit);
      if (one != null && millis % one.toMillis() == 0) {
        return millis / one.toMillis() + unit;
      }
    }
    return millis + "ms";
  }
}
