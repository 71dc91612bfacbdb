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
import com.fasterxml.jackson.databind.node.POJONode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Tuple;

/**
 * Records of a report made from Graph's descriptions of their types ({@code
 * graph-types/types.json}): any of their properties is there, null or not there; an enumeration has
 * any of its members, or one that is not known yet; a text is mostly one that the property has in a
 * golden record, the same for all properties so that they fit together, or a new one. Here and
 * there a value is of another type, or a property is unheard of.
 */
final class GraphTypes {
  private static final JsonNode TYPES = read();

  private static final Map<String, String> OF_REPORTS =
      Map.of(
          "directoryAudits", "directoryAudit",
          "provisioning", "provisioningObjectSummary",
          "riskDetections", "riskDetection",
          "riskyUsers", "riskyUser");

  /** A golden record's texts, by their properties' names with those that they are in. */
  private final Map<String, List<String>> texts = new HashMap<>();

  private GraphTypes(Golden golden) {
    try {
      collect("", golden.record());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Any record of that report. */
  static Arbitrary<JsonNode> records(String report) {
    List<GraphTypes> stories =
        Golden.names(Golden.ROOT.resolve(Mappings.VENDOR).resolve(report)).stream()
            .map(story -> new GraphTypes(new Golden(Mappings.VENDOR, report, story)))
            .toList();
    return Combinators.combine(
            Arbitraries.of(stories), object(OF_REPORTS.getOrDefault(report, "signIn")))
        .as((story, record) -> story.told("", record));
  }

  private static JsonNode read() {
    try {
      return Leaves.tree(Files.readString(Path.of("src/test/resources/graph-types/types.json")));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void collect(String place, JsonNode value) {
    if (value.isTextual() && !Absent.is(value)) {
      texts.computeIfAbsent(place, each -> new ArrayList<>()).add(value.textValue());
    }
    value.properties().forEach(each -> collect(place + "/" + each.getKey(), each.getValue()));
    if (value.isArray()) {
      value.forEach(each -> collect(place, each));
    }
  }

  /** The value with the story's texts where it has only numbers for them, see {@link #text}. */
  private JsonNode told(String place, JsonNode value) {
    if (value instanceof POJONode number) {
      int any = (Integer) number.getPojo();
      List<String> known = texts.getOrDefault(place, List.of("text " + any));
      return TextNode.valueOf(known.get(any % known.size()));
    }
    if (value.isObject()) {
      ObjectNode told = JsonNodeFactory.instance.objectNode();
      for (Map.Entry<String, JsonNode> each : value.properties()) {
        told.set(each.getKey(), told(place + "/" + each.getKey(), each.getValue()));
      }
      return told;
    }
    if (value.isArray()) {
      ArrayNode told = JsonNodeFactory.instance.arrayNode();
      value.forEach(each -> told.add(told(place, each)));
      return told;
    }
    return value;
  }

  private static Arbitrary<JsonNode> object(String type) {
    List<String> names = new ArrayList<>();
    List<Arbitrary<JsonNode>> values = new ArrayList<>();
    for (Map.Entry<String, JsonNode> property : TYPES.get(type).properties()) {
      names.add(property.getKey());
      values.add(property(property.getValue()));
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

  private static Arbitrary<JsonNode> property(JsonNode type) {
    return Arbitraries.frequencyOf(
        Tuple.of(40, type.isArray() ? array(type.get(0).asText()) : value(type.asText())),
        Tuple.of(3, Arbitraries.just(NullNode.instance)),
        Tuple.of(5, Arbitraries.just(MissingNode.getInstance())),
        Tuple.of(1, flaw()));
  }

  private static Arbitrary<JsonNode> array(String type) {
    return value(type)
        .list()
        .ofMaxSize(3)
        .map(
            elements -> {
              ArrayNode array = JsonNodeFactory.instance.arrayNode();
              elements.forEach(array::add);
              return array;
            });
  }

  private static Arbitrary<JsonNode> value(String type) {
    return switch (type) {
      case "String" -> text();
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

  /** Of an enumeration; two at once, as one of flags has them. */
  private static Arbitrary<JsonNode> member(JsonNode members) {
    List<String> names = new ArrayList<>();
    members.forEach(each -> names.add(each.asText()));
    return Arbitraries.frequencyOf(
            Tuple.of(12, Arbitraries.of(names)),
            Tuple.of(1, Arbitraries.just("memberOfTomorrow")),
            Tuple.of(1, Arbitraries.just(names.get(0) + "," + names.get(names.size() - 1))))
        .map(TextNode::valueOf);
  }

  /** A number that stands for one of the story's texts, or a text. */
  private static Arbitrary<JsonNode> text() {
    return Arbitraries.frequencyOf(
        Tuple.of(20, Arbitraries.integers().between(0, 999).map(POJONode::new)),
        Tuple.of(3, Arbitraries.strings().alpha().ofLength(9).map(TextNode::valueOf)),
        Tuple.of(1, Arbitraries.strings().ofMaxLength(8).map(TextNode::valueOf)));
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
                    Locale.ROOT,
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
