package io.entrarelay.mapping;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which properties of a record a mapping doesn't use: those without which its document would be the
 * same, but for the part that holds what has no place.
 */
public final class Unused {
  private static final Set<String> WITHOUT_A_PLACE = Set.of("unmapped", "original_data");

  private final Mapping mapping;
  private final JsonNode record;
  private final Map<String, JsonNode> variables;
  private final JsonNode document;

  private Unused(Mapping mapping, JsonNode record, Map<String, JsonNode> variables)
      throws MappingFailure {
    this.mapping = mapping;
    this.record = record.deepCopy();
    this.variables = variables;
    this.document = document();
  }

  /**
   * The properties' names, with those that they are in: {@code deviceDetail.browser}; {@code []}
   * behind a name stands for each element of an array. What is absent isn't named.
   *
   * @throws MappingFailure where the record can't be mapped
   */
  public static List<String> of(Mapping mapping, JsonNode record, Map<String, JsonNode> variables)
      throws MappingFailure {
    Unused unused = new Unused(mapping, record, variables);
    Map<String, Boolean> used = new LinkedHashMap<>();
    unused.collect("", unused.record, used);
    return used.entrySet().stream()
        .filter(each -> !each.getValue())
        .map(Map.Entry::getKey)
        .toList();
  }

  private void collect(String path, JsonNode node, Map<String, Boolean> used) {
    if (node instanceof ObjectNode object) {
      for (Map.Entry<String, JsonNode> property : object.properties()) {
        String name = path.isEmpty() ? property.getKey() : path + "." + property.getKey();
        JsonNode value = property.getValue();
        if (value.isContainerNode()) {
          collect(name, value, used);
        } else if (!Absent.is(value)) {
          property.setValue(NullNode.instance);
          used.merge(name, changes(), Boolean::logicalOr);
          property.setValue(value);
        }
      }
    } else if (node instanceof ArrayNode array) {
      for (int i = 0; i < array.size(); i++) {
        JsonNode value = array.get(i);
        if (value.isContainerNode()) {
          collect(path + "[]", value, used);
        } else if (!Absent.is(value)) {
          array.set(i, NullNode.instance);
          used.merge(path + "[]", changes(), Boolean::logicalOr);
          array.set(i, value);
        }
      }
    }
  }

  /** Whether the document is another one now. */
  private boolean changes() {
    try {
      return !document().equals(document);
    } catch (MappingFailure e) {
      return true;
    }
  }

  private JsonNode document() throws MappingFailure {
    byte[] bytes = mapping.map(record, variables);
    try {
      ObjectNode made = (ObjectNode) Jslt.tree(bytes, 0, bytes.length);
      return made.remove(WITHOUT_A_PLACE);
    } catch (IOException e) {
      throw new IllegalStateException("a document that was written can't be read", e);
    }
  }
}
