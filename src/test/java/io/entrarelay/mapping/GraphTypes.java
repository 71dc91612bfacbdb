package io.entrarelay.mapping;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.DoubleNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Tuple;

/**
 * Records of a report made from Graph's descriptions of their types ({@code
 * graph-types/types.json}): any of their properties is there, null or not there; an enumeration has
 * any of its members, or one that is not known yet; a text is one that the property has in a golden
 * record, or a new one. Here and there a value is of another type, or a property is unheard of.
 */
final class GraphTypes {
  private static final JsonNode TYPES = read();

  private static final Map<String, String> OF_REPORTS =
      Map.of(
          "directoryAudits", "directoryAudit",
          "provisioning", "provisioningObjectSummary",
          "riskDetections", "riskDetection",
          "riskyUsers", "riskyUser");

  private final Map<String, Set<String>> texts = new HashMap<>();

  private GraphTypes(String report) {
    for (String story : Golden.names(Golden.ROOT.resolve(Mappings.VENDOR).resolve(report))) {
      try {
        collect("", new Golden(Mappings.VENDOR, report, story).record());
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /** Any record of that report. */
  static Arbitrary<JsonNode> records(String report) {
    return new GraphTypes(report).object(OF_REPORTS.getOrDefault(report, "signIn"));
  }

  private static JsonNode read() {
    try {
      return Leaves.tree(Files.readString(Path.of("src/test/resources/graph-types/types.json")));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void collect(String name, JsonNode value) {
    if (value.isTextual() && !Absent.is(value)) {
      texts.computeIfAbsent(name, each -> new LinkedHashSet<>()).add(value.textValue());
    }
    value.properties().forEach(each -> collect(each.getKey(), each.getValue()));
    if (value.isArray()) {
      value.forEach(each -> collect(name, each));
    }
  }

  private Arbitrary<JsonNode> object(String type) {
    List<String> names = new ArrayList<>();
    List<Arbitrary<JsonNode>> values = new ArrayList<>();
    for (Map.Entry<String, JsonNode> property : TYPES.get(type).properties()) {
      names.add(property.getKey());
      values.add(property(property.getKey(), property.getValue()));
    }
    return Combinators.combine(
            Combinators.combine(values).as(given -> object(names, given)), more())
        .as((object, more) -> object.setAll(more));
  }

  private static ObjectNode object(List<String> names, List<JsonNode> values) {
    ObjectNode object = JsonNodeFactory.instance.objectNode();
    for (int i = 0; i < names.size(); i++) {
      if (!values.get(i).isMissingNode()) {
        object.set(names.get(i), values.get(i));
      }
    }
    return object;
  }

  /** Properties that no description has; mostly none. */
  private static Arbitrary<ObjectNode> more() {
    Arbitrary<ObjectNode> none = Arbitraries.create(JsonNodeFactory.instance::objectNode);
    Arbitrary<ObjectNode> one =
        Combinators.combine(Arbitraries.of(FlawedRecord.NAMES), flaw())
            .as((name, value) -> JsonNodeFactory.instance.objectNode().set(name, value));
    return Arbitraries.frequencyOf(Tuple.of(9, none), Tuple.of(1, one));
  }

  private Arbitrary<JsonNode> property(String name, JsonNode type) {
    return Arbitraries.frequencyOf(
        Tuple.of(
            40, type.isArray() ? array(name, type.get(0).asText()) : value(name, type.asText())),
        Tuple.of(4, Arbitraries.just(NullNode.instance)),
        Tuple.of(10, Arbitraries.just(MissingNode.getInstance())),
        Tuple.of(1, flaw()));
  }

  private Arbitrary<JsonNode> array(String name, String type) {
    return value(name, type)
        .list()
        .ofMaxSize(3)
        .map(
            elements -> {
              ArrayNode array = JsonNodeFactory.instance.arrayNode();
              elements.forEach(array::add);
              return array;
            });
  }

  private Arbitrary<JsonNode> value(String name, String type) {
    return switch (type) {
      case "String" -> text(name);
      case "DateTimeOffset" -> time();
      case "Boolean" -> Arbitraries.of(BooleanNode.TRUE, BooleanNode.FALSE);
      case "Int32" ->
          Arbitraries.frequencyOf(
                  Tuple.of(1, Arbitraries.of(0, 50126)), Tuple.of(1, Arbitraries.integers()))
              .map(IntNode::valueOf);
      case "Double" -> Arbitraries.doubles().between(-360, 360).map(DoubleNode::valueOf);
      default -> TYPES.get(type).isObject() ? object(type) : member(TYPES.get(type));
    };
  }

  /** Of an enumeration; two at once where it is of flags. */
  private static Arbitrary<JsonNode> member(JsonNode members) {
    List<String> names = new ArrayList<>();
    members.forEach(each -> names.add(each.asText()));
    return Arbitraries.frequencyOf(
            Tuple.of(12, Arbitraries.of(names)),
            Tuple.of(1, Arbitraries.just("memberOfTomorrow")),
            Tuple.of(1, Arbitraries.just(names.get(0) + "," + names.get(names.size() - 1))))
        .map(TextNode::valueOf);
  }

  private Arbitrary<JsonNode> text(String name) {
    Arbitrary<String> unique = Arbitraries.strings().alpha().ofMinLength(5).ofMaxLength(12);
    Set<String> known = texts.get(name);
    return Arbitraries.frequencyOf(
            Tuple.of(6, known == null ? unique : Arbitraries.of(known)),
            Tuple.of(3, unique),
            Tuple.of(1, Arbitraries.strings().ofMaxLength(8)))
        .map(TextNode::valueOf);
  }

  /** As Graph writes it: UTC, up to seven digits of a second. */
  private static Arbitrary<JsonNode> time() {
    return Combinators.combine(
            Arbitraries.integers().between(2020, 2030),
            Arbitraries.integers().between(1, 12),
            Arbitraries.integers().between(1, 28),
            Arbitraries.integers().between(0, 86_399),
            Arbitraries.strings().numeric().ofMaxLength(7))
        .as(
            (year, month, day, second, digits) ->
                String.format(
                    java.util.Locale.ROOT,
                    "%d-%02d-%02dT%02d:%02d:%02d%sZ",
                    year,
                    month,
                    day,
                    second / 3600,
                    second / 60 % 60,
                    second % 60,
                    digits.isEmpty() ? "" : "." + digits))
        .map(TextNode::valueOf);
  }

  private static Arbitrary<JsonNode> flaw() {
    return Arbitraries.of(FlawedRecord.VALUES).map(FlawedRecord::tree);
  }
}
