package io.entrarelay.console;

import io.entrarelay.config.SizeText;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/**
 * Times and counts as pages write them.
 *
 * @param now epoch milliseconds
 */
record Words(long now) {
  private static final DateTimeFormatter FULL =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss 'UTC'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  /** A moment in full. */
  public String at(long millis) {
    return FULL.format(Instant.ofEpochMilli(millis));
  }

  /** A moment for machines. */
  public String iso(long millis) {
    return Instant.ofEpochMilli(millis).toString();
  }

  /** How long ago a moment is. */
  public String ago(long millis) {
    return now - millis < 1_000 ? "now" : span(now - millis) + " ago";
  }

  /** A length of time in its two largest units at most. */
  public String span(long millis) {
    long seconds = Math.max(0, millis) / 1_000;
    if (seconds < 60) {
      return seconds + " s";
    }
    long minutes = seconds / 60;
    if (minutes < 60) {
      return minutes + " min";
    }
    long hours = minutes / 60;
    if (hours < 48) {
      return hours + " h" + (hours < 10 && minutes % 60 > 0 ? " " + minutes % 60 + " min" : "");
    }
    return hours / 24 + " d";
  }

  /** A number of bytes, rounded. */
  public String size(long bytes) {
    return SizeText.rounded(bytes);
  }

  /** A whole number. */
  public String count(long count) {
    return number(count);
  }

  static String number(long count) {
    return String.format(Locale.ROOT, "%,d", count);
  }
}
