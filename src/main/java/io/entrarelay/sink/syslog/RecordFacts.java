package io.entrarelay.sink.syslog;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.entrarelay.record.EventTime;
import io.entrarelay.record.RecordBatch;
import java.io.IOException;
import java.util.Arrays;

/**
 * What a syslog header says of a record, found by one pass over its line's tokens, without a tree.
 *
 * <p>In the vendor form: {@code time}; it is a failure where {@code resultType} is neither {@code
 * 0} nor {@code success} nor {@code skipped}, or {@code properties.result} (of directory audits) is
 * there and not {@code success}; it is a risk where {@code properties.riskState} is {@code atRisk}
 * or {@code confirmedCompromised}, or one of {@code properties.riskLevel}, {@code
 * riskLevelAggregated} and {@code riskLevelDuringSignIn} is {@code medium} or {@code high} and
 * {@code riskState} doesn't say that this is settled ({@code confirmedSafe}, {@code remediated},
 * {@code dismissed}).
 *
 * <p>In any other JSON document: a text {@code time} or {@code @timestamp} at its top. What a line
 * doesn't say, or a line that is no JSON, is not known. Used by one thread.
 */
final class RecordFacts {
  private static final JsonFactory JSON = new JsonFactory();
  private static final int LONGEST_TIME = 40;

  private final byte[] time = new byte[LONGEST_TIME];
  private int timeLength;
  private boolean failure;
  private boolean atRisk;
  private boolean risky;
  private boolean settled;

  /** Reads the line between the offsets {@code start} (inclusive) and {@code end} (exclusive). */
  void read(byte[] bytes, int start, int end) {
    timeLength = 0;
    failure = false;
    atRisk = false;
    risky = false;
    settled = false;
    try (JsonParser parser = JSON.createParser(bytes, start, end - start)) {
      if (parser.nextToken() == JsonToken.START_OBJECT) {
        top(parser);
      }
    } catch (IOException notJson) {
      // what was found up to there counts
    }
  }

  private void top(JsonParser parser) throws IOException {
    for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
      JsonToken value = parser.nextToken();
      switch (name) {
        case "time", "@timestamp" -> time(parser, value);
        case "resultType" ->
            failure |=
                value == JsonToken.VALUE_STRING
                    && !is(parser, "0")
                    && !is(parser, "success")
                    && !is(parser, "skipped");
        case "properties" -> properties(parser, value);
        default -> {}
      }
      parser.skipChildren(); // whatever was of no use; nothing where it was read to its end
    }
  }

  private void properties(JsonParser parser, JsonToken start) throws IOException {
    if (start != JsonToken.START_OBJECT) {
      return;
    }
    for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
      JsonToken value = parser.nextToken();
      boolean text = value == JsonToken.VALUE_STRING;
      switch (name) {
        case "result" -> failure |= text && !is(parser, "success");
        case "riskState" -> {
          atRisk = text && (is(parser, "atRisk") || is(parser, "confirmedCompromised"));
          settled =
              text
                  && (is(parser, "confirmedSafe")
                      || is(parser, "remediated")
                      || is(parser, "dismissed"));
        }
        case "riskLevel", "riskLevelAggregated", "riskLevelDuringSignIn" ->
            risky |= text && (is(parser, "medium") || is(parser, "high"));
        default -> {}
      }
      parser.skipChildren();
    }
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
      if (EventTime.parse(time, 0, timeLength) == RecordBatch.NO_TIME) {
        timeLength = 0;
      }
    }
  }

  private static boolean is(JsonParser parser, String text) throws IOException {
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
