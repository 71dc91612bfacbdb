package io.entrarelay.sink.syslog;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonParser.NumberType;
import com.fasterxml.jackson.core.JsonToken;
import io.entrarelay.record.EventTime;
import io.entrarelay.record.RecordBatch;
import java.io.IOException;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;

/**
 * What a syslog header says of a record, found by one pass over its line's tokens, without a tree.
 * Which form it is, the names tell: whoever writes a form of their own with these names has it
 * understood, too.
 *
 * <table>
 * <caption>Where the forms say it</caption>
 * <tr><th>form<th>time<th>failure<th>Graph's record
 * <tr><td>vendor<td>{@code time}<td>{@code resultType} is neither {@code 0} nor {@code success} nor
 *     {@code skipped}<td>{@code properties}
 * <tr><td>ocsf<td>{@code time_dt}, or {@code time} in milliseconds<td>outside of findings, {@code
 *     status_id} is 2, or 99 and the {@code status} is not {@code skipped}<td>{@code unmapped}
 * <tr><td>ecs<td>{@code @timestamp}<td>{@code event.outcome} is {@code failure}<td>{@code
 *     azure.*.properties}
 * <tr><td>taegis<td>{@code event_time_usec}, in microseconds<td>{@code action} is {@code
 *     failure}<td>{@code extra}
 * </table>
 *
 * <p>What is there of Graph's record is a failure as well where {@code result} (of directory
 * audits) is not {@code success}, or {@code provisioningStatusInfo.status} neither {@code success}
 * nor {@code skipped}.
 *
 * <p>It is a risk where {@code riskState} is {@code atRisk} or {@code confirmedCompromised}, or one
 * of {@code riskLevel}, {@code riskLevelAggregated} and {@code riskLevelDuringSignIn} is {@code
 * medium} or {@code high} and {@code riskState} doesn't say that this is settled ({@code
 * confirmedSafe}, {@code remediated}, {@code dismissed}). The form ocsf has these as {@code
 * severity_id} and {@code user.risk_level_id}, and in a finding as {@code status_id}: 1 is new, 3
 * and 4 are settled; taegis has a risky user's state as {@code event_name}.
 *
 * <p>What a line doesn't say, or a line that is no JSON, is not known. Used by one thread.
 */
final class RecordFacts {
  private static final JsonFactory JSON = new JsonFactory();
  private static final int LONGEST_TIME = 40;
  private static final DateTimeFormatter MICROS =
      new DateTimeFormatterBuilder().appendInstant(6).toFormatter();
  private static final DateTimeFormatter MILLIS =
      new DateTimeFormatterBuilder().appendInstant(3).toFormatter();

  /** Of OCSF's {@code category_uid}. */
  private static final long FINDINGS = 2;

  /** Of a number that is none, or has more than 63 bits. */
  private static final long NONE = Long.MIN_VALUE;

  private final byte[] time = new byte[LONGEST_TIME];
  private int timeLength;

  /** Since 1970-01-01T00:00Z; for lines that say no time as a text, which has more digits. */
  private long milliseconds;

  private long microseconds;
  private boolean failure;
  private boolean atRisk;
  private boolean risky;
  private boolean settled;

  /** Of OCSF: {@code status_id} means another thing in each category. */
  private long category;

  private long status;
  private boolean skipped;

  /** Is given a member of an object; what it doesn't read is skipped. */
  private interface Member {
    void read(String name, JsonParser parser, JsonToken value) throws IOException;
  }

  /** Reads the line between the offsets {@code start} (inclusive) and {@code end} (exclusive). */
  void read(byte[] bytes, int start, int end) {
    timeLength = 0;
    failure = false;
    atRisk = false;
    risky = false;
    settled = false;
    milliseconds = NONE;
    microseconds = NONE;
    category = NONE;
    status = NONE;
    skipped = false;
    try (JsonParser parser = JSON.createParser(bytes, start, end - start)) {
      members(parser, parser.nextToken(), this::top);
    } catch (IOException notJson) {
      // what was found up to there counts
    }
    if (timeLength == 0) {
      time(microseconds, ChronoUnit.MICROS, MICROS);
    }
    if (timeLength == 0) {
      time(milliseconds, ChronoUnit.MILLIS, MILLIS);
    }
    if (category == FINDINGS) {
      atRisk |= status == 1;
      settled |= status == 3 || status == 4;
    } else {
      failure |= status == 2 || (status == 99 && !skipped);
    }
  }

  private static void members(JsonParser parser, JsonToken value, Member member)
      throws IOException {
    if (value != JsonToken.START_OBJECT) {
      return;
    }
    for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
      member.read(name, parser, parser.nextToken());
      parser.skipChildren(); // whatever was of no use; nothing where it was read to its end
    }
  }

  private void top(String name, JsonParser parser, JsonToken value) throws IOException {
    switch (name) {
      case "time" -> {
        milliseconds = number(parser, value);
        time(parser, value);
      }
      case "time_dt", "@timestamp" -> time(parser, value);
      case "event_time_usec" -> microseconds = number(parser, value);
      case "resultType" -> status(name, parser, value);
      case "action" -> failure |= is(parser, value, "failure");
      case "category_uid" -> category = number(parser, value);
      case "status_id" -> status = number(parser, value);
      case "status" -> skipped = is(parser, value, "skipped");
      case "severity_id" -> {
        long severity = number(parser, value);
        risky |= severity >= 3 && severity <= 6; // medium to fatal
      }
      case "event_name" -> riskState(parser, value);
      case "event" -> members(parser, value, this::event);
      case "user" -> members(parser, value, this::user);
      case "azure" -> members(parser, value, this::dataset);
      case "properties", "unmapped", "extra" -> members(parser, value, this::record);
      default -> {}
    }
  }

  private void event(String name, JsonParser parser, JsonToken value) throws IOException {
    if (name.equals("outcome")) {
      failure |= is(parser, value, "failure");
    }
  }

  private void user(String name, JsonParser parser, JsonToken value) throws IOException {
    if (name.equals("risk_level_id")) {
      long level = number(parser, value);
      risky |= level >= 2 && level <= 4; // medium to critical
    }
  }

  private void dataset(String name, JsonParser parser, JsonToken value) throws IOException {
    members(parser, value, this::entry);
  }

  private void entry(String name, JsonParser parser, JsonToken value) throws IOException {
    if (name.equals("properties")) {
      members(parser, value, this::record);
    }
  }

  /** Of Graph's record, by Graph's names or as Elastic writes them. */
  private void record(String name, JsonParser parser, JsonToken value) throws IOException {
    switch (name) {
      case "result" -> failure |= value == JsonToken.VALUE_STRING && !is(parser, value, "success");
      case "provisioningStatusInfo", "provisioning_status_info", "statusInfo", "status_info" ->
          members(parser, value, this::statusInfo);
      case "riskState", "risk_state" -> riskState(parser, value);
      case "riskLevel",
          "risk_level",
          "riskLevelAggregated",
          "risk_level_aggregated",
          "riskLevelDuringSignIn",
          "risk_level_during_signin" ->
          risky |= is(parser, value, "medium") || is(parser, value, "high");
      default -> {}
    }
  }

  private void statusInfo(String name, JsonParser parser, JsonToken value) throws IOException {
    if (name.equals("status")) {
      status(name, parser, value);
    }
  }

  private void status(String name, JsonParser parser, JsonToken value) throws IOException {
    failure |=
        value == JsonToken.VALUE_STRING
            && !is(parser, value, "0")
            && !is(parser, value, "success")
            && !is(parser, value, "skipped");
  }

  private void riskState(JsonParser parser, JsonToken value) throws IOException {
    atRisk |= is(parser, value, "atRisk") || is(parser, value, "confirmedCompromised");
    settled |=
        is(parser, value, "confirmedSafe")
            || is(parser, value, "remediated")
            || is(parser, value, "dismissed");
  }

  private void time(JsonParser parser, JsonToken value) throws IOException {
    if (value == JsonToken.VALUE_STRING && parser.getTextLength() <= LONGEST_TIME) {
      char[] text = parser.getTextCharacters();
      int offset = parser.getTextOffset();
      timeLength = parser.getTextLength();
      for (int i = 0; i < timeLength; i++) {
        char each = text[offset + i];
        time[i] = each < 128 ? (byte) each : (byte) '?';
      }
      checkTime();
    }
  }

  private void time(long count, ChronoUnit unit, DateTimeFormatter form) {
    if (count != NONE) {
      String text = form.format(Instant.EPOCH.plus(count, unit));
      timeLength = Math.min(text.length(), LONGEST_TIME);
      for (int i = 0; i < timeLength; i++) {
        time[i] = (byte) text.charAt(i);
      }
      checkTime();
    }
  }

  private void checkTime() {
    if (EventTime.parse(time, 0, timeLength) == RecordBatch.NO_TIME) {
      timeLength = 0;
    }
  }

  private static long number(JsonParser parser, JsonToken value) throws IOException {
    return value == JsonToken.VALUE_NUMBER_INT && parser.getNumberType() != NumberType.BIG_INTEGER
        ? parser.getLongValue()
        : NONE;
  }

  private static boolean is(JsonParser parser, JsonToken value, String text) throws IOException {
    if (value != JsonToken.VALUE_STRING) {
      return false;
    }
    int offset = parser.getTextOffset();
    return Arrays.equals(
        parser.getTextCharacters(),
        offset,
        offset + parser.getTextLength(),
        text.toCharArray(),
        0,
        text.length());
  }

  boolean hasTime() {
    return timeLength > 0;
  }

  /**
   * The record's own time as {@link EventTime} reads it; only the first {@link #timeLength()} bytes
   * count.
   */
  byte[] time() {
    return time;
  }

  int timeLength() {
    return timeLength;
  }

  boolean isFailure() {
    return failure;
  }

  boolean isRisk() {
    return atRisk || (risky && !settled);
  }
}
