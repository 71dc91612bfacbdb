package io.entrarelay.mapping;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What every OCSF document keeps to: here those of the golden records. */
class OcsfTest {
  private static final Mappings MAPPINGS = Mappings.compile(Golden.MAPPINGS, List.of("ocsf"));

  static Stream<Golden> cases() {
    return Golden.cases("ocsf").stream();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void isValid(Golden golden) throws Exception {
    assertThat(OcsfRules.findings(golden.document(MAPPINGS))).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void losesNothing(Golden golden) throws Exception {
    assertThat(OcsfRules.lost(golden.record(), golden.document(MAPPINGS))).isEmpty();
  }

  @Test
  void aRiskThatComesAgainUpdatesItsFinding() throws Exception {
    assertThat(activity("unfamiliar-sign-in", 0)).isEqualTo("Create");
    assertThat(activity("unfamiliar-sign-in", 1)).isEqualTo("Update");
    assertThat(activity("anomalous-token-remediated", 1)).isEqualTo("Close");
  }

  private static String activity(String story, int revision) throws Exception {
    return revised(new Golden("ocsf", "riskDetections", story), revision)
        .path("activity_name")
        .asText();
  }

  static Stream<Golden> oneOfEachReport() {
    return Golden.names(Golden.ROOT.resolve("ocsf")).stream()
        .map(report -> new Golden("ocsf", report, "all-null"));
  }

  @ParameterizedTest
  @MethodSource("oneOfEachReport")
  void tellsHowOftenItsRecordCameBefore(Golden golden) throws Exception {
    assertThat(revised(golden, 0).at("/metadata/tags").isMissingNode()).isTrue();
    assertThat(revised(golden, 2).at("/metadata/tags"))
        .isEqualTo(Leaves.tree("[{\"name\": \"revision\", \"value\": \"2\"}]"));
  }

  private static JsonNode revised(Golden golden, int revision) throws Exception {
    byte[] document =
        MAPPINGS
            .of("ocsf", golden.report())
            .map(golden.record(), Golden.variables(golden.report(), revision));
    return Jslt.tree(document, 0, document.length);
  }

  /** Whatever a property holds, it is in the document: also what no mapping knows. */
  @ParameterizedTest
  @MethodSource("cases")
  void losesNothingUnforeseen(Golden golden) throws Exception {
    JsonNode record = golden.record();
    Mapping mapping = MAPPINGS.of("ocsf", golden.report());
    List<String> lost = new ArrayList<>();
    for (Map.Entry<String, JsonNode> place : Places.of(record).entrySet()) {
      String pointer = place.getKey();
      JsonNode value = place.getValue();
      if (value.isBoolean()) {
        continue;
      }
      JsonNode mark = value.isNumber() ? IntNode.valueOf(987_654_321) : TextNode.valueOf("a mark");
      JsonNode marked = Places.with(record, pointer, mark);
      String document = new String(mapping.map(marked, golden.variables()), UTF_8);
      if (!document.contains(mark.asText())) {
        lost.add(pointer);
      }
    }
    assertThat(lost).isEmpty();
  }
}
