package io.entrarelay.mapping;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeType;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Documents of the form taegis have names that are known of Taegis, and the record as it was. */
class TaegisFormTest {
  /** All schemas begin with these. */
  private static final Map<String, JsonNodeType> SENSOR =
      Map.of(
          "sensor_type", JsonNodeType.STRING,
          "sensor_id", JsonNodeType.STRING,
          "sensor_tenant", JsonNodeType.STRING,
          "sensor_event_id", JsonNodeType.STRING,
          "event_time_usec", JsonNodeType.NUMBER,
          "ingest_time_usec", JsonNodeType.NUMBER,
          "host_id", JsonNodeType.STRING,
          "original_data", JsonNodeType.STRING,
          "extra", JsonNodeType.OBJECT);

  private static final Map<String, JsonNodeType> AUTH =
      Map.of(
          "action", JsonNodeType.STRING,
          "logon_type", JsonNodeType.STRING,
          "auth_system", JsonNodeType.STRING,
          "application_name", JsonNodeType.STRING,
          "mfa_used", JsonNodeType.BOOLEAN,
          "target_user_name", JsonNodeType.STRING,
          "target_domain_name", JsonNodeType.STRING,
          "source_address", JsonNodeType.STRING,
          "user_agent", JsonNodeType.STRING);

  private static final Map<String, JsonNodeType> CLOUDAUDIT =
      Map.of(
          "event_name", JsonNodeType.STRING,
          "event_type", JsonNodeType.STRING,
          "user_name", JsonNodeType.STRING,
          "source_address", JsonNodeType.STRING,
          "user_agent", JsonNodeType.STRING);

  static Stream<Golden> records() {
    return Golden.cases("taegis").stream();
  }

  private static final class Compiled {
    private static final Mappings MAPPINGS = Mappings.compile(Golden.MAPPINGS, List.of("taegis"));
  }

  @ParameterizedTest
  @MethodSource("records")
  void hasKnownNamesAndTheRecord(Golden golden) throws Exception {
    assertThat(findings(golden.report(), golden.record(), golden.document(Compiled.MAPPINGS)))
        .isEmpty();
  }

  /** What is wrong with a document. */
  static List<String> findings(String report, JsonNode record, JsonNode document)
      throws IOException {
    Map<String, JsonNodeType> names = new HashMap<>(SENSOR);
    names.putAll(report.endsWith("ignIns") ? AUTH : CLOUDAUDIT);
    List<String> findings = new ArrayList<>(Leaves.absent("", document).toList());
    for (Map.Entry<String, JsonNode> field : document.properties()) {
      JsonNodeType type = names.get(field.getKey());
      if (type != field.getValue().getNodeType()) {
        findings.add(field + " is " + (type == null ? "no known name" : "no " + type));
      }
    }
    for (String time : List.of("event_time_usec", "ingest_time_usec")) {
      JsonNode micros = document.path(time);
      if (!micros.canConvertToLong() || micros.longValue() < 0) {
        findings.add(time + " is no uint64: " + micros);
      }
    }
    if (!record.equals(
        TaegisFormTest::differ, Leaves.tree(document.path("original_data").asText()))) {
      findings.add("original_data is not the record");
    }
    return findings;
  }

  /** 1.50E+2 is 150. */
  private static int differ(JsonNode one, JsonNode other) {
    if (one.isNumber() && other.isNumber()) {
      return one.decimalValue().compareTo(other.decimalValue());
    }
    return one.equals(other) ? 0 : 1;
  }
}
