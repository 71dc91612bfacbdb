package io.entrarelay.mapping;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.Collectors;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** Whatever Graph sends, a form makes a right document of it that lacks nothing. */
class FormPropertiesTest {
  private static final EcsFields ECS = new EcsFields();
  private static final Mappings MAPPINGS =
      Mappings.compile(Golden.MAPPINGS, List.of("ecs", "taegis", "ocsf"));

  private static final Map<String, List<Golden>> CASES =
      Golden.forms().stream().collect(Collectors.toMap(Function.identity(), Golden::cases));

  @Property(tries = 1000)
  void ecs(@ForAll long seed) throws IOException, MappingFailure {
    Random random = new Random(seed);
    Golden golden = any("ecs", random);
    JsonNode record = FlawedRecord.of(golden.record(), random);
    JsonNode document = document(golden, record);
    assertThat(ECS.findings(document)).as(record.toString()).isEmpty();
    assertThat(EcsFormTest.lost(golden.report(), record, document)).as(record.toString()).isEmpty();
  }

  @Property(tries = 500)
  void taegis(@ForAll long seed) throws IOException, MappingFailure {
    Random random = new Random(seed);
    Golden golden = any("taegis", random);
    JsonNode record = FlawedRecord.of(golden.record(), random);
    assertThat(TaegisFormTest.findings(golden.report(), record, document(golden, record)))
        .as(record.toString())
        .isEmpty();
  }

  @Property(tries = 1000)
  void ocsf(@ForAll long seed) throws IOException, MappingFailure {
    Random random = new Random(seed);
    Golden golden = any("ocsf", random);
    JsonNode record = FlawedRecord.of(golden.record(), random);
    JsonNode document = document(golden, record);
    assertThat(OcsfRules.findings(document)).as(record.toString()).isEmpty();
    assertThat(OcsfRules.lost(record, document)).as(record.toString()).isEmpty();
  }

  private static Golden any(String form, Random random) {
    List<Golden> cases = Objects.requireNonNull(CASES.get(form));
    return cases.get(random.nextInt(cases.size()));
  }

  private static JsonNode document(Golden golden, JsonNode record)
      throws IOException, MappingFailure {
    byte[] document = MAPPINGS.of(golden.form(), golden.report()).map(record, golden.variables());
    return Jslt.tree(document, 0, document.length);
  }
}
