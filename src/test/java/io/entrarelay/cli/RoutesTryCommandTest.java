package io.entrarelay.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class RoutesTryCommandTest {
  private static final Path GUEST = Path.of("src/test/resources/golden/vendor/signIns/guest");

  @TempDir
  @SuppressWarnings("NullAway.Init") // JUnit sets it
  private Path folder;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(String... arguments) {
    List<String> all = new ArrayList<>(List.of("routes", "try", "--report", "signIns"));
    all.addAll(List.of(arguments));
    CommandLine commandLine = EntraRelay.commandLine();
    commandLine.setOut(new PrintWriter(out, true));
    commandLine.setErr(new PrintWriter(err, true));
    return commandLine.execute(all.toArray(String[]::new));
  }

  /** A folder of routes with one mapping. */
  private String routes(String mapping) throws IOException {
    return routes("short", mapping);
  }

  private String routes(String form, String mapping) throws IOException {
    Path file = folder.resolve("mappings").resolve(form).resolve("signIns.jslt");
    Files.createDirectories(file.getParent());
    Files.writeString(file, mapping);
    return folder.toString();
  }

  private String file(String text) throws IOException {
    return Files.writeString(folder.resolve("records.json"), text).toString();
  }

  private JsonNode document() throws IOException {
    return new ObjectMapper().readTree(out.toString());
  }

  @Test
  void aRecordIsPrintedInTheForm() throws IOException {
    assertThat(run("--form", "ocsf", GUEST.resolve("record.json").toString())).isZero();
    assertThat(document().at("/user/type").asText()).isEqualTo("Guest");
    assertThat(err.toString()).isEmpty();
  }

  @Test
  void aLineOfTheVendorFormIsItsRecordWithWhatTheRelayKnew() throws IOException {
    assertThat(run("--form", "ocsf", GUEST.resolve("expected.ndjson").toString())).isZero();
    assertThat(document().at("/user/type").asText()).isEqualTo("Guest");
    assertThat(document().at("/metadata/tenant_uid").asText())
        .isEqualTo("7f3f5d6c-3a5b-4c59-9a44-6d1f6f7f0a01");
  }

  @Test
  void aPageAndLinesAreSeveralRecords() throws IOException {
    String routes = routes("{\"who\": .id}");
    assertThat(
            run(
                "--form",
                "short",
                "--routes",
                routes,
                file("{\"value\":[{\"id\":\"a\"},{\"id\":\"b\"}]}\n{\"id\":\"c\"}\n")))
        .isZero();
    assertThat(out.toString()).contains("\"a\"", "\"b\"", "\"c\"");
  }

  @Test
  void standardInputIsRead() throws IOException {
    InputStream before = System.in;
    System.setIn(new ByteArrayInputStream("{\"id\":\"x\"}".getBytes(UTF_8)));
    try {
      assertThat(run("--form", "short", "--routes", routes("{\"who\": .id}"), "-")).isZero();
    } finally {
      System.setIn(before);
    }
    assertThat(document().get("who").asText()).isEqualTo("x");
  }

  @Test
  void theSchemasFindingsAreTold() throws IOException {
    String routes = routes("ocsf", "{\"class_uid\": 3002, \"time\": \"now\", \"flavour\": .id}");
    assertThat(run("--form", "ocsf", "--routes", routes, file("{\"id\":\"secret\"}"))).isEqualTo(3);
    assertThat(err.toString())
        .contains("schema: /time: string found, integer expected")
        .contains("schema: required property 'metadata' not found")
        .contains("'flavour'")
        .doesNotContain("secret");
  }

  @Test
  void explainNamesWhatIsNotUsed() throws IOException {
    String routes =
        routes(
            "{\"who\": .user.name, \"first\": .all[0], \"unmapped\": {\"size\": .size, \"os\": .user.os}}");
    assertThat(
            run(
                "--form",
                "short",
                "--explain",
                "--routes",
                routes,
                file(
                    "{\"user\":{\"name\":\"x\",\"os\":\"y\",\"no\":null},\"all\":[1,2],"
                        + "\"size\":3,\"list\":[{\"a\":\"b\"},{\"a\":\"c\"}]}")))
        .isZero();
    assertThat(err.toString().lines())
        .containsExactly("not used: user.os", "not used: size", "not used: list[].a");
  }

  @Test
  void aRecordThatCantBeMappedIsToldAndTheOthersArePrinted() throws IOException {
    String routes = routes("{\"n\": number(.n)}");
    assertThat(run("--form", "short", "--routes", routes, file("{\"n\":\"x\"} {\"n\":\"7\"}")))
        .isEqualTo(3);
    assertThat(err.toString()).startsWith("record 1: ").contains("signIns.jslt");
    assertThat(document().get("n").asInt()).isEqualTo(7);
  }

  @Test
  void aBrokenMappingIsNamedWithItsPlace() throws IOException {
    String routes = routes("{\n  \"who\": )\n}");
    assertThat(run("--form", "short", "--routes", routes, file("{}"))).isEqualTo(2);
    assertThat(err.toString().strip())
        .isEqualTo(
            folder.resolve("mappings/short/signIns.jslt")
                + ":2:10: unexpected ). The reference is github.com/schibsted/jslt.");
  }

  @Test
  void aBrokenLibraryIsNamedWithItsPlace() throws IOException {
    String routes = routes("import \"lib/x.jslt\" as x\n{\"who\": x:y(.)}");
    Path library = folder.resolve("mappings/lib/x.jslt");
    Files.createDirectories(library.getParent());
    Files.writeString(library, "def y(z)\n  [");
    assertThat(run("--form", "short", "--routes", routes, file("{}"))).isEqualTo(2);
    assertThat(err.toString()).startsWith(library + ":2:");
  }

  @Test
  void whatIsNotThereIsTold() throws IOException {
    String routes = routes("{}");
    assertThat(run("--form", "vendor", "--routes", routes, file("{}"))).isEqualTo(2);
    assertThat(run("--form", "tall", "--routes", routes, file("{}"))).isEqualTo(2);
    assertThat(run("--form", "short", "--routes", routes, file("{"))).isEqualTo(2);
    assertThat(run("--form", "short", "--routes", routes, file(" "))).isEqualTo(2);
    assertThat(run("--form", "short", "--routes", routes, folder + "/no.json")).isEqualTo(2);
    assertThat(err.toString().lines().map(line -> line.replace(folder.toString(), "")))
        .satisfiesExactly(
            line -> assertThat(line).startsWith("The form vendor has no mapping"),
            line -> assertThat(line).startsWith("there is no form tall. Create the folder"),
            line -> assertThat(line).startsWith("/records.json:1:").contains("it is no JSON"),
            line -> assertThat(line).isEqualTo("/records.json: there is no record in it"),
            line -> assertThat(line).startsWith("/no.json: it can't be read"));
  }
}
