package io.entrarelay.routes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.networknt.schema.JsonMetaSchema;
import com.networknt.schema.JsonNodePath;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.NonValidationKeyword;
import com.networknt.schema.SchemaValidatorsConfig;
import com.networknt.schema.SpecVersion;
import com.networknt.schema.ValidationMessage;
import io.entrarelay.config.DidYouMean;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;

/** Every file keeps to the schema of Camel's YAML that this version of Camel comes with. */
final class SchemaRule {
  private static final String SCHEMA = "/schema/camelYamlDsl.json";

  private final JsonNode tree;
  private final JsonSchema schema;

  SchemaRule() {
    try (InputStream in = Objects.requireNonNull(SchemaRule.class.getResourceAsStream(SCHEMA))) {
      tree = new ObjectMapper().readTree(in);
      // draft 4 and a keyword of Camel's that validates nothing
      JsonMetaSchema keywords =
          JsonMetaSchema.builder(JsonMetaSchema.getV4())
              .keyword(new NonValidationKeyword("deprecated"))
              .build();
      schema =
          JsonSchemaFactory.builder(JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V4))
              .metaSchema(keywords)
              .build()
              .getSchema(tree, SchemaValidatorsConfig.builder().preloadJsonSchema(false).build());
    } catch (IOException e) {
      throw new UncheckedIOException("camel-yaml-dsl's jar can't be read", e);
    }
  }

  void check(RouteFiles files, List<Finding> findings) {
    for (YamlFile file : files.files()) {
      Element root = file.root();
      if (root != null) {
        validate(root, root.json(), 0, findings);
      }
    }
    for (RouteFiles.Kamelet kamelet : files.kamelets().values()) {
      Element template = kamelet.template();
      if (template != null) {
        // a kamelet's template is a route template's body
        ArrayNode wrapped = JsonNodeFactory.instance.arrayNode();
        JsonNode body = template.json();
        if (body.isObject()) {
          ((com.fasterxml.jackson.databind.node.ObjectNode) body).put("id", kamelet.name());
        }
        wrapped.addObject().set("routeTemplate", body);
        validate(template, wrapped, 2, findings);
      }
    }
  }

  /**
   * @param wrapped steps of a location that lead to {@code root}
   */
  private void validate(Element root, JsonNode json, int wrapped, List<Finding> findings) {
    // one finding a place: the schema's alternatives say the same in many ways
    Map<String, List<ValidationMessage>> places = new LinkedHashMap<>();
    for (ValidationMessage message : schema.validate(json)) {
      places
          .computeIfAbsent(message.getInstanceLocation().toString(), key -> new ArrayList<>())
          .add(message);
    }
    for (Map.Entry<String, List<ValidationMessage>> place : places.entrySet()) {
      boolean outer =
          places.keySet().stream().anyMatch(other -> other.startsWith(place.getKey() + "/"));
      ValidationMessage first =
          place.getValue().stream().min(Comparator.comparingInt(SchemaRule::rank)).orElseThrow();
      if (!outer || rank(first) == 0) {
        findings.add(finding(root, first, wrapped));
      }
    }
  }

  /** What says most comes first. */
  private static int rank(ValidationMessage message) {
    return switch (message.getType()) {
      case "additionalProperties" -> 0;
      case "enum" -> 1;
      case "type" -> 2;
      case "required" -> 3;
      default -> 4;
    };
  }

  private Finding finding(Element root, ValidationMessage message, int wrapped) {
    Element at = root;
    String name = "";
    JsonNodePath path = message.getInstanceLocation();
    for (int i = wrapped; i < path.getNameCount(); i++) {
      Object step = path.getElement(i);
      Element next =
          step instanceof Integer index ? at.items().get(index) : at.get(String.valueOf(step));
      if (next == null) {
        break;
      }
      at = next;
      name = step instanceof Integer ? name : String.valueOf(step);
    }
    String shown = name.isEmpty() ? "the file" : name;
    return switch (message.getType()) {
      case "additionalProperties" -> {
        String property = String.valueOf(message.getProperty());
        yield at.file()
            .finding(
                at.lineOf(property),
                "schema",
                (shown.equals("steps") ? "there is no step " : shown + " has no ") + property,
                DidYouMean.among(known(message), property)
                    .map(meant -> "Did you mean " + meant + "?")
                    .orElse("See camel.apache.org/components/4.18.x/others/yaml-dsl.html"));
      }
      case "required" ->
          at.file()
              .finding(
                  at.line(),
                  "schema",
                  shown + " lacks " + message.getProperty(),
                  "Add it below " + shown);
      case "type" ->
          at.file()
              .finding(
                  at.line(),
                  "schema",
                  shown + " has the wrong shape: " + said(message),
                  "See camel.apache.org/components/4.18.x/others/yaml-dsl.html");
      default ->
          at.file()
              .finding(
                  at.line(),
                  "schema",
                  shown + " is not as Camel's YAML has it: " + said(message),
                  "See camel.apache.org/components/4.18.x/others/yaml-dsl.html");
    };
  }

  private static String said(ValidationMessage message) {
    String text = message.getMessage();
    return text.substring(text.indexOf(": ") + 2);
  }

  /** The properties beside the keyword that refused one. */
  private Set<String> known(ValidationMessage message) {
    Set<String> names = new TreeSet<>();
    String keyword = message.getSchemaLocation().getFragment().toString();
    tree.at(keyword.replaceFirst("/[^/]*$", "/properties"))
        .fieldNames()
        .forEachRemaining(names::add);
    return names;
  }
}
