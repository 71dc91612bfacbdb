package io.entrarelay.cli;

import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** Times as options take them. */
final class Times {
  private Times() {}

  /** An ISO 8601 time with Z or an offset, or a day (UTC). */
  static Instant parse(CommandSpec spec, String option, String text) {
    try {
      return text.length() == 10
          ? LocalDate.parse(text).atStartOfDay(ZoneOffset.UTC).toInstant()
          : OffsetDateTime.parse(text).toInstant();
    } catch (DateTimeParseException e) {
      throw new ParameterException(
          spec.commandLine(),
          option
              + ": "
              + text
              + " is not a time. Write 2026-03-01T00:00:00Z, 2026-03-01T01:00:00+01:00 or"
              + " 2026-03-01");
    }
  }
}
