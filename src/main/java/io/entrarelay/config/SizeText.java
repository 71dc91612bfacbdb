package io.entrarelay.config;

import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Sizes as operators write them: a whole number and B, KB, MB, GB or TB, each 1,024 of the last.
 */
public final class SizeText {
  private static final Pattern FORM = Pattern.compile("(\\d{1,6})(B|KB|MB|GB|TB)");
  private static final List<String> UNITS = List.of("B", "KB", "MB", "GB", "TB");

  private SizeText() {}

  /**
   * @return bytes
   * @throws IllegalArgumentException with the cause in plain words
   */
  public static long parse(String text) {
    Matcher matcher = FORM.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(text.matches("\\d+") ? "has no unit" : "is not a size");
    }
    return Long.parseLong(matcher.group(1)) << (10 * UNITS.indexOf(matcher.group(2)));
  }

  /** For people: at most one decimal, in the largest unit that gives a number of 1 or more. */
  public static String rounded(long bytes) {
    int unit = 0;
    double count = bytes;
    while (count >= 1024 && unit < UNITS.size() - 1) {
      count /= 1024;
      unit++;
    }
    return String.format(Locale.ROOT, "%.1f", count).replaceAll("\\.0$", "") + UNITS.get(unit);
  }

  /** The shortest form that {@link #parse} takes. */
  public static String format(long bytes) {
    int unit = 0;
    long count = bytes;
    while (count != 0 && count % 1024 == 0 && unit < UNITS.size() - 1) {
      count /= 1024;
      unit++;
    }
    return count + UNITS.get(unit);
  }
}
