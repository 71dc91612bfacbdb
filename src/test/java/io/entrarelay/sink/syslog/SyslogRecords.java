package io.entrarelay.sink.syslog;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Lines in vendor form whose texts hold what is hard on a syslog receiver. */
final class SyslogRecords {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Instant START = Instant.parse("2026-11-22T10:00:00Z");
  private static final List<String> HARD =
      List.of(
          "plain words ",
          "\"quoted\" ",
          "[brackets] ]",
          "back\\slash ",
          "line\nbreak\r\n",
          "tab\t",
          "nul\u0000",
          "<13>1 - - - - - - ",
          "Zürich ",
          "東京 ",
          "🔐 ",
          "e\u0301 ",
          "\uFEFF",
          "% $MSG %msg% ",
          "שלום ");

  private SyslogRecords() {}

  /** A record and what its message must say. */
  record Expected(String id, int revision, Instant time, int priority, String line) {}

  /**
   * @param size of the texts in it, characters, roughly
   */
  static Expected record(String id, int number, int size, Random random) {
    StringBuilder text = new StringBuilder();
    while (text.length() < size) {
      text.append(HARD.get(random.nextInt(HARD.size())));
    }
    Instant time = START.plusMillis(number).plusNanos(random.nextInt(1000) * 1000L);
    boolean failure = number % 3 == 1;
    boolean risk = number % 7 == 1;
    int revision = number % 5 == 0 ? 1 : 0;
    Map<String, Object> properties = new LinkedHashMap<>();
    properties.put("riskState", risk ? "atRisk" : "none");
    properties.put("text", text.toString());
    properties.put("id", id);
    Map<String, Object> line = new LinkedHashMap<>();
    // with the seventh digit that Graph has and syslog does not
    line.put("time", time.toString().replaceAll("(\\.\\d{6})Z", "$17Z"));
    line.put("resultType", failure ? "50126" : "0");
    line.put("relay", Map.of("integration", OutboxToSyslog.INTEGRATION, "revision", revision));
    line.put("properties", properties);
    int severity = risk ? 2 : failure ? 4 : 6;
    try {
      return new Expected(id, revision, time, 10 * 8 + severity, JSON.writeValueAsString(line));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  /** So many small ones, ids by number. */
  static List<byte[]> page(int from, int count, int size, Random random) {
    List<byte[]> lines = new ArrayList<>();
    for (int i = from; i < from + count; i++) {
      lines.add(record("id-" + i, i, size, random).line().getBytes(UTF_8));
    }
    return lines;
  }
}
