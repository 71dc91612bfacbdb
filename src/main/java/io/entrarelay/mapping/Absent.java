package io.entrarelay.mapping;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Iterator;
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
    return switch (value.getNodeType()) {
      case NULL, MISSING -> true;
      case STRING -> is(value.textValue());
      case ARRAY, OBJECT -> value.isEmpty();
      default -> false;
    };
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
    if (value instanceof ObjectNode object) {
      return without(object);
    }
    if (value instanceof ArrayNode array) {
      return without(array);
    }
    return is(value) ? null : value;
  }

  private static @Nullable JsonNode without(ObjectNode object) {
    boolean whole = true;
    ObjectNode copy = JsonNodeFactory.instance.objectNode();
    for (Map.Entry<String, JsonNode> property : object.properties()) {
      JsonNode kept = without(property.getValue());
      whole &= kept == property.getValue();
      if (kept != null) {
        copy.set(property.getKey(), kept);
      }
    }
    return copy.isEmpty() ? null : whole ? object : copy;
  }

  private static @Nullable JsonNode without(ArrayNode array) {
    boolean whole = true;
    ArrayNode copy = JsonNodeFactory.instance.arrayNode(array.size());
    for (Iterator<JsonNode> elements = array.elements(); elements.hasNext(); ) {
      JsonNode element = elements.next();
      JsonNode kept = without(element);
      whole &= kept == element;
      if (kept != null) {
        copy.add(kept);
      }
    }
    return copy.isEmpty() ? null : whole ? array : copy;
  }
}
