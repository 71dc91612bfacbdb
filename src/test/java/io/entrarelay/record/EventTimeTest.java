package io.entrarelay.record;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.util.Locale;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EventTimeTest {
  private static long parse(String text) {
    byte[] bytes = ("\"" + text + "\"").getBytes(ISO_8859_1);
    return EventTime.parse(bytes, 1, bytes.length - 1);
  }

  /** Seconds of the years 1 to 9999, which .NET has. */
  @Property(tries = 2000)
  void readsWhatInstantReads(
      @ForAll @LongRange(min = -62_135_596_800L, max = 253_402_300_799L) long second,
      @ForAll @IntRange(max = 999_999_999) int nano,
      @ForAll @IntRange(max = 9) int digits) {
    long unit = (long) Math.pow(10, 9 - digits);
    Instant instant = Instant.ofEpochSecond(second, nano / unit * unit);
    String text =
        new DateTimeFormatterBuilder().appendInstant(digits).toFormatter().format(instant);
    assertThat(parse(text)).isEqualTo(Instant.parse(text).toEpochMilli());
    assertThat(parse(text.toLowerCase(Locale.ROOT))).isEqualTo(instant.toEpochMilli());
  }

  @Property(tries = 1000)
  void readsOffsets(
      @ForAll @LongRange(min = -60_000_000_000L, max = 250_000_000_000L) long second,
      @ForAll @IntRange(max = 999_999_999) int nano,
      @ForAll @IntRange(min = -18 * 60, max = 18 * 60) int offsetMinutes) {
    OffsetDateTime time =
        Instant.ofEpochSecond(second, nano).atOffset(ZoneOffset.ofTotalSeconds(offsetMinutes * 60));
    assertThat(parse(DateTimeFormatter.ISO_OFFSET_DATE_TIME.format(time)))
        .isEqualTo(time.toInstant().toEpochMilli());
  }

  /** Whatever is read at all is read as the JDK reads it. */
  @Property(tries = 5000)
  void neverReadsAnotherTime(
      @ForAll @IntRange(max = 27) int at, @ForAll @IntRange(min = 1, max = 255) int character) {
    StringBuilder text = new StringBuilder("2024-02-29T23:59:58.1234567Z");
    text.setCharAt(at, (char) character);
    long millis = parse(text.toString());
    if (millis != RecordBatch.NO_TIME) {
      assertThat(OffsetDateTime.parse(text).toInstant().toEpochMilli()).isEqualTo(millis);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "2021-06-30T16:34:32Z, 1625070872000",
    "2018-09-05T00:11:27.773602Z, 1536106287773",
    "2020-03-13T19:15:41.6195833Z, 1584126941619",
    "2026-05-01T10:05Z, 1777629900000",
    "2026-05-01T12:05+02:00, 1777629900000",
    "2026-05-01T10:05:00.123456789012Z, 1777629900123",
    "1969-12-31T23:59:59.9999Z, -1",
    "2000-02-29T00:00:00Z, 951782400000"
  })
  void readsGraphsTimes(String text, long millis) {
    assertThat(parse(text)).isEqualTo(millis);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "yesterday",
        "2026-05-01",
        "2026-05-01T10:05:00",
        "2026-05-01 10:05:00Z",
        "2026-02-29T10:05:00Z",
        "1900-02-29T10:05:00Z",
        "2026-04-31T10:05:00Z",
        "2026-13-01T10:05:00Z",
        "2026-00-01T10:05:00Z",
        "2026-05-00T10:05:00Z",
        "2026-05-01T24:00:00Z",
        "2026-05-01T10:60:00Z",
        "2026-05-01T10:05:60Z",
        "2026-05-01T10:05:0Z",
        "2026-05-01T10:05:00.Z",
        "2026-05-01T10:05:00.1234567890123Z",
        "2026-05-01T10:05:00ZZ",
        "2026-05-01T10:05:00+0200",
        "2026-05-01T10:05:00+02",
        "2026-05-01T10:05:00+02-00",
        "2026-05-01T10:05:00+18:01",
        "2026-05-01T10:05:00+02:60",
        "12026-05-01T10:05:00Z",
        "2026-5-01T10:05:00.00Z"
      })
  void readsNothingElse(String text) {
    assertThat(parse(text)).isEqualTo(RecordBatch.NO_TIME);
  }
}
