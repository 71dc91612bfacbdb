package io.entrarelay.record;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/**
 * Random JSON as the standard allows it: white space and line breaks between tokens, escapes, half
 * surrogate pairs, large numbers, keys that come twice, and the names that sign-ins' envelope wants
 * with values of any type.
 */
public final class RandomJson {
  private static final List<String> NAMES =
      List.of(
          "id",
          "createdDateTime",
          "status",
          "errorCode",
          "failureReason",
          "processingTimeInMilliseconds",
          "ipAddress",
          "correlationId",
          "userDisplayName",
          "servicePrincipalName",
          "location",
          "countryOrRegion",
          "st\\u0061tus",
          "ID",
          "",
          "x y",
          "日本",
          "value",
          "@odata.nextLink");
  private static final List<String> SCALARS =
      List.of(
          "null",
          "true",
          "false",
          "0",
          "-0",
          "0.10",
          "1E400",
          "-1.5e-3",
          "50126",
          "\"\"",
          "\"0\"",
          "12345678901234567890123456789012345678901234567890",
          "\"2026-05-01T10:05:00.1234567Z\"");
  private static final List<String> PIECES =
      List.of(
          "a",
          "B",
          " ",
          "é",
          "日",
          "😀",
          "\\n",
          "\\\"",
          "\\\\",
          "\\/",
          "\\u0000",
          "\\ud800",
          "\\uDC00",
          "\\ud83d\\ude00",
          "\u2028",
          "\u0085",
          "\u007f",
          "{",
          "}",
          "[",
          "]",
          ",",
          ":");
  private static final List<String> SPACES =
      List.of("", "", "", "", " ", "\n", "\r\n", "\r", "\t", "\n\n  ");

  final Random random;

  public RandomJson(Random random) {
    this.random = random;
  }

  public String record() {
    return object(3);
  }

  public String page(List<String> records) {
    List<String> members = new ArrayList<>();
    members.add("\"value\"" + space() + ":" + space() + list(records));
    if (random.nextBoolean()) {
      members.add("\"@odata.nextLink\":\"https://graph.example/x\"");
    }
    if (random.nextBoolean()) {
      members.add("\"@odata.context\":" + value(2));
    }
    Collections.shuffle(members, random);
    return space() + "{" + joined(members) + "}" + space();
  }

  private String object(int depth) {
    List<String> members = new ArrayList<>();
    for (int i = random.nextInt(9); i > 0; i--) {
      members.add(
          "\""
              + NAMES.get(random.nextInt(NAMES.size()))
              + "\""
              + space()
              + ":"
              + space()
              + value(depth - 1));
    }
    return "{" + joined(members) + "}";
  }

  private String value(int depth) {
    return switch (random.nextInt(depth > 0 ? 6 : 4)) {
      case 0, 1 -> SCALARS.get(random.nextInt(SCALARS.size()));
      case 2, 3 -> string();
      case 4 -> {
        List<String> elements = new ArrayList<>();
        for (int i = random.nextInt(4); i > 0; i--) {
          elements.add(value(depth - 1));
        }
        yield list(elements);
      }
      default -> object(depth);
    };
  }

  private String string() {
    StringBuilder text = new StringBuilder("\"");
    for (int i = random.nextInt(8); i > 0; i--) {
      text.append(PIECES.get(random.nextInt(PIECES.size())));
    }
    return text.append('"').toString();
  }

  private String list(List<String> elements) {
    return "[" + joined(elements) + "]";
  }

  private String joined(List<String> parts) {
    StringBuilder text = new StringBuilder(space());
    for (int i = 0; i < parts.size(); i++) {
      text.append(i == 0 ? "" : "," + space()).append(parts.get(i)).append(space());
    }
    return text.toString();
  }

  private String space() {
    return SPACES.get(random.nextInt(SPACES.size()));
  }
}
