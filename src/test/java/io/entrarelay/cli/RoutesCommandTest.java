package io.entrarelay.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
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
    assertThat(out.toString().strip()).isEqualTo("8 routes under routes: nothing is wrong.");
    assertThat(err.toString()).isEmpty();
  }

  @Test
  void checkSaysWhatIsWrongAndEndsWith2() throws Exception {
    Path file = routes.resolve("x.camel.yaml");
    Files.writeString(
        file,
        "- route:\n    id: a.b\n    from:\n      uri: timer:x\n      steps:\n        - stopp: {}\n");
    assertThat(run("routes", "check", "--routes", routes.toString())).isEqualTo(2);
    assertThat(err.toString().strip())
        .isEqualTo(file + ":6: [schema] there is no step stopp. Did you mean stop?");
    assertThat(out.toString()).isEmpty();

    assertThat(run("routes", "check", "--json", "--routes", routes.toString())).isEqualTo(2);
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
        .hasSize(9)
        .anyMatch(
            line ->
                line.matches(
                    "flow\\.page +flow/page\\.camel\\.yaml +direct:flow\\.page +direct:flow\\.forms"));
  }

  @Test
  void routesAloneAsksWhich() {
    assertThat(run("routes")).isEqualTo(2);
    assertThat(err.toString()).startsWith("Say which: routes check or routes list.");
  }
}
