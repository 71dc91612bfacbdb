package io.entrarelay.mapping;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.LongNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.TextNode;
import com.schibsted.spt.data.jslt.Function;
import io.entrarelay.record.EventTime;
import io.entrarelay.record.RecordBatch;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What mappings can call besides JSLT's own functions: what JSLT can't say, or says too slowly for
 * each record. None of them knows a form or a property. All of them take null, and give null where
 * there is nothing to give.
 *
 * <ul>
 *   <li>{@code present(value)}: the value without what is absent: null, "", "null", [], {} and the
 *       all-zero GUID, at any depth. {@code false} and 0 are values.
 *   <li>{@code pick(record, shape)}: the properties that a shape names, where they are present and
 *       of its type; see {@link Shape}
 *   <li>{@code omit(record, shape, also)}: all that is present and that the shape doesn't take; and
 *       the properties of {@code also}, which may be left out: what a mapping had no place for
 *       after all
 *   <li>{@code divide(record, shape)}: {@code {"picked", "rest"}}, what pick and omit give, for
 *       half of what they cost
 *   <li>{@code address(text)}: {@code {"ip", "port"}} of an IP address that may have a port
 *   <li>{@code epoch-milliseconds(text)}, {@code epoch-microseconds(text)}: of an ISO 8601 time;
 *       further digits are cut
 *   <li>{@code utc(text)}: an ISO 8601 time in UTC and with milliseconds; further digits are cut
 *   <li>{@code parse-json(text)}: what is in a text that holds an object, array, text or literal of
 *       JSON, without what is absent; any other text, numbers too, as it is
 *   <li>{@code snake-case(value)}: what is present in the value, with all names in it as Elastic
 *       writes them; see {@link SnakeCase}
 * </ul>
 */
final class Functions {
  private static final ObjectReader JSON =
      JsonMapper.builder()
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build()
          .readerFor(JsonNode.class);

  private static final DateTimeFormatter UTC =
      new DateTimeFormatterBuilder().appendInstant(3).toFormatter(Locale.ROOT);

  static final List<Function> ALL =
      List.of(
          new Named("present", 1, given -> Absent.without(given[0])),
          new Named("pick", 2, given -> Shape.pick(given[0], given[1])),
          new Named("omit", 2, 3, Shape::omit),
          new Named("divide", 2, given -> Shape.divide(given[0], given[1])),
          new Named("address", 1, given -> Address.of(given[0])),
          new Named("epoch-milliseconds", 1, given -> epoch(given[0], false)),
          new Named("epoch-microseconds", 1, given -> epoch(given[0], true)),
          new Named("utc", 1, given -> utc(given[0])),
          new Named("parse-json", 1, given -> parsed(given[0])),
          new Named("snake-case", 1, given -> SnakeCase.of(given[0])));

  private Functions() {}

  /** What a function gives. */
  interface Body {
    @Nullable JsonNode of(JsonNode[] given);
  }

  record Named(String name, int least, int most, Body body) implements Function {
    Named(String name, int arguments, Body body) {
      this(name, arguments, arguments, body);
    }

    @Override
    public String getName() {
      return name;
    }

    @Override
    public int getMinArguments() {
      return least;
    }

    @Override
    public int getMaxArguments() {
      return most;
    }

    @Override
    public JsonNode call(JsonNode input, JsonNode[] given) {
      JsonNode value = body.of(given);
      return value == null ? NullNode.instance : value;
    }
  }

  private static @Nullable JsonNode epoch(JsonNode value, boolean micros) {
    String text = value.textValue();
    if (text == null) {
      return null;
    }
    byte[] bytes = text.getBytes(ISO_8859_1);
    long millis = EventTime.parse(bytes, 0, bytes.length);
    if (millis == RecordBatch.NO_TIME) {
      return null;
    }
    return LongNode.valueOf(micros ? millis * 1000 + microsOfMilli(text) : millis);
  }

  /** The fourth to sixth digit behind the point. */
  private static int microsOfMilli(String time) {
    int digit = time.indexOf('.') + 4;
    int micros = 0;
    for (int weight = 100; digit > 3 && weight > 0; weight /= 10, digit++) {
      int value = digit < time.length() ? time.charAt(digit) - '0' : -1;
      if (value < 0 || value > 9) {
        break;
      }
      micros += value * weight;
    }
    return micros;
  }

  private static @Nullable JsonNode utc(JsonNode value) {
    JsonNode millis = epoch(value, false);
    return millis == null
        ? null
        : TextNode.valueOf(UTC.format(Instant.ofEpochMilli(millis.longValue())));
  }

  private static @Nullable JsonNode parsed(JsonNode value) {
    String text = value.textValue();
    if (text == null) {
      return Absent.without(value);
    }
    String bare = text.strip();
    boolean json =
        !bare.isEmpty() && "\"[{".indexOf(bare.charAt(0)) >= 0
            || bare.equals("true")
            || bare.equals("false");
    if (json) {
      try {
        return Absent.without(JSON.readTree(bare));
      } catch (JsonProcessingException e) {
        // it only begins like JSON
        return value;
      }
    }
    return Absent.is(value) ? null : value;
  }
}
