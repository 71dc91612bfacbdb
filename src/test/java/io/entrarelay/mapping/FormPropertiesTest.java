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
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.statistics.Statistics;

/**
 * Whatever Graph sends, a form makes a right document of it that lacks nothing. {@code
 * -Djqwik.tries.default=100000} for more records made from their types than a thousand a form.
 */
class FormPropertiesTest {
  private static final Mappings MAPPINGS =
      Mappings.compile(Golden.MAPPINGS, List.of("ecs", "taegis", "ocsf"));

  private static final Map<String, List<Golden>> CASES =
      Golden.forms().stream().collect(Collectors.toMap(Function.identity(), Golden::cases));

  private record Sent(String report, int revision, JsonNode record) {}

  @Property(tries = 1000)
  void ecs(@ForAll long seed) throws IOException, MappingFailure {
    flawed("ecs", new Random(seed));
  }

  @Property(tries = 500)
  void taegis(@ForAll long seed) throws IOException, MappingFailure {
    flawed("taegis", new Random(seed));
  }

  @Property(tries = 1000)
  void ocsf(@ForAll long seed) throws IOException, MappingFailure {
    flawed("ocsf", new Random(seed));
  }

  @Property
  void ecsOfTypes(@ForAll("ofTypes") Sent sent) throws IOException, MappingFailure {
    check("ecs", sent);
  }

  @Property
  void taegisOfTypes(@ForAll("ofTypes") Sent sent) throws IOException, MappingFailure {
    check("taegis", sent);
  }

  @Property
  void ocsfOfTypes(@ForAll("ofTypes") Sent sent) throws IOException, MappingFailure {
    JsonNode document = check("ocsf", sent);
    Statistics.label("class")
        .collect(document.path("class_name").asText())
        .coverage(
            classes ->
                List.of(
                        "Authentication",
                        "Account Change",
                        "Entity Management",
                        "User Access Management",
                        "Group Management",
                        "Detection Finding")
                    .forEach(each -> classes.check(each).count(count -> count > 0)));
  }

  @Provide
  Arbitrary<Sent> ofTypes() {
    Arbitrary<Sent> any =
        Arbitraries.oneOf(
            Golden.names(Golden.ROOT.resolve(Mappings.VENDOR)).stream()
                .map(FormPropertiesTest::sent)
                .toList());
    return Arbitraries.oneOf(any, sent("directoryAudits")).withoutEdgeCases();
  }

  private static Arbitrary<Sent> sent(String report) {
    return Combinators.combine(GraphTypes.records(report), Arbitraries.of(0, 1, 2))
        .as((record, revision) -> new Sent(report, revision, record));
  }

  private static void flawed(String form, Random random) throws IOException, MappingFailure {
    List<Golden> cases = Objects.requireNonNull(CASES.get(form));
    Golden golden = cases.get(random.nextInt(cases.size()));
    JsonNode record = FlawedRecord.of(golden.record(), random);
    check(form, new Sent(golden.report(), random.nextInt(3), record));
  }

  private static JsonNode check(String form, Sent sent) throws IOException, MappingFailure {
    JsonNode record = sent.record;
    byte[] bytes =
        MAPPINGS.of(form, sent.report).map(record, Golden.variables(sent.report, sent.revision));
    JsonNode document = Jslt.tree(bytes, 0, bytes.length);
    assertThat(FormRules.findings(form, sent.report, record, document))
        .as(record.toString())
        .isEmpty();
    return document;
  }
}
