package io.entrarelay.routes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;

/** A part of a YAML file, with its place in it. Every method bears a part of another shape. */
record Element(YamlFile file, Node node) {

  /** The line that it begins on, from 1. */
  int line() {
    return node.getStartMark().getLine() + 1;
  }

  boolean isMap() {
    return node instanceof MappingNode;
  }

  boolean isList() {
    return node instanceof SequenceNode;
  }

  /** A scalar's text as it was written; null for anything else. */
  @Nullable String text() {
    return node instanceof ScalarNode scalar && !Tag.NULL.equals(scalar.getTag())
        ? scalar.getValue()
        : null;
  }

  /** A map's values by key; empty for anything else. */
  Map<String, Element> map() {
    Map<String, Element> map = new LinkedHashMap<>();
    if (node instanceof MappingNode mapping) {
      for (NodeTuple tuple : mapping.getValue()) {
        if (tuple.getKeyNode() instanceof ScalarNode key) {
          map.putIfAbsent(key.getValue(), new Element(file, tuple.getValueNode()));
        }
      }
    }
    return map;
  }

  /** The line of a key of this map. */
  int lineOf(String key) {
    if (node instanceof MappingNode mapping) {
      for (NodeTuple tuple : mapping.getValue()) {
        if (tuple.getKeyNode() instanceof ScalarNode scalar && scalar.getValue().equals(key)) {
          return scalar.getStartMark().getLine() + 1;
        }
      }
    }
    return line();
  }

  /** A list's items; empty for anything else. */
  List<Element> items() {
    return node instanceof SequenceNode sequence
        ? sequence.getValue().stream().map(item -> new Element(file, item)).toList()
        : List.of();
  }

  /** What is behind these keys, one below the other; null where one is missing. */
  @Nullable Element get(String... keys) {
    Element at = this;
    for (String key : keys) {
      at = at == null ? null : at.map().get(key);
    }
    return at;
  }

  /** The text behind these keys; null where there is none. */
  @Nullable String textAt(String... keys) {
    Element at = get(keys);
    return at == null ? null : at.text();
  }

  /** Shows every part below this one, itself first, with the key that it is the value of. */
  void walk(String key, BiConsumer<String, Element> visitor) {
    visitor.accept(key, this);
    map().forEach((name, value) -> value.walk(name, visitor));
    items().forEach(item -> item.walk(key, visitor));
  }

  /** The part as JSON, as Camel's schema sees it. */
  JsonNode json() {
    if (isMap()) {
      ObjectNode object = JsonNodeFactory.instance.objectNode();
      map().forEach((key, value) -> object.set(key, value.json()));
      return object;
    }
    if (isList()) {
      ArrayNode array = JsonNodeFactory.instance.arrayNode();
      items().forEach(item -> array.add(item.json()));
      return array;
    }
    String text = text();
    if (text == null) {
      return NullNode.instance;
    }
    Tag tag = node.getTag();
    if (Tag.BOOL.equals(tag)) {
      return BooleanNode.valueOf(
          List.of("true", "yes", "on").contains(text.toLowerCase(java.util.Locale.ROOT)));
    }
    if (Tag.INT.equals(tag) || Tag.FLOAT.equals(tag)) {
      try {
        return JsonNodeFactory.instance.numberNode(new BigDecimal(text.replace("_", "")));
      } catch (NumberFormatException e) {
        return TextNode.valueOf(text);
      }
    }
    return TextNode.valueOf(text);
  }
}
