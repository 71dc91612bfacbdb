package io.entrarelay.mapping;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.LongNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.LoadingCache;
import com.schibsted.spt.data.jslt.JsltException;
import io.entrarelay.record.EventTime;
import io.entrarelay.record.RecordBatch;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Locale;
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
      String name = type.name().toLowerCase(Locale.ROOT);
      LEAVES.put(name, new Leaf(type, false));
      LEAVES.put(name + ", kept", new Leaf(type, true));
    }
  }

  /** A mapping's shape is one and the same tree for all records: it is read once. */
  private static final LoadingCache<JsonNode, Shape> READ =
      Caffeine.newBuilder().weakKeys().build(Shape::new);

  private final Map<String, Member> members = new HashMap<>();

  private Shape(JsonNode shape) {
    for (Map.Entry<String, JsonNode> property : shape.properties()) {
      members.put(property.getKey(), Member.of(property.getValue()));
    }
  }

  /** What a shape says of a property. */
  private sealed interface Member {
    /** What is taken of the value; null for nothing. */
    @Nullable JsonNode picked(JsonNode value);

    /** What is left of the value; null for nothing. */
    @Nullable JsonNode left(JsonNode value);

    static Member of(JsonNode type) {
      if (type.isObject()) {
        return new Nested(new Shape(type));
      }
      if (type.isArray()) {
        return new Each(new Shape(type.get(0)));
      }
      Leaf leaf = LEAVES.get(type.textValue());
      if (leaf == null) {
        throw new JsltException("a shape has the type " + type + "; there is no such type");
      }
      return leaf;
    }
  }

  private record Leaf(Type type, boolean kept) implements Member {
    @Override
    public @Nullable JsonNode picked(JsonNode value) {
      return type.of(value);
    }

    @Override
    public @Nullable JsonNode left(JsonNode value) {
      return kept || type.of(value) == null ? Absent.without(value) : null;
    }
  }

  private record Nested(Shape shape) implements Member {
    @Override
    public @Nullable JsonNode picked(JsonNode value) {
      ObjectNode picked = shape.pick(value);
      return picked.isEmpty() ? null : picked;
    }

    @Override
    public @Nullable JsonNode left(JsonNode value) {
      if (!value.isObject()) {
        return Absent.without(value);
      }
      ObjectNode rest = shape.omit(value);
      return rest.isEmpty() ? null : rest;
    }
  }

  /** An array of objects. */
  private record Each(Shape shape) implements Member {
    @Override
    public @Nullable JsonNode picked(JsonNode value) {
      if (!value.isArray() || value.isEmpty()) {
        return null;
      }
      ArrayNode picked = JsonNodeFactory.instance.arrayNode(value.size());
      for (int i = 0; i < value.size(); i++) {
        ObjectNode element = shape.pick(value.get(i));
        if (!element.isEmpty()) {
          picked.add(element);
        }
      }
      return picked.isEmpty() ? null : picked;
    }

    @Override
    public @Nullable JsonNode left(JsonNode value) {
      return isTaken(value) ? null : Absent.without(value);
    }

    private boolean isTaken(JsonNode value) {
      for (int i = 0; i < value.size(); i++) {
        if (!value.isArray() || !value.get(i).isObject() || !shape.takesAll(value.get(i))) {
          return false;
        }
      }
      return value.isArray();
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
        case TEXT -> value instanceof TextNode && !Absent.is(value) ? value : null;
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
    return READ.get(shape).pick(record);
  }

  /**
   * @param given the record, the shape and maybe further properties, which stand in the place of
   *     the record's own
   */
  static ObjectNode omit(JsonNode... given) {
    ObjectNode rest = READ.get(given[1]).omit(given[0]);
    if (given.length > 2) {
      given[2].properties().forEach(also -> rest.set(also.getKey(), also.getValue()));
    }
    return rest;
  }

  /** {@code {"picked": …, "rest": …}}: both in one go, which costs little more than one of them. */
  static ObjectNode divide(JsonNode record, JsonNode shape) {
    ObjectNode picked = roomFor(record.size());
    ObjectNode rest = JsonNodeFactory.instance.objectNode();
    READ.get(shape).divide(record, picked, rest);
    ObjectNode divided = JsonNodeFactory.instance.objectNode();
    divided.set("picked", picked);
    divided.set("rest", rest);
    return divided;
  }

  /** An object that doesn't have to grow; a record has some forty properties. */
  private static ObjectNode roomFor(int properties) {
    return new ObjectNode(
        JsonNodeFactory.instance, new LinkedHashMap<>(Math.max(16, properties * 4 / 3 + 1)));
  }

  private void divide(JsonNode record, ObjectNode picked, ObjectNode rest) {
    for (Map.Entry<String, JsonNode> property : record.properties()) {
      String name = property.getKey();
      JsonNode value = property.getValue();
      Member member = members.get(name);
      JsonNode taken = null;
      JsonNode left = null;
      if (member == null) {
        left = Absent.without(value);
      } else if (member instanceof Leaf leaf) {
        taken = leaf.type.of(value);
        left = taken == null || leaf.kept ? Absent.without(value) : null;
      } else if (member instanceof Nested nested && value.isObject()) {
        ObjectNode inner = JsonNodeFactory.instance.objectNode();
        ObjectNode others = JsonNodeFactory.instance.objectNode();
        nested.shape.divide(value, inner, others);
        taken = inner.isEmpty() ? null : inner;
        left = others.isEmpty() ? null : others;
      } else {
        taken = member.picked(value);
        left = member.left(value);
      }
      if (taken != null) {
        picked.set(name, taken);
      }
      if (left != null) {
        rest.set(name, left);
      }
    }
  }

  private ObjectNode pick(JsonNode record) {
    ObjectNode picked = JsonNodeFactory.instance.objectNode();
    for (Map.Entry<String, JsonNode> property : record.properties()) {
      Member member = members.get(property.getKey());
      JsonNode value = member == null ? null : member.picked(property.getValue());
      if (value != null) {
        picked.set(property.getKey(), value);
      }
    }
    return picked;
  }

  private ObjectNode omit(JsonNode record) {
    ObjectNode rest = JsonNodeFactory.instance.objectNode();
    for (Map.Entry<String, JsonNode> property : record.properties()) {
      JsonNode left = left(property);
      if (left != null) {
        rest.set(property.getKey(), left);
      }
    }
    return rest;
  }

  private @Nullable JsonNode left(Map.Entry<String, JsonNode> property) {
    Member member = members.get(property.getKey());
    JsonNode value = property.getValue();
    return member == null ? Absent.without(value) : member.left(value);
  }

  private boolean takesAll(JsonNode record) {
    for (Map.Entry<String, JsonNode> property : record.properties()) {
      if (left(property) != null) {
        return false;
      }
    }
    return true;
  }
}
