package io.entrarelay.graph;

import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The {@code Retry-After} header (RFC 9110 section 10.2.3). Graph sends seconds with a fraction,
 * too: its throttling page shows {@code Retry-After: 2.128}.
 */
final class RetryAfter {
  /** No answer is believed that asks for more: a typing error there must not stop a tenant. */
  static final Duration LIMIT = Duration.ofDays(1);

  private static final Pattern SECONDS = Pattern.compile("\\d{1,12}(\\.\\d{0,12})?");

  private RetryAfter() {}

  /**
   * The time to wait from {@code now} on, rounded up to a millisecond and at most a day; null for
   * an absent, negative or unreadable value; zero for a date that has passed.
   *
   * @param date the answer's {@code Date} header, which a date is measured from where it can be
   *     read, so that this machine's clock doesn't matter
   */
  static @Nullable Duration parse(@Nullable String value, @Nullable String date, Instant now) {
    if (value == null) {
      return null;
    }
    String text = value.strip();
    Duration wait;
    if (SECONDS.matcher(text).matches()) {
      BigDecimal millis = new BigDecimal(text).movePointRight(3);
      wait = Duration.ofMillis(millis.setScale(0, java.math.RoundingMode.CEILING).longValue());
    } else {
      Instant until = date(text);
      if (until == null) {
        return null;
      }
      Instant from = date == null ? null : date(date.strip());
      wait = Duration.between(from == null ? now : from, until);
    }
    if (wait.isNegative()) {
      return Duration.ZERO;
    }
    return wait.compareTo(LIMIT) > 0 ? LIMIT : wait;
  }

  static @Nullable Instant date(String text) {
    try {
      return ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
    } catch (DateTimeParseException e) {
      return null;
    }
  }
}
