package io.entrarelay.sink.syslog;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/** Texts and records of what breaks syslog. */
public final class Hostile {
  private static final List<String> TIMES =
      List.of(
          "2026-11-22T12:34:56.1234567Z",
          "2026-11-22T12:34Z",
          "2026-11-22T12:34:56+18:00",
          "2026-13-22T12:34:56Z",
          "");
  private static final List<String> STATES =
      List.of("none", "atRisk", "confirmedCompromised", "remediated", "dismissed", "hidden");
  private static final List<String> LEVELS = List.of("none", "low", "medium", "high", "hidden");
  private static final List<String> RESULTS =
      List.of("success", "failure", "timeout", "0", "50126");

  final Random random;

  public Hostile(Random random) {
    this.random = random;
  }

  /** Up to so many characters; surrogates alone, controls, quotes, brackets among them. */
  String text(int most) {
    StringBuilder text = new StringBuilder();
    for (int i = random.nextInt(most + 1); i > 0; i--) {
      switch (random.nextInt(8)) {
        case 0 -> text.append("\"\\]=[ ".charAt(random.nextInt(6)));
        case 1 -> text.append((char) random.nextInt(0xA0));
        case 2 -> text.append((char) (0xD800 + random.nextInt(0x800)));
        case 3 -> text.appendCodePoint(random.nextInt(Character.MAX_CODE_POINT + 1));
        case 4 -> text.append('\uFEFF');
        default -> text.append((char) ('a' + random.nextInt(26)));
      }
    }
    return text.toString();
  }

  /** A record of any form with odd values, or damaged, or no JSON at all. */
  public byte[] record() {
    byte[] line = json().getBytes(UTF_8);
    switch (random.nextInt(8)) {
      case 0 -> random.nextBytes(line);
      case 1 -> line[random.nextInt(line.length)] = (byte) random.nextInt(256);
      default -> {}
    }
    return line;
  }

  private String json() {
    return random.nextBoolean() ? vendor() : normalized();
  }

  /** Members of the forms ocsf, ecs and taegis, as they come. */
  private String normalized() {
    String record =
        "{\"riskState\":"
            + value(pick(STATES))
            + ",\"risk_level\":"
            + value(pick(LEVELS))
            + ",\"provisioning_status_info\":{\"status\":"
            + value(pick(RESULTS))
            + "}}";
    List<String> members =
        new ArrayList<>(
            List.of(
                "\"time\":" + number(),
                "\"time_dt\":" + value(pick(TIMES)),
                "\"event_time_usec\":" + number(),
                "\"category_uid\":" + random.nextInt(4),
                "\"status_id\":" + (random.nextInt(8) == 0 ? 99 : random.nextInt(6)),
                "\"status\":" + value(pick(List.of("Success", "Failure", "skipped"))),
                "\"severity_id\":" + (random.nextInt(8) == 0 ? 99 : random.nextInt(8)),
                "\"user\":{\"risk_level_id\":" + random.nextInt(6) + "}",
                "\"action\":" + value(pick(RESULTS)),
                "\"event_name\":" + value(pick(STATES)),
                "\"event\":{\"outcome\":" + value(pick(RESULTS)) + "}",
                "\"" + pick(List.of("unmapped", "extra")) + "\":" + record,
                "\"azure\":{\"tenant_id\":\"t\",\"signinlogs\":{\"properties\":" + record + "}}"));
    Collections.shuffle(members, random);
    return "{" + String.join(",", members.subList(0, random.nextInt(members.size()))) + "}";
  }

  private String number() {
    return switch (random.nextInt(6)) {
      case 0 -> String.valueOf(random.nextLong());
      case 1 -> "9".repeat(1 + random.nextInt(30));
      case 2 -> "1777630020123.5";
      default -> String.valueOf(random.nextLong(2_000_000_000_000_000L));
    };
  }

  private String vendor() {
    int padding = random.nextInt(50) == 0 ? random.nextInt(300_000) : random.nextInt(200);
    return "{\"time\":"
        + value(pick(TIMES))
        + ",\"resultType\":"
        + value(pick(RESULTS))
        + ",\"id\":"
        + value(text(10))
        + ",\"relay\":{\"revision\":"
        + (random.nextInt(4) == 0 ? value(text(3)) : String.valueOf(random.nextInt(1 << 30)))
        + "},\"properties\":{\"riskState\":"
        + value(pick(STATES))
        + ",\"riskLevelDuringSignIn\":"
        + value(pick(LEVELS))
        + ",\"id\":"
        + value(text(40))
        + ",\"result\":"
        + value(pick(RESULTS))
        + ",\"status\":{\"id\":1,\"result\":[{\"id\":2}]},\"text\":"
        + value("x".repeat(padding) + text(50))
        + "}}";
  }

  private String pick(List<String> of) {
    return of.get(random.nextInt(of.size()));
  }

  private String value(String text) {
    return switch (random.nextInt(20)) {
      case 0 -> "null";
      case 1 -> "{\"id\":\"a\"}";
      case 2 -> "[1,\"b\"]";
      case 3 -> "-5";
      default -> "\"" + new String(JsonStringEncoder.getInstance().quoteAsString(text)) + "\"";
    };
  }
}
