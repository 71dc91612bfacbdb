package io.entrarelay.relay;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import io.entrarelay.config.SettingsReader;
import io.entrarelay.mapping.Condition;
import io.entrarelay.mapping.Jslt;
import io.entrarelay.mapping.Mappings;
import io.entrarelay.record.FormLines;
import io.entrarelay.sink.LinesFilter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What routes/README.md shows of filtering and enrichment breaks no rule of {@code routes check},
 * and its conditions and mappings do what is said. That they do so in a relay that runs is shown by
 * {@link FilteringAndEnrichmentIT}.
 */
class RouteEditsTest {
  private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Half a surrogate pair stays what it is. */
  private static final ObjectWriter ASCII = JSON.writer().with(JsonWriteFeature.ESCAPE_NON_ASCII);

  private static final Path GOLDEN = Path.of("src/test/resources/golden/vendor");
  private static final Map<String, JsonNode> VARIABLES =
      Jslt.variables("contoso", "signIns", "7f3f", Instant.EPOCH, 0);

  @TempDir
  @SuppressWarnings("NullAway.Init") // JUnit sets it
  private Path folder;

  @SuppressWarnings("NullAway.Init") // set before each test
  private RoutesFolder routes;

  @BeforeEach
  void copy() throws IOException {
    routes = RoutesFolder.copy(folder);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Only failures to syslog",
        "Drop a noisy application",
        "Redact a property",
        "Route by risk",
        "Add an asset tag from a table"
      })
  void breaksNoRule(String heading) throws IOException {
    routes.edit(heading);
    Path config = folder.resolve("config");
    assertThat(
            RoutesAudit.of(routes.routes(), config, SettingsReader.read(config, Map.of(), Map.of()))
                .full())
        .isEmpty();
  }

  /** The first parameter of this name in a file of routes. */
  private String parameter(String file, String name) throws IOException {
    return YAML.readTree(routes.routes().resolve(file).toFile()).findValue(name).asText();
  }

  /** The lines of the records of all cases in vendor form. */
  private static List<JsonNode> lines() throws IOException {
    List<JsonNode> lines = new ArrayList<>();
    try (Stream<Path> files = Files.walk(GOLDEN)) {
      for (Path file : files.filter(each -> each.endsWith("expected.ndjson")).sorted().toList()) {
        lines.add(JSON.readTree(file.toFile()));
      }
    }
    return lines;
  }

  /** The lines that a page-filter-action with this condition keeps. */
  private static List<JsonNode> kept(String condition, List<JsonNode> lines) throws Exception {
    StringBuilder page = new StringBuilder();
    for (JsonNode line : lines) {
      page.append(ASCII.writeValueAsString(line)).append('\n');
    }
    LinesFilter filter = new LinesFilter();
    filter.setKeep(condition);
    List<JsonNode> kept = new ArrayList<>();
    try (DefaultCamelContext camel = new DefaultCamelContext()) {
      Exchange exchange = new DefaultExchange(camel);
      for (byte[] line : filter.filter(FormLines.of(page.toString().getBytes(UTF_8)), exchange)) {
        kept.add(JSON.readTree(line));
      }
    }
    return kept;
  }

  @Test
  void onlyFailuresGoToSyslog() throws Exception {
    routes.edit("Only failures to syslog");
    List<JsonNode> lines = lines();
    for (String status : List.of("success", "failure", "skipped")) {
      lines.add(JSON.readTree("{\"resultType\":\"" + status + "\",\"properties\":{}}"));
    }
    List<JsonNode> kept = kept(parameter("sinks/syslog.camel.yaml", "keep"), lines);
    List<JsonNode> failures =
        lines.stream()
            .filter(
                line ->
                    !List.of("0", "success", "skipped")
                            .contains(line.path("resultType").asText("0"))
                        || !line.at("/properties/result").asText("success").equals("success"))
            .toList();
    assertThat(kept).hasSizeGreaterThan(5).hasSizeLessThan(lines.size());
    assertThat(kept).containsExactlyElementsOf(failures);
  }

  @Test
  void aNoisyApplicationIsDropped() throws Exception {
    routes.edit("Drop a noisy application");
    String when = parameter("flow/forms.camel.yaml", "when");
    Condition condition = Condition.compile("when", when);
    String app = when.replaceAll(".*\\.appId == \"([^\"]*)\".*", "$1");
    assertThat(condition.holds(signIn(app, 0), VARIABLES)).isTrue();
    assertThat(condition.holds(signIn(app, 50126), VARIABLES)).isFalse();
    assertThat(condition.holds(signIn("another", 0), VARIABLES)).isFalse();
    assertThat(condition.holds(JSON.readTree("{\"id\":\"Directory_1\"}"), VARIABLES)).isFalse();
  }

  private static JsonNode signIn(String appId, int errorCode) {
    return JSON.createObjectNode()
        .put("appId", appId)
        .set("status", JSON.createObjectNode().put("errorCode", errorCode));
  }

  @Test
  void whatIsOfHighRiskHasFilesOfItsOwn() throws Exception {
    routes.edit("Route by risk");
    List<JsonNode> lines = lines();
    for (String property : List.of("riskLevel", "riskLevelDuringSignIn", "riskLevelAggregated")) {
      for (String level : List.of("high", "medium", "hidden")) {
        lines.add(
            JSON.createObjectNode()
                .set("properties", JSON.createObjectNode().put(property, level)));
      }
    }
    List<JsonNode> kept = kept(parameter("sinks/risk.camel.yaml", "keep"), lines);
    assertThat(kept)
        .hasSizeGreaterThanOrEqualTo(3)
        .allSatisfy(line -> assertThat(line.get("properties").toString()).contains("\"high\""));
    assertThat(lines.stream().filter(line -> line.toString().contains("\":\"high\"")).toList())
        .containsExactlyElementsOf(kept);
  }

  /** What the form ecs makes of a sign-in, by the mapping as it was edited. */
  private JsonNode document(String record) throws Exception {
    byte[] bytes = record.getBytes(UTF_8);
    return JSON.readTree(
        Mappings.compile(routes.routes().resolve("mappings"), List.of("ecs"))
            .of("ecs", "signIns")
            .map(Jslt.tree(bytes, 0, bytes.length), VARIABLES));
  }

  @Test
  void aNameIsReplacedByAPseudonym() throws Exception {
    routes.edit("Redact a property");
    String record =
        """
        {"id": "1", "userId": "u-1", "userPrincipalName": "Adele@contoso.example",
         "userDisplayName": "Adele Vance", "signInIdentifier": "adele@contoso.example"}
        """;
    JsonNode document = document(record);
    assertThat(document.toString()).doesNotContainIgnoringCase("adele").contains("u-1");
    assertThat(document.at("/user/name").asText())
        .hasSize(64)
        .isEqualTo(document(record.replace("Adele@", "adele@")).at("/user/name").asText())
        .isEqualTo(document.at("/azure/signinlogs/properties/user_principal_name").asText());
  }

  @Test
  void aSignInIsTaggedWithItsAsset() throws Exception {
    routes.edit("Add an asset tag from a table");
    JsonNode critical = document("{\"deviceDetail\":{\"displayName\":\"LAPTOP-01\"}}");
    assertThat(critical.get("tags").toString()).isEqualTo("[\"asset-critical\"]");
    assertThat(critical.at("/organization/name").asText()).isEqualTo("Finance");
    assertThat(critical.at("/host/name").asText()).isEqualTo("LAPTOP-01");
    JsonNode plain = document("{\"deviceDetail\":{\"displayName\":\"LAPTOP-02\"}}");
    assertThat(plain.has("tags")).isFalse();
    assertThat(plain.at("/organization/name").asText()).isEqualTo("Marketing");
    assertThat(document("{\"id\":\"1\"}").has("organization")).isFalse();
  }
}
