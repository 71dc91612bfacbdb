package io.entrarelay.mapping;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** The values in a tree, wherever they are. */
final class Leaves {
  private static final String NO_GUID = "00000000-0000-0000-0000-000000000000";

  private static final ObjectMapper EXACT =
      new ObjectMapper()
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .setNodeFactory(JsonNodeFactory.withExactBigDecimals(true));

  private Leaves() {}

  /** What is in a text of JSON, half surrogate pairs and all digits of numbers too. */
  static JsonNode tree(String json) throws IOException {
    return EXACT.readTree(json);
  }

  /** All texts, numbers and literals, as texts. */
  static Stream<String> of(JsonNode tree) {
    return tree.isContainerNode()
        ? StreamSupport.stream(tree.spliterator(), false).flatMap(Leaves::of)
        : Stream.of(tree.asText());
  }

  /** Those that a form must not lose: all but what counts as absent. */
  static List<String> worthKeeping(JsonNode tree) {
    return of(tree)
        .filter(text -> !text.isEmpty() && !text.equals("null") && !text.equals(NO_GUID))
        .toList();
  }

  /** Where something absent is written: null, "", "null", [], {} or the all-zero GUID. */
  static Stream<String> absent(String path, JsonNode tree) {
    if (tree.isContainerNode()) {
      return tree.isEmpty()
          ? Stream.of(path + " is empty")
          : tree.isObject()
              ? tree.properties().stream()
                  .flatMap(each -> absent(path + "." + each.getKey(), each.getValue()))
              : StreamSupport.stream(tree.spliterator(), false)
                  .flatMap(each -> absent(path + "[]", each));
    }
    String text = tree.asText();
    return text.isEmpty() || text.equals("null") || text.equals(NO_GUID)
        ? Stream.of(path + " is " + tree)
        : Stream.of();
  }
}
