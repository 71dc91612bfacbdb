package io.entrarelay.mapping;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Iterator;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Property names as Elastic writes Entra's: an underscore between a small letter and capital ones,
 * and all in small letters: {@code userPrincipalName} is {@code user_principal_name}.
 */
final class SnakeCase {
  /** Names come from outside: what is remembered of them must end somewhere. */
  private static final int REMEMBERED = 10_000;

  private static final Map<String, String> NAMES = new ConcurrentHashMap<>();

  private SnakeCase() {}

  /**
   * The value without what is absent ({@link Absent}), with all names in it so; null where nothing
   * is left. Where two names would become one, the second stays as it is: nothing is lost.
   */
  static @Nullable JsonNode of(JsonNode value) {
    if (value instanceof ObjectNode object) {
      return of(object);
    }
    if (value instanceof ArrayNode array) {
      return of(array);
    }
    return Absent.is(value) ? null : value;
  }

  private static @Nullable JsonNode of(ObjectNode object) {
    ObjectNode renamed = JsonNodeFactory.instance.objectNode();
    for (Map.Entry<String, JsonNode> property : object.properties()) {
      JsonNode value = of(property.getValue());
      if (value != null) {
        String name = property.getKey();
        String snake = of(name);
        boolean taken = !snake.equals(name) && (object.has(snake) || renamed.has(snake));
        renamed.set(taken ? name : snake, value);
      }
    }
    return renamed.isEmpty() ? null : renamed;
  }

  private static @Nullable JsonNode of(ArrayNode array) {
    ArrayNode renamed = JsonNodeFactory.instance.arrayNode(array.size());
    for (Iterator<JsonNode> elements = array.elements(); elements.hasNext(); ) {
      JsonNode element = of(elements.next());
      if (element != null) {
        renamed.add(element);
      }
    }
    return renamed.isEmpty() ? null : renamed;
  }

  static String of(String name) {
    String known = NAMES.get(name);
    if (known != null) {
      return known;
    }
    String written = write(name);
    if (NAMES.size() < REMEMBERED) {
      NAMES.put(name, written);
    }
    return written;
  }

  private static String write(String name) {
    StringBuilder written = new StringBuilder(name.length() + 4);
    for (int i = 0; i < name.length(); i++) {
      char letter = name.charAt(i);
      boolean capital = letter >= 'A' && letter <= 'Z';
      if (capital && i > 0 && name.charAt(i - 1) >= 'a' && name.charAt(i - 1) <= 'z') {
        written.append('_');
      }
      written.append(capital ? (char) (letter + ('a' - 'A')) : letter);
    }
    return written.toString();
  }
}
