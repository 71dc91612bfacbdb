package io.entrarelay.mapping;

import com.fasterxml.jackson.databind.JsonNode;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SchemaValidatorsConfig;
import com.networknt.schema.SpecVersion.VersionFlag;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;

/**
 * OCSF 1.8.0 as JSON Schemas, one for each class that the mappings make: attributes, types, ids,
 * what is required, which profile an attribute needs. For tests and {@code routes try}: a schema
 * takes half a second to load, and none is loaded before it is asked for.
 */
public final class OcsfSchema {
  private static final Map<Integer, String> CLASSES =
      Map.of(
          2004, "detection_finding",
          3001, "account_change",
          3002, "authentication",
          3004, "entity_management",
          3005, "user_access",
          3006, "group_management");

  private static final Map<Integer, JsonSchema> LOADED = new ConcurrentHashMap<>();

  private OcsfSchema() {}

  /**
   * What is wrong with a document, in words that quote none of its values; empty where nothing is.
   */
  public static List<String> findings(JsonNode document) {
    int classUid = document.path("class_uid").asInt(-1);
    if (!CLASSES.containsKey(classUid)) {
      return List.of("class_uid: there is no schema of such a class here");
    }
    return LOADED.computeIfAbsent(classUid, OcsfSchema::load).validate(document).stream()
        // of the document itself the place is empty
        .map(finding -> finding.getMessage().replaceFirst("^: ", ""))
        .distinct()
        .sorted()
        .toList();
  }

  private static JsonSchema load(int classUid) {
    String name = "/ocsf-1.8.0/" + CLASSES.get(classUid) + ".schema.json";
    try (InputStream in = Objects.requireNonNull(OcsfSchema.class.getResourceAsStream(name))) {
      return JsonSchemaFactory.getInstance(VersionFlag.V202012)
          .getSchema(in, SchemaValidatorsConfig.builder().build());
    } catch (IOException e) {
      throw new UncheckedIOException(name + " can't be read", e);
    }
  }
}
