package io.entrarelay.mapping;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What counts as not there: null, "", "null", [], {} and the all-zero GUID. */
final class Absent {
  private static final String NO_GUID = "00000000-0000-0000-0000-000000000000";

  private Absent() {}

  /**
   * Whether it is absent by itself; an object or array of absent things isn't, see {@link
   * #without}.
   */
  static boolean is(JsonNode value) {
    if (value instanceof TextNode text) {
      return is(text.textValue());
    }
    return value.isNull() || value.isMissingNode() || value.isContainerNode() && value.isEmpty();
  }

  private static boolean is(String text) {
    return switch (text.length()) {
      case 0 -> true;
      case 4 -> text.equals("null");
      case 36 -> text.equals(NO_GUID);
      default -> false;
    };
  }

  /**
   * The value without what is absent in it; null where nothing is left. What needs no change is
   * given back as it is, not copied.
   */
  static @Nullable JsonNode without(JsonNode value) {
    if (value instanceof TextNode text) {
      return is(text.textValue()) ? null : value;
    }
    if (value instanceof ObjectNode object) {
      return without(object);
    }
    if (value instanceof ArrayNode array) {
      return without(array);
    }
    return is(value) ? null : value;
  }

  private static @Nullable JsonNode without(ObjectNode object) {
    ObjectNode copy = null;
    int kept = 0;
    for (Map.Entry<String, JsonNode> property : object.properties()) {
      JsonNode value = without(property.getValue());
      if (value != property.getValue() && copy == null) {
        copy = first(object, kept);
      }
      if (value != null) {
        kept++;
        if (copy != null) {
          copy.set(property.getKey(), value);
        }
      }
    }
    return kept == 0 ? null : copy == null ? object : copy;
  }

  /** The first properties; all of them were whole. */
  private static ObjectNode first(ObjectNode object, int count) {
    ObjectNode copy = JsonNodeFactory.instance.objectNode();
    int left = count;
    for (Map.Entry<String, JsonNode> property : object.properties()) {
      if (left-- == 0) {
        break;
      }
      copy.set(property.getKey(), property.getValue());
    }
    return copy;
  }

  private static @Nullable JsonNode without(ArrayNode array) {
    ArrayNode copy = null;
    int kept = 0;
    for (int i = 0; i < array.size(); i++) {
      JsonNode element = array.get(i);
      JsonNode value = without(element);
      if (value != element && copy == null) {
        copy = JsonNodeFactory.instance.arrayNode(array.size());
        for (int before = 0; before < i; before++) {
          copy.add(array.get(before));
        }
      }
      if (value != null) {
        kept++;
        if (copy != null) {
          copy.add(value);
        }
      }
    }
    return kept == 0 ? null : copy == null ? array : copy;
  }
}
