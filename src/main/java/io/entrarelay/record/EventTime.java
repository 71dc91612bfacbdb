package io.entrarelay.record;

/**
 * Reads a time as Graph writes it ({@code Edm.DateTimeOffset} of OData 4.01: seconds may be left
 * out, 0 to 12 fraction digits, {@code Z} or an offset), straight from the bytes and without
 * allocating. Graph trims trailing zeros, so that 0 to 7 digits are seen; times must never be
 * compared as text.
 */
public final class EventTime {
  private static final int MAX_FRACTION_DIGITS = 12;
  private static final int MAX_OFFSET_MINUTES = 18 * 60;

  private EventTime() {}

  /**
   * The time between the offsets {@code start} (inclusive) and {@code end} (exclusive).
   *
   * @return milliseconds since 1970-01-01T00:00Z, rounded down; {@link RecordBatch#NO_TIME} where
   *     that is no time
   */
  public static long parse(byte[] text, int start, int end) {
    if (end - start < "2026-05-01T10:05Z".length()) {
      return RecordBatch.NO_TIME;
    }
    int year = number(text, start, 4);
    int month = number(text, start + 5, 2);
    int day = number(text, start + 8, 2);
    int hour = number(text, start + 11, 2);
    int minute = number(text, start + 14, 2);
    if ((year | month | day | hour | minute) < 0
        || text[start + 4] != '-'
        || text[start + 7] != '-'
        || (text[start + 10] | 0x20) != 't'
        || text[start + 13] != ':'
        || month < 1
        || month > 12
        || day < 1
        || day > daysIn(year, month)
        || hour > 23
        || minute > 59) {
      return RecordBatch.NO_TIME;
    }
    int at = start + 16;
    int second = 0;
    int millis = 0;
    if (text[at] == ':') {
      if (end - at < ":00Z".length()) {
        return RecordBatch.NO_TIME;
      }
      second = number(text, at + 1, 2);
      if (second < 0 || second > 59) {
        return RecordBatch.NO_TIME;
      }
      at += 3;
      if (text[at] == '.') {
        int digits = 0;
        int weight = 100;
        for (at++; at < end && isDigit(text[at]); at++) {
          millis += (text[at] - '0') * weight;
          weight /= 10;
          digits++;
        }
        if (digits == 0 || digits > MAX_FRACTION_DIGITS) {
          return RecordBatch.NO_TIME;
        }
      }
    }
    int offset = offsetMinutes(text, at, end);
    if (offset == Integer.MIN_VALUE) {
      return RecordBatch.NO_TIME;
    }
    long minutes = (epochDay(year, month, day) * 24 + hour) * 60 + minute - offset;
    return (minutes * 60 + second) * 1000 + millis;
  }

  private static int offsetMinutes(byte[] text, int at, int end) {
    if (end - at == 1 && (text[at] | 0x20) == 'z') {
      return 0;
    }
    if (end - at != "+00:00".length()
        || (text[at] != '+' && text[at] != '-')
        || text[at + 3] != ':') {
      return Integer.MIN_VALUE;
    }
    int hours = number(text, at + 1, 2);
    int minutes = number(text, at + 4, 2);
    if ((hours | minutes) < 0 || minutes > 59 || hours * 60 + minutes > MAX_OFFSET_MINUTES) {
      return Integer.MIN_VALUE;
    }
    int offset = hours * 60 + minutes;
    return text[at] == '-' ? -offset : offset;
  }

  /** The number of so many digits; negative where there is another character. */
  private static int number(byte[] text, int at, int digits) {
    int value = 0;
    for (int i = at; i < at + digits; i++) {
      if (!isDigit(text[i])) {
        return -1;
      }
      value = value * 10 + text[i] - '0';
    }
    return value;
  }

  private static boolean isDigit(byte character) {
    return character >= '0' && character <= '9';
  }

  private static int daysIn(int year, int month) {
    return switch (month) {
      case 2 -> isLeap(year) ? 29 : 28;
      case 4, 6, 9, 11 -> 30;
      default -> 31;
    };
  }

  private static boolean isLeap(int year) {
    return (year & 3) == 0 && (year % 100 != 0 || year % 400 == 0);
  }

  /**
   * Days since 1970-01-01 in the Gregorian calendar, by counting from 1 March of the year 0 so that
   * the leap day is a year's last.
   */
  private static long epochDay(int year, int month, int day) {
    long shifted = month <= 2 ? year - 1L : year;
    long era = Math.floorDiv(shifted, 400L);
    long yearOfEra = shifted - era * 400;
    long dayOfYear = (153L * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    long dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear;
    return era * 146_097 + dayOfEra - 719_468;
  }
}
