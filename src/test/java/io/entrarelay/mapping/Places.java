package io.entrarelay.mapping;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashMap;
import java.util.Map;

/** Where the values of a tree are, as JSON pointers. */
final class Places {
  private Places() {}

  /** What is no object and no array, by its pointer. */
  static Map<String, JsonNode> of(JsonNode tree) {
    Map<String, JsonNode> places = new LinkedHashMap<>();
    add("", tree, places);
    return places;
  }

  private static void add(String pointer, JsonNode node, Map<String, JsonNode> places) {
    if (node.isObject()) {
      for (Map.Entry<String, JsonNode> property : node.properties()) {
        String name = property.getKey().replace("~", "~0").replace("/", "~1");
        add(pointer + "/" + name, property.getValue(), places);
      }
    } else if (node.isArray()) {
      for (int i = 0; i < node.size(); i++) {
        add(pointer + "/" + i, node.get(i), places);
      }
    } else {
      places.put(pointer, node);
    }
  }

  /** A copy of the tree with another value at a place that it has. */
  static JsonNode with(JsonNode tree, String pointer, JsonNode value) {
    JsonNode copy = tree.deepCopy();
    int last = pointer.lastIndexOf('/');
    String name = pointer.substring(last + 1).replace("~1", "/").replace("~0", "~");
    JsonNode parent = copy.at(pointer.substring(0, last));
    if (parent instanceof ObjectNode object) {
      object.set(name, value);
    } else {
      ((ArrayNode) parent).set(Integer.parseInt(name), value);
    }
    return copy;
  }
}
