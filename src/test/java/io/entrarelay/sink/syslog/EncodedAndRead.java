package io.entrarelay.sink.syslog;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.entrarelay.record.LineIdentity;
import io.entrarelay.sink.syslog.SyslogEncoder.Framing;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Encodes a page and reads it back by {@link Rfc5424Message}: what came out is what went in, and
 * the header says what a tree of the record says.
 */
public final class EncodedAndRead {
  private static final int LIMIT = 400_000;
  private static final ObjectMapper TREES =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();
  private static final List<String> LEVELS =
      List.of(
          "riskLevel",
          "riskLevelAggregated",
          "riskLevelDuringSignIn",
          "risk_level",
          "risk_level_aggregated",
          "risk_level_during_signin");
  private static final List<String> STATUS =
      List.of("provisioningStatusInfo", "provisioning_status_info", "statusInfo", "status_info");
  private static final Set<String> SETTLED = Set.of("confirmedSafe", "remediated", "dismissed");

  private EncodedAndRead() {}

  /**
   * A page from any bytes: the host's name, the variables of the exchange, the records' id, and
   * then records, all separated by 0x1E, which no sound text holds.
   *
   * @return what came of it, in few words
   */
  public static String check(byte[] input) {
    List<byte[]> parts = new ArrayList<>();
    for (int start = 0, at = 0; at <= input.length; at++) {
      if (at == input.length || input[at] == 0x1E) {
        parts.add(Arrays.copyOfRange(input, start, at));
        start = at + 1;
      }
    }
    List<String> names = new ArrayList<>();
    for (byte[] part : parts.subList(0, Math.min(6, parts.size()))) {
      // any characters: halves of surrogate pairs as well
      names.add(Rfc5424Message.isUtf8(part) ? new String(part, UTF_8) : utf16(part));
    }
    while (names.size() < 6) {
      names.add("");
    }
    return check(names, parts.subList(Math.min(6, parts.size()), parts.size()));
  }

  private static String utf16(byte[] bytes) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i + 1 < bytes.length; i += 2) {
      text.append((char) ((bytes[i] & 0xFF) << 8 | (bytes[i + 1] & 0xFF)));
    }
    return text.toString();
  }

  /**
   * @param names host, integration, report, form, tenantId, record id
   */
  static String check(List<String> names, List<byte[]> records) {
    Priority priority =
        new Priority(Facility.local7, Severity.debug, Severity.warning, Severity.emergency);
    Instant collected = Instant.parse("2026-11-22T10:00:00.500Z");
    List<byte[]> refused = new ArrayList<>();
    List<byte[]> kept = new ArrayList<>();
    ByteArrayOutputStream stream = new ByteArrayOutputStream();
    List<byte[]> datagrams = new ArrayList<>();
    for (Framing framing : Framing.values()) {
      SyslogEncoder encoder = new SyslogEncoder(framing, priority, names.get(0), "4711", LIMIT);
      SyslogEncoder.Output output =
          framing == Framing.OCTET_COUNTING
              ? stream::write
              : (bytes, offset, length) ->
                  datagrams.add(Arrays.copyOfRange(bytes, offset, offset + length));
      try {
        encoder.begin(names.get(1), names.get(2), names.get(3), names.get(4), collected);
        for (byte[] record : records) {
          byte[] room = new byte[record.length + 7];
          System.arraycopy(record, 0, room, 3, record.length);
          int before = refused.size();
          encoder.add(
              room,
              3,
              3 + record.length,
              identity(record, names),
              output,
              (bytes, start, end, identity, size) ->
                  refused.add(Arrays.copyOfRange(bytes, start, end)));
          if (framing == Framing.OCTET_COUNTING && refused.size() == before) {
            kept.add(record);
          }
        }
        encoder.flush(output);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    List<byte[]> frames = Rfc5424Message.frames(stream.toByteArray());
    same(frames.size(), kept.size(), "messages");
    int small = 0;
    StringBuilder outcome = new StringBuilder();
    for (int i = 0; i < frames.size(); i++) {
      Rfc5424Message message = Rfc5424Message.parse(frames.get(i));
      outcome.append(check(message, kept.get(i), names));
      if (frames.get(i).length <= Datagrams.LARGEST) {
        if (!Arrays.equals(datagrams.get(small++), frames.get(i))) {
          throw new AssertionError("a datagram is not what a frame is");
        }
      }
    }
    same(datagrams.size(), small, "datagrams");
    same(refused.size(), 2 * records.size() - frames.size() - small, "refused");
    return outcome.length() > 60 ? outcome.substring(0, 60) : outcome.toString();
  }

  private static String check(Rfc5424Message message, byte[] record, List<String> names) {
    if (!Arrays.equals(message.message(), withoutMarks(record))) {
      throw new AssertionError("another message: " + new String(message.message(), ISO_8859_1));
    }
    same(message.utf8(), Rfc5424Message.isUtf8(record), "byte order mark");
    same(message.host(), name(names.get(0), 255), "host");
    same(message.messageId(), name(names.get(2), 32), "message id");
    same(message.program(), "entra-relay", "program");
    Map<String, String> expected = new LinkedHashMap<>();
    expected.put("integration", value(names.get(1)));
    expected.put("report", value(names.get(2)));
    expected.put("form", value(names.get(3)));
    expected.put("tenantId", value(names.get(4)));
    Map<String, String> found =
        new LinkedHashMap<>(message.data().getOrDefault("relay@32473", Map.of()));
    same(message.data().keySet(), Set.of("relay@32473"), "elements");
    LineIdentity identity = identity(record, names);
    if (identity.id() != null) {
      expected.put("recordId", value(identity.id()));
    }
    if (identity.revision() >= 0) {
      expected.put("revision", String.valueOf(identity.revision()));
    }
    same(found, expected, "parameters");
    JsonNode tree = tree(record);
    if (tree == null) {
      return "t";
    }
    same(message.priority(), 23 * 8 + severity(tree), "priority");
    return severity(tree)
        + (identity.id() == null ? "-" : "i")
        + (identity.revision() < 0 ? "-" : "r")
        + time(message, tree);
  }

  /** Any number that a revision may be, or none; and an id, or none. */
  private static LineIdentity identity(byte[] record, List<String> names) {
    int revision = Math.max(-1, Arrays.hashCode(record));
    return new LineIdentity(names.get(5).isEmpty() ? null : names.get(5), revision);
  }

  /** What isn't UTF-8 may not begin with a byte order mark (RFC 5424 section 6.4). */
  private static byte[] withoutMarks(byte[] record) {
    if (Rfc5424Message.isUtf8(record)) {
      return record;
    }
    int from = 0;
    while (new String(record, from, Math.min(3, record.length - from), ISO_8859_1)
        .equals("\u00EF\u00BB\u00BF")) {
      from += 3;
    }
    return Arrays.copyOfRange(record, from, record.length);
  }

  private static String time(Rfc5424Message message, JsonNode tree) {
    if (message.time().equals("2026-11-22T10:00:00.500Z")) {
      return "c";
    }
    // the digits that syslog can say, of one of these
    for (String key : List.of("time", "time_dt", "@timestamp")) {
      String text = tree.path(key).asText().toUpperCase(java.util.Locale.ROOT);
      String whole = text.replaceFirst("(T\\d\\d:\\d\\d)([Z+-])", "$1:00$2");
      if (whole.replaceFirst("(\\.\\d{6})\\d+", "$1").equals(message.time())) {
        return "t";
      }
    }
    Instant time = Instant.parse(message.time());
    if (time.equals(Instant.EPOCH.plus(number(tree, "time"), ChronoUnit.MILLIS))
        || time.equals(Instant.EPOCH.plus(number(tree, "event_time_usec"), ChronoUnit.MICROS))) {
      return "n";
    }
    throw new AssertionError("the time " + message.time() + " of " + tree);
  }

  private static int severity(JsonNode tree) {
    return isRisk(tree) ? 0 : isFailure(tree) ? 4 : 7;
  }

  /** What is there of Graph's record in any of the forms. */
  private static List<JsonNode> records(JsonNode tree) {
    List<JsonNode> records = new ArrayList<>();
    for (String key : List.of("properties", "unmapped", "extra")) {
      records.add(tree.path(key));
    }
    if (tree.path("azure").isObject()) {
      for (JsonNode dataset : tree.path("azure")) {
        records.add(dataset.path("properties"));
      }
    }
    return records;
  }

  private static boolean isRisk(JsonNode tree) {
    Set<String> states = new HashSet<>();
    states.add(text(tree, "event_name"));
    long severity = number(tree, "severity_id");
    long level = number(tree.path("user"), "risk_level_id");
    boolean risky = (severity >= 3 && severity <= 6) || (level >= 2 && level <= 4);
    for (JsonNode record : records(tree)) {
      states.add(text(record, "riskState"));
      states.add(text(record, "risk_state"));
      for (String name : LEVELS) {
        risky |= Set.of("medium", "high").contains(text(record, name));
      }
    }
    if (number(tree, "category_uid") == 2) {
      long status = number(tree, "status_id");
      states.add(status == 1 ? "atRisk" : status == 3 || status == 4 ? "remediated" : "");
    }
    return states.contains("atRisk")
        || states.contains("confirmedCompromised")
        || (risky && Collections.disjoint(states, SETTLED));
  }

  private static boolean isFailure(JsonNode tree) {
    boolean failure =
        hasFailed(tree, "resultType")
            || text(tree.path("event"), "outcome").equals("failure")
            || text(tree, "action").equals("failure");
    for (JsonNode record : records(tree)) {
      failure |= record.path("result").isTextual() && !text(record, "result").equals("success");
      for (String name : STATUS) {
        failure |= hasFailed(record.path(name), "status");
      }
    }
    long status = number(tree, "status_id");
    boolean other = status == 99 && !text(tree, "status").equals("skipped");
    return failure || (number(tree, "category_uid") != 2 && (status == 2 || other));
  }

  private static boolean hasFailed(JsonNode node, String key) {
    return node.path(key).isTextual()
        && !Set.of("0", "success", "skipped").contains(text(node, key));
  }

  private static String text(JsonNode node, String key) {
    return node.path(key).isTextual() ? node.path(key).textValue() : "";
  }

  private static long number(JsonNode node, String key) {
    JsonNode value = node.path(key);
    return value.isIntegralNumber() && value.canConvertToLong() ? value.longValue() : -1;
  }

  private static @Nullable JsonNode tree(byte[] record) {
    try {
      JsonNode tree = TREES.readTree(record);
      return tree.isObject() ? tree : null;
    } catch (JsonProcessingException e) {
      return null;
    } catch (IOException e) {
      return null;
    }
  }

  private static String name(String text, int longest) {
    String head = text.length() > longest ? text.substring(0, longest) : text;
    StringBuilder name = new StringBuilder();
    head.chars().forEach(each -> name.append(each > ' ' && each < 0x7F ? (char) each : '_'));
    return head.isEmpty() ? "-" : name.toString();
  }

  /** By code points: what is no character to be sent is U+FFFD. */
  private static String value(String text) {
    StringBuilder value = new StringBuilder();
    text.codePoints()
        .forEach(
            each ->
                value.appendCodePoint(
                    Character.isISOControl(each) || (each >= 0xD800 && each <= 0xDFFF)
                        ? 0xFFFD
                        : each));
    return value.toString();
  }

  private static void same(@Nullable Object found, @Nullable Object expected, String what) {
    if (!java.util.Objects.equals(found, expected)) {
      throw new AssertionError(what + ": " + found + ", not " + expected);
    }
  }
}
