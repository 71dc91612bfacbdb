package io.entrarelay.mapping;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.LongNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.schibsted.spt.data.jslt.JsltException;
import io.entrarelay.record.EventTime;
import io.entrarelay.record.RecordBatch;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which properties of a record a mapping takes, and of which type they are: an object of JSON with
 * the record's own structure, whose leaves are types:
 *
 * <pre>{"id": "text", "status": {"errorCode": "integer"}, "policies": [{"result": "text, kept"}]}
 * </pre>
 *
 * <p>{@code pick} gives what is present and of its type, so that a mapping needn't ask; {@code
 * omit} gives all else, so that nothing is lost. What is {@code kept} is given by both: a mapping
 * reads it without having a place for it. An array of objects is omitted only where each of its
 * objects is taken whole, so that what is left can be told apart.
 *
 * <p>The types: {@code text}; {@code texts}, an array of them; {@code integer} of 64 bits, also one
 * written as a text; {@code number}; {@code boolean}; {@code time}, a text with an ISO 8601 time;
 * {@code address}, a text with an IP address, picked as {@link Address}.
 */
final class Shape {
  private static final Map<String, Leaf> LEAVES = new HashMap<>();

  static {
    for (Type type : Type.values()) {
      String name = type.name().toLowerCase(java.util.Locale.ROOT);
      LEAVES.put(name, new Leaf(type, false));
      LEAVES.put(name + ", kept", new Leaf(type, true));
    }
  }

  private Shape() {}

  private record Leaf(Type type, boolean kept) {
    static Leaf of(JsonNode type) {
      Leaf leaf = LEAVES.get(type.textValue());
      if (leaf == null) {
        throw new JsltException("a shape has the type " + type + "; there is no such type");
      }
      return leaf;
    }
  }

  private enum Type {
    TEXT,
    TEXTS,
    INTEGER,
    NUMBER,
    BOOLEAN,
    TIME,
    ADDRESS;

    /** The value where it is present and of this type, else null. */
    @Nullable JsonNode of(JsonNode value) {
      return switch (this) {
        case TEXT -> value.isTextual() && !Absent.is(value) ? value : null;
        case TEXTS -> texts(value);
        case INTEGER -> integer(value);
        case NUMBER -> value.isNumber() ? value : null;
        case BOOLEAN -> value.isBoolean() ? value : null;
        case TIME -> isTime(value) ? value : null;
        case ADDRESS -> Address.of(value);
      };
    }

    private static @Nullable JsonNode texts(JsonNode value) {
      if (!value.isArray()) {
        return null;
      }
      JsonNode present = Absent.without(value);
      if (present != null) {
        for (JsonNode element : present) {
          if (!element.isTextual()) {
            return null;
          }
        }
      }
      return present;
    }

    private static @Nullable JsonNode integer(JsonNode value) {
      if (value.isIntegralNumber()) {
        return value.canConvertToLong() ? value : null;
      }
      String text = value.textValue();
      if (text == null || text.isEmpty() || text.length() > 18) {
        return null;
      }
      for (int i = 0; i < text.length(); i++) {
        char digit = text.charAt(i);
        if (digit < '0' || digit > '9') {
          return null;
        }
      }
      return LongNode.valueOf(Long.parseLong(text));
    }

    private static boolean isTime(JsonNode value) {
      String text = value.textValue();
      if (text == null) {
        return false;
      }
      byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
      return EventTime.parse(bytes, 0, bytes.length) != RecordBatch.NO_TIME;
    }
  }

  static ObjectNode pick(JsonNode record, JsonNode shape) {
    ObjectNode picked = JsonNodeFactory.instance.objectNode();
    for (Map.Entry<String, JsonNode> property : record.properties()) {
      JsonNode type = shape.get(property.getKey());
      if (type != null) {
        JsonNode value = picked(property.getValue(), type);
        if (value != null) {
          picked.set(property.getKey(), value);
        }
      }
    }
    return picked;
  }

  private static @Nullable JsonNode picked(JsonNode value, JsonNode type) {
    if (type.isTextual()) {
      return Leaf.of(type).type.of(value);
    }
    if (type.isObject()) {
      ObjectNode picked = pick(value, type);
      return picked.isEmpty() ? null : picked;
    }
    if (!value.isArray()) {
      return null;
    }
    ArrayNode picked = JsonNodeFactory.instance.arrayNode(value.size());
    for (Iterator<JsonNode> elements = value.elements(); elements.hasNext(); ) {
      ObjectNode element = pick(elements.next(), type.get(0));
      if (!element.isEmpty()) {
        picked.add(element);
      }
    }
    return picked.isEmpty() ? null : picked;
  }

  static ObjectNode omit(JsonNode record, JsonNode shape) {
    ObjectNode rest = JsonNodeFactory.instance.objectNode();
    for (Map.Entry<String, JsonNode> property : record.properties()) {
      JsonNode type = shape.get(property.getKey());
      JsonNode value = property.getValue();
      JsonNode left = type == null ? Absent.without(value) : left(value, type);
      if (left != null) {
        rest.set(property.getKey(), left);
      }
    }
    return rest;
  }

  private static @Nullable JsonNode left(JsonNode value, JsonNode type) {
    if (type.isTextual()) {
      Leaf leaf = Leaf.of(type);
      return leaf.kept || leaf.type.of(value) == null ? Absent.without(value) : null;
    }
    if (type.isObject() && value.isObject()) {
      ObjectNode rest = omit(value, type);
      return rest.isEmpty() ? null : rest;
    }
    return type.isArray() && isTaken(value, type.get(0)) ? null : Absent.without(value);
  }

  private static boolean isTaken(JsonNode array, JsonNode shape) {
    if (!array.isArray()) {
      return false;
    }
    for (JsonNode element : array) {
      if (!element.isObject() || !omit(element, shape).isEmpty()) {
        return false;
      }
    }
    return true;
  }
}
