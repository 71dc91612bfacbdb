package io.entrarelay.mapping;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** What ECS 9.4.0 says of a document: which fields there are, their types and allowed values. */
final class EcsFields {
  private static final Path TABLE = Path.of("src/test/resources/ecs/fields-9.4.0.tsv");
  private static final Pattern ADDRESS = Pattern.compile("[0-9.]+|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*");

  /** Elastic's own fields for Entra, which are none of ECS. */
  private static final String ELASTIC = "azure";

  private record Field(String type, boolean array, Set<String> allowed) {}

  private final Map<String, Field> fields = new HashMap<>();

  EcsFields() {
    try {
      for (String line : Files.readAllLines(TABLE)) {
        if (!line.startsWith("#")) {
          String[] part = line.split("\t", -1);
          fields.put(
              part[0],
              new Field(
                  part[1],
                  part.length > 2 && part[2].equals("array"),
                  part.length > 3 ? Set.of(part[3].split(",")) : Set.of()));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What is wrong with a document; nothing where it is one of ECS. */
  List<String> findings(JsonNode document) {
    List<String> findings = new ArrayList<>(Leaves.absent("", document).toList());
    for (String name : List.of("@timestamp", "ecs", "event")) {
      if (!document.has(name)) {
        findings.add(name + " is missing");
      }
    }
    for (JsonNode category : document.at("/event/category")) {
      Field expected = fields.get("event.category=" + category.asText());
      for (JsonNode type : document.at("/event/type")) {
        if (expected == null || !expected.allowed.contains(type.asText())) {
          findings.add("event.type " + type + " is not expected with event.category " + category);
        }
      }
    }
    document
        .properties()
        .forEach(
            each -> {
              if (!each.getKey().equals(ELASTIC)) {
                check(each.getKey(), each.getValue(), findings);
              }
            });
    return findings;
  }

  private void check(String name, JsonNode value, List<String> findings) {
    Field field = fields.get(name);
    if (field == null) {
      if (value.isObject()) {
        value
            .properties()
            .forEach(each -> check(name + "." + each.getKey(), each.getValue(), findings));
      } else {
        findings.add(name + " is no field of ECS");
      }
      return;
    }
    if (field.array != value.isArray()) {
      findings.add(name + " is" + (field.array ? " no" : " an") + " array: " + value);
      return;
    }
    for (JsonNode each : value.isArray() ? value : List.of(value)) {
      if (!isOf(field.type, each)) {
        findings.add(name + " is no " + field.type + ": " + each);
      } else if (!field.allowed.isEmpty() && !field.allowed.contains(each.asText())) {
        findings.add(name + " may not be " + each);
      }
    }
  }

  private static boolean isOf(String type, JsonNode value) {
    return switch (type) {
      case "keyword", "match_only_text", "wildcard" -> value.isTextual();
      case "long" -> value.isIntegralNumber() && value.canConvertToLong();
      case "float" -> value.isNumber();
      case "boolean" -> value.isBoolean();
      case "date" -> value.isTextual() && isTime(value.textValue());
      case "ip" -> value.isTextual() && isAddress(value.textValue());
      case "geo_point" ->
          value.size() == 2
              && Math.abs(value.path("lat").asDouble(Double.NaN)) <= 90
              && Math.abs(value.path("lon").asDouble(Double.NaN)) <= 180;
      case "object" -> value.isObject() && Leaves.of(value).count() == value.size();
      default -> false;
    };
  }

  private static boolean isTime(String text) {
    try {
      return Instant.parse(text) != null;
    } catch (DateTimeParseException e) {
      return false;
    }
  }

  private static boolean isAddress(String text) {
    try {
      return ADDRESS.matcher(text).matches()
          && InetAddress.getByName(text) != null
          && (text.contains(":") || text.split("\\.", -1).length == 4);
    } catch (UnknownHostException e) {
      return false;
    }
  }
}
