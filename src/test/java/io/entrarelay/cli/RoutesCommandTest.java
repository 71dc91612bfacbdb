package io.entrarelay.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.entrarelay.relay.RelayProcess;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class RoutesCommandTest {
  @TempDir
  @SuppressWarnings("NullAway.Init") // JUnit sets it
  private Path routes;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(String... arguments) {
    CommandLine commandLine = EntraRelay.commandLine();
    commandLine.setOut(new PrintWriter(out, true));
    commandLine.setErr(new PrintWriter(err, true));
    return commandLine.execute(arguments);
  }

  @Test
  void checkSaysThatNothingIsWrong() {
    assertThat(run("routes", "check")).isZero();
    assertThat(out.toString().strip()).matches("\\d+ routes under routes: nothing is wrong.");
    assertThat(err.toString()).isEmpty();
  }

  @Test
  void checkSaysWhatIsWrongAndEndsWith2(@TempDir Path config) throws Exception {
    Files.writeString(config.resolve("application.yaml"), "relay: {forms: [vendor]}\n");
    String[] check = {
      "routes", "check", "--routes", routes.toString(), "--config", config.toString()
    };
    Path file = routes.resolve("x.camel.yaml");
    Files.writeString(
        file,
        "- route:\n    id: a.b\n    from:\n      uri: timer:x\n      steps:\n        - stopp: {}\n");
    assertThat(run(check)).isEqualTo(2);
    assertThat(err.toString().strip())
        .isEqualTo(file + ":6: [schema] there is no step stopp. Did you mean stop?");
    assertThat(out.toString()).isEmpty();

    assertThat(run(Stream.concat(Stream.of(check), Stream.of("--json")).toArray(String[]::new)))
        .isEqualTo(2);
    JsonNode answer = new ObjectMapper().readTree(out.toString());
    assertThat(answer.get("ok").asBoolean()).isFalse();
    assertThat(answer.at("/findings/0/file").asText()).isEqualTo(file.toString());
    assertThat(answer.at("/findings/0/line").asInt()).isEqualTo(6);
    assertThat(answer.at("/findings/0/rule").asText()).isEqualTo("schema");
    assertThat(answer.at("/findings/0/cause").asText()).isEqualTo("there is no step stopp");
    assertThat(answer.at("/findings/0/remedy").asText()).isEqualTo("Did you mean stop?");
  }

  @Test
  void checkNeedsAFolder() {
    Path nowhere = routes.resolve("nowhere");
    assertThat(run("routes", "check", "--routes", nowhere.toString())).isEqualTo(2);
    assertThat(err.toString().strip())
        .isEqualTo(nowhere + ": [files] it can't be read as a folder. Check --routes.");
  }

  @Test
  void listShowsTheMap() {
    assertThat(run("routes", "list")).isZero();
    assertThat(out.toString().lines())
        .hasSizeGreaterThan(9)
        .anyMatch(
            line ->
                line.matches(
                    "flow\\.page +flow/page\\.camel\\.yaml +direct:flow\\.page +direct:flow\\.forms"));
  }

  @Test
  void listSaysWhatIsWrong() throws Exception {
    Path file = routes.resolve("x.camel.yaml");
    Files.writeString(file, "- route: [\n");
    assertThat(run("routes", "list", "--routes", routes.toString())).isEqualTo(2);
    assertThat(err.toString()).startsWith(file + ":");
    assertThat(out.toString().lines()).hasSize(1);
  }

  @Test
  @Timeout(60)
  void settingsOfTheEnvironmentAreInTheWordsThatTheRelayTakes() throws Exception {
    Path log = routes.resolve("log");
    try (RelayProcess check =
        RelayProcess.start(
            Path.of("config"),
            routes.resolve("data"),
            Map.of("RELAY_COLLECT_EVERY", "10s", "RELAY_SINKS_FILES_ROLL_EVERY", "10m"),
            log,
            "routes",
            "check")) {
      assertThat(check.waitFor(50)).as(Files.readString(log)).isZero();
    }
  }

  @Test
  void routesAloneAsksWhich() {
    assertThat(run("routes")).isEqualTo(2);
    assertThat(err.toString()).startsWith("Say which: routes check, routes list or routes try.");
  }
}
