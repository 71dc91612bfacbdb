package io.entrarelay.mapping;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.NullNode;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A condition holds where JSLT's own {@code if} takes its value for yes. */
class ConditionTest {
  private static final JsonNode NOTHING = NullNode.getInstance();

  private static boolean holds(String expression, JsonNode record) throws Exception {
    return Condition.compile("when", expression).holds(record, Map.of());
  }

  private static void assertHolds(String value, boolean expected) throws Exception {
    JsonNode record = new ObjectMapper().readTree("{\"value\":" + value + "}");
    for (String expression : new String[] {value, ".value"}) {
      assertThat(holds(expression, record)).as(expression).isEqualTo(expected);
      assertThat(
              Jslt.compile("if", "if (" + expression + ") \"yes\" else \"no\"", null)
                  .apply(record)
                  .asText())
          .as(expression)
          .isEqualTo(expected ? "yes" : "no");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"false", "null", "0", "0.0", "\"\"", "[]", "{}"})
  void doesNotHold(String value) throws Exception {
    assertHolds(value, false);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"true", "1", "-1", "0.5", "\" \"", "\"false\"", "\"0\"", "[null]", "{\"a\":1}"})
  void holds(String value) throws Exception {
    assertHolds(value, true);
  }

  @ParameterizedTest
  @ValueSource(strings = {".missing", ".missing.more", ".missing == 0", "contains(1, .missing)"})
  void doesNotHoldWhereThereIsNothing(String expression) throws Exception {
    assertThat(holds(expression, NOTHING)).isFalse();
  }
}
