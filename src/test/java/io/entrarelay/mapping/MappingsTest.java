package io.entrarelay.mapping;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.schibsted.spt.data.jslt.ResourceResolver;
import com.schibsted.spt.data.jslt.impl.FileSystemResourceResolver;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MappingsTest {
  private static final Map<String, JsonNode> VARIABLES =
      Jslt.variables("contoso", "signIns", "7f3f", Instant.EPOCH, 2);

  @TempDir
  @SuppressWarnings("NullAway.Init") // JUnit sets it
  private Path root;

  private void file(String name, String text) throws IOException {
    Path file = root.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  private static JsonNode record(String json) throws IOException {
    byte[] bytes = json.getBytes(UTF_8);
    return Jslt.tree(bytes, 0, bytes.length);
  }

  private String map(String json) throws Exception {
    Mapping mapping = Mappings.compile(root, List.of("short")).of("short", "signIns");
    return new String(mapping.map(record(json), VARIABLES), UTF_8);
  }

  @Test
  void knowsTheVariablesAndLeavesOutWhatIsEmpty() throws Exception {
    file(
        "short/signIns.jslt",
        """
        {"a": [$integration, $report, $tenantId, $collectedAt, $revision], "b": .no, "c": {}}
        """);
    assertThat(map("{}"))
        .isEqualTo("{\"a\":[\"contoso\",\"signIns\",\"7f3f\",\"1970-01-01T00:00:00Z\",2]}");
  }

  @Test
  void importsFromTheFolderOfMappings() throws Exception {
    file("lib/names.jslt", "def of(user)\n  $user.name");
    file("short/signIns.jslt", "import \"lib/names.jslt\" as names\n{\"who\": names:of(.user)}");
    assertThat(map("{\"user\":{\"name\":\"Zoë\"}}")).isEqualTo("{\"who\":\"Zoë\"}");
  }

  @Test
  void theLibraryCompiles() throws Exception {
    Path shipped = Path.of("routes/mappings");
    ResourceResolver resolver = new FileSystemResourceResolver(shipped.toFile());
    try (Stream<Path> files = Files.walk(shipped.resolve(Mappings.LIBRARY))) {
      for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
        String name = shipped.relativize(file).toString();
        assertThat(Jslt.compile("check", "import \"" + name + "\" as it  {}", resolver))
            .isNotNull();
      }
    }
  }

  @Test
  void writesHalfASurrogatePairAsAnEscape() throws Exception {
    file("short/signIns.jslt", "{\"who\": .who}");
    assertThat(map("{\"who\":\"a\\ud800b\"}")).isEqualToIgnoringCase("{\"who\":\"a\\ud800b\"}");
  }

  @Test
  void failsWithWhatIsNoObject() throws IOException {
    file("short/signIns.jslt", ".list");
    assertThatThrownBy(() -> map("{\"list\":[1]}"))
        .isInstanceOf(MappingFailure.class)
        .hasMessage("a record could not be mapped by " + root.resolve("short/signIns.jslt"))
        .extracting(e -> ((MappingFailure) e).reason())
        .isEqualTo(root.resolve("short/signIns.jslt") + ": it gives ARRAY where an object is due");
  }

  /** A matcher in such a place is a fault of JSLT, and not of its own kind. */
  @Test
  void failsAlsoWhereJsltItselfDoes() throws IOException {
    file("short/signIns.jslt", "{\"x\": [for (.list) . if (not({* - a : .}))]}");
    assertThatThrownBy(() -> map("{\"list\":[{\"a\":1}]}"))
        .isInstanceOf(MappingFailure.class)
        .hasMessage("a record could not be mapped by " + root.resolve("short/signIns.jslt"))
        .hasRootCauseInstanceOf(NullPointerException.class);
  }

  @Test
  void failsWithoutQuotingTheRecordInItsMessage() throws IOException {
    file("short/signIns.jslt", "{\"n\": number(.name)}");
    assertThatThrownBy(() -> map("{\"name\":\"Adele\"}"))
        .isInstanceOf(MappingFailure.class)
        .hasMessageNotContaining("Adele")
        .extracting(e -> ((MappingFailure) e).reason())
        .asString()
        .contains("Adele");
  }

  @Test
  void refusesFilesThatDontCompileAllAtOnce() throws IOException {
    file("short/signIns.jslt", "{\n  \"who\": )\n}");
    file("short/directoryAudits.jslt", "{\"from\": $tenant}");
    assertThatThrownBy(() -> Mappings.compile(root, List.of("vendor", "short")))
        .isInstanceOf(MappingsException.class)
        .hasMessage(
            root.resolve("short/directoryAudits.jslt")
                + ":1:10: there is no variable $tenant. The reference is"
                + " github.com/schibsted/jslt.\n"
                + root.resolve("short/signIns.jslt")
                + ":2:10: unexpected ). The reference is github.com/schibsted/jslt.");
  }

  @Test
  void saysWhichFormsCannotBeMade() throws IOException {
    file("short/signins.jslt", "{}");
    Mappings mappings = Mappings.compile(root, List.of("vendor", "short", "long"));
    assertThatThrownBy(
            () ->
                mappings.require(
                    List.of("vendor", "short", "long"), List.of("signIns", "directoryAudits")))
        .isInstanceOf(MappingsException.class)
        .hasMessage(
            "relay.forms: the form short has no mapping for any report. Create "
                + root.resolve("short/directoryAudits.jslt")
                + " and others, or remove the form.\n"
                + "relay.forms: there is no form long. Create the folder "
                + root.resolve("long")
                + " with a file <report>.jslt for each report, or remove the form.");
  }

  @Test
  void aFormNeedNotBeThereForEveryReport() throws IOException {
    file("short/signIns.jslt", "{}");
    Mappings mappings = Mappings.compile(root, List.of("short"));
    mappings.require(List.of("vendor", "short"), List.of("signIns", "directoryAudits"));
    assertThat(mappings.has("short", "signIns")).isTrue();
    assertThat(mappings.has("short", "directoryAudits")).isFalse();
    assertThat(mappings.hindrance(List.of("short", "vendor"), "directoryAudits")).isNull();
    assertThat(mappings.hindrance(List.of("short"), "signIns")).isNull();
    assertThat(mappings.hindrance(List.of("short"), "directoryAudits"))
        .isEqualTo(
            "none of relay.forms (short) can be made of directoryAudits. Add vendor to"
                + " relay.forms, or create "
                + root.resolve("short/directoryAudits.jslt"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        ".a == 1 | true",
        ".a != 1 | false",
        ".no | false",
        ".empty | false",
        ".list | false",
        ".text | true",
        "$report == \"signIns\" and .a < 2 | true",
        "let b = .a  $b == 1 | true",
      })
  void conditionsHoldAsJsltsIfSeesThem(String condition, boolean holds) throws Exception {
    assertThat(
            Condition.compile("x", condition)
                .holds(record("{\"a\":1,\"empty\":{},\"list\":[],\"text\":\"false\"}"), VARIABLES))
        .isEqualTo(holds);
  }

  @Test
  void conditionsThatCantBeToldQuoteNothing() throws Exception {
    Condition condition = Condition.compile("x", ".a < 3");
    assertThatThrownBy(() -> condition.holds(record("{\"a\":\"Adele\"}"), VARIABLES))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "it can't be told for a record (line 1, column 1): does it compare or convert values of"
                + " different types?");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        ".a == | x:1:5: it ends where more must come",
        "foo(.a) | x:1:1: No such function: 'foo'",
        ".a # 1 | x:1:4: unexpected \"#\"",
        ".a == \"b | x:1:9: a text is not closed with \"",
        ".a bcd | x:1:4: unexpected bcd",
        "$reprot == 1 | x:1:1: there is no variable $reprot",
      })
  void conditionsThatDontCompileSayWhere(String condition, String message) {
    assertThatThrownBy(() -> Condition.compile("x", condition))
        .isInstanceOf(JsltFault.class)
        .hasMessage(message);
  }

  @Test
  void aFileThatIsNoTextIsNamed() throws IOException {
    Path file = root.resolve("short/signIns.jslt");
    Files.createDirectories(file.getParent());
    Files.write(file, new byte[] {'"', (byte) 0xFF, '"'});
    assertThatThrownBy(() -> Mappings.compile(root, List.of("short")))
        .isInstanceOf(MappingsException.class)
        .hasMessage(
            file
                + ": it can't be read as UTF-8 text; save it as UTF-8. The reference is"
                + " github.com/schibsted/jslt.");
  }
}
