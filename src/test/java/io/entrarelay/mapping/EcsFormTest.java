package io.entrarelay.mapping;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every document of the form ecs is one of ECS 9.4, and lacks nothing that its record has. */
class EcsFormTest {
  private static final EcsFields FIELDS = new EcsFields();

  static Stream<Golden> records() {
    return Golden.cases("ecs").stream();
  }

  private static final class Compiled {
    private static final Mappings MAPPINGS = Mappings.compile(Golden.MAPPINGS, List.of("ecs"));
  }

  @Test
  void thereAreRecordsOfEachReport() {
    assertThat(records().map(Golden::report).distinct().toList())
        .contains("signIns", "directoryAudits", "provisioning", "riskDetections", "riskyUsers");
  }

  @ParameterizedTest
  @MethodSource("records")
  void isADocumentOfEcs(Golden golden) throws Exception {
    JsonNode document = golden.document(Compiled.MAPPINGS);
    assertThat(FIELDS.findings(document)).isEmpty();
    assertThat(lost(golden.report(), golden.record(), document)).isEmpty();
  }

  /** The record's values that are nowhere in the document. */
  static List<String> lost(String report, JsonNode record, JsonNode document) throws IOException {
    Set<String> there = Leaves.of(document).collect(Collectors.toSet());
    List<String> lost = new ArrayList<>();
    for (String leaf : Leaves.worthKeeping(asElasticHasIt(report, record.deepCopy()))) {
      if (!there.contains(leaf)) {
        lost.add(leaf);
      }
    }
    return lost;
  }

  /** What becomes names, numbers or trees of their own in the document is no leaf there. */
  private static JsonNode asElasticHasIt(String report, JsonNode record) throws IOException {
    JsonNode info = record.path("additionalInfo");
    if (report.equals("riskDetections") && info.isTextual()) {
      try {
        JsonNode parsed = Leaves.tree(info.textValue());
        if (parsed.isContainerNode()) {
          ((ObjectNode) record).set("additionalInfo", parsed);
        }
      } catch (IOException e) {
        // a text it stays
      }
    }
    for (JsonNode pair : record.path("authenticationProcessingDetails")) {
      if (pair.path("key").isTextual()) {
        ((ObjectNode) pair).remove("key");
      }
    }
    for (JsonNode step : record.path("provisioningSteps")) {
      if (step instanceof ObjectNode object) {
        known(
            object,
            "provisioningStepType",
            "import|scoping|matching|processing|referenceresolution|export");
        known(object, "status", "success|failure|skipped|warning");
      }
    }
    return record;
  }

  private static void known(ObjectNode step, String name, String words) {
    if (step.path(name).asText().toLowerCase(java.util.Locale.ROOT).matches(words)) {
      step.remove(name);
    }
  }
}
