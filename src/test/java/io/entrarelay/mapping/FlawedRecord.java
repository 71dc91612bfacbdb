package io.entrarelay.mapping;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** A record as Graph may once send it: with nulls, values of other types, unknown properties. */
final class FlawedRecord {
  static final List<String> VALUES =
      List.of(
          "null",
          "\"\"",
          "\"null\"",
          "\"00000000-0000-0000-0000-000000000000\"",
          "[]",
          "{}",
          "[null]",
          "true",
          "false",
          "0",
          "-1",
          "7.5",
          "1e30",
          "12345678901234567890123456789012345678901234567890",
          "\"50126\"",
          "\"unknownFutureValue\"",
          "\"a@b@c\"",
          "\"@\"",
          "\" \"",
          "\"\\ud800\"",
          "\"{\\\"Key\\\":\"",
          "\"[[[1]]]\"",
          "\"1.2.3.4:99999\"",
          "\"::1\"",
          "\"2026-05-01T10:05:00.1234567Z\"",
          "\"-0001-01-01T00:00:00Z\"",
          "[\"x\",1,{\"key\":\"k\"}]",
          "[{\"key\":\"k\",\"value\":\"v1\"},{\"key\":\"k\",\"value\":\"v2\"}]",
          "{\"inner\":{\"displayName\":\"d\",\"list\":[{\"aB\":1,\"a_b\":2}]}}");

  static final List<String> NAMES =
      List.of("newProperty", "userID", "x y", "日本", "a.b", "@odata.type", "_", "");

  private FlawedRecord() {}

  /** A copy of the record with some flaws. */
  static JsonNode of(JsonNode record, Random random) {
    ObjectNode flawed = record.deepCopy();
    for (int flaws = 1 + random.nextInt(6); flaws > 0; flaws--) {
      List<JsonNode> containers = new ArrayList<>();
      collect(flawed, containers);
      JsonNode container =
          random.nextBoolean() ? flawed : containers.get(random.nextInt(containers.size()));
      if (container instanceof ObjectNode object) {
        flaw(object, random);
      } else if (container instanceof ArrayNode array) {
        if (array.isEmpty() || random.nextBoolean()) {
          array.add(value(random));
        } else {
          array.set(random.nextInt(array.size()), value(random));
        }
      }
    }
    return flawed;
  }

  private static void flaw(ObjectNode object, Random random) {
    List<String> names = new ArrayList<>();
    object.fieldNames().forEachRemaining(names::add);
    if (names.isEmpty() || random.nextInt(4) == 0) {
      object.set(NAMES.get(random.nextInt(NAMES.size())), value(random));
    } else if (random.nextInt(4) == 0) {
      object.remove(names.get(random.nextInt(names.size())));
    } else {
      object.set(names.get(random.nextInt(names.size())), value(random));
    }
  }

  private static JsonNode value(Random random) {
    return tree(VALUES.get(random.nextInt(VALUES.size())));
  }

  static JsonNode tree(String value) {
    try {
      return Leaves.tree(value);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void collect(JsonNode tree, List<JsonNode> containers) {
    if (tree.isContainerNode()) {
      containers.add(tree);
      tree.forEach(each -> collect(each, containers));
    }
  }
}
