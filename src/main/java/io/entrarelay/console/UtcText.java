package io.entrarelay.console;

import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;

/** Times as people write them into forms. */
final class UtcText {
  private UtcText() {}

  /**
   * An ISO 8601 time with Z or an offset; one without, or a day, is UTC.
   *
   * @param what names the field
   * @throws Refusal where it is none
   */
  static Instant parse(String what, String text) {
    String given = text.strip();
    if (given.isEmpty()) {
      throw Refusal.invalid(what + " is missing.");
    }
    try {
      if (given.length() == 10) {
        return LocalDate.parse(given).atStartOfDay(ZoneOffset.UTC).toInstant();
      }
      return given.matches(".*T.*(Z|[+-]\\d\\d:\\d\\d)")
          ? OffsetDateTime.parse(given).toInstant()
          : LocalDateTime.parse(given).toInstant(ZoneOffset.UTC);
    } catch (DateTimeParseException e) {
      throw Refusal.invalid(
          what + " is not a time. Write 2026-03-01T08:00:00Z, or 2026-03-01 for its beginning.");
    }
  }
}
