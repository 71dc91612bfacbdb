package io.entrarelay.cli;

import static io.entrarelay.simulator.SimulatorOptions.builder;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.entrarelay.simulator.SimulatorOptions;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class SimulateCommandTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter error = new StringWriter();

  @TempDir private Path data = Path.of("");

  private int run(String... arguments) {
    String[] all = new String[arguments.length + 1];
    all[0] = "simulate";
    System.arraycopy(arguments, 0, all, 1, arguments.length);
    return EntraRelay.commandLine()
        .setOut(new PrintWriter(out))
        .setErr(new PrintWriter(error))
        .execute(all);
  }

  @Test
  void announcesItselfAndAnswersUntilItIsInterrupted() throws Exception {
    Thread command =
        new Thread(
            () ->
                run(
                    "--data",
                    data.toString(),
                    "--port",
                    "0",
                    "--records",
                    "50",
                    "--tenants",
                    "2",
                    "--http",
                    "--faults",
                    "worst",
                    "--span",
                    "90s",
                    "--throttle",
                    "off",
                    "--unconsented",
                    "1",
                    "--redirect-uri",
                    "http://localhost/callback",
                    "--replication-lag",
                    "1s"));
    command.start();
    try {
      Awaitility.await()
          .atMost(Duration.ofSeconds(20))
          .until(() -> out.toString().contains("Stop with Ctrl+C."));
      Matcher base = Pattern.compile("http://localhost:\\d+").matcher(out.toString());
      assertThat(base.find()).isTrue();
      assertThat(out.toString())
          .contains("  entra-relay run --config " + data.resolve("simulator"));
      assertThat(data.resolve("simulator/integrations/contoso.yaml"))
          .content()
          .contains("graph: " + base.group());
      assertThat(out.toString())
          .contains("Without consent: 1 tenant; the shared application is ")
          .contains("by hand: " + base.group() + "/simulator/consent");
      assertThat(data.resolve("simulator/application/key.pem")).isRegularFile();
      assertThat(data.resolve("simulator/integrations/northwind.yaml")).doesNotExist();
      HttpResponse<String> summary =
          HttpClient.newHttpClient()
              .send(
                  HttpRequest.newBuilder(URI.create(base.group() + "/simulator/summary")).build(),
                  HttpResponse.BodyHandlers.ofString());
      assertThat(summary.body()).contains("\"name\":\"fabrikam\"");
    } finally {
      command.interrupt();
      command.join();
    }
  }

  @Test
  void saysThatThePortIsTaken() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      int code = run("--data", data.toString(), "--port", Integer.toString(taken.getLocalPort()));
      assertThat(code).isEqualTo(2);
      assertThat(error.toString().strip())
          .isEqualTo(
              "The simulator can't listen on port "
                  + taken.getLocalPort()
                  + ": Address already in use. Choose another port, or 0 for a free one.");
    }
  }

  @Test
  void refusesWrongOptionsByName() {
    assertThat(run("--faults", "5")).isEqualTo(2);
    assertThat(error.toString()).startsWith("--faults is 0, 1, 2, 3 or worst, not 5.");
    assertThat(run("--throttle", "maybe")).isEqualTo(2);
    assertThat(error.toString()).contains("--throttle is on or off, not maybe.");
    assertThat(run("--span", "long")).isEqualTo(2);
    assertThat(error.toString())
        .contains("--span is a time such as 90s, 30m, 24h or 7d, not long.");
    assertThat(run("--replication-lag", "soon")).isEqualTo(2);
    assertThat(error.toString()).contains("A time is such as 500ms, 5s or 2m, not soon.");
    assertThat(run("--redirect-uri", "http://relay.example/")).isEqualTo(2);
    assertThat(error.toString()).contains("A redirect URI is https, or http to this machine");
    assertThat(run("--compress", "0.5")).isEqualTo(2);
    assertThat(error.toString()).contains("The simulator can't start: compress is at least 1.");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--port 65536 | port is 0 to 65535",
        "--tenants 0 | tenants is 1 to 10000",
        "--unconsented -1 | unconsented is 0 to 10000",
        "--records -1 | records is 0 to 100000000",
        "--span 0s | span is at least 1 ms",
        "--span 367d | span is at most 366 days",
        "--rate 1000001 | rate is 0 to 1000000 records per second",
        "--late 1.1 | late is a share, 0 to 1",
        "--revised -0.1 | revised is a share, 0 to 1",
        "--prerendered --faults 1 | prerendered pages can't have a rate, late or revised records,"
            + " faults or a replay",
      })
  void refusesWhatIsOutOfRange(String options, String rule) {
    assertThat(run((options + " --data " + data).split(" "))).isEqualTo(2);
    assertThat(error.toString())
        .isEqualTo("The simulator can't start: " + rule + ".\nSee entra-relay simulate --help\n");
  }

  static Stream<Arguments> builders() {
    return Stream.of(
        arguments("scheme is http or https", builder().scheme("ftp")),
        arguments("faults is 0 to 3", builder().faults(4)),
        arguments("limits are at least 1 request", builder().limit(0)),
        arguments("pageLimit is 1 to 1000", builder().pageLimit(1001)));
  }

  @ParameterizedTest
  @MethodSource("builders")
  void refusesWhatATestGivesOutOfRange(String rule, SimulatorOptions.Builder options) {
    assertThatThrownBy(options::build)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("The simulator can't start: " + rule + ".");
  }

  @Test
  void saysWhatIsWrongWithAReplay() {
    assertThat(run("--port", "0", "--replay", data.toString(), "--data", data.toString()))
        .isEqualTo(2);
    assertThat(error.toString())
        .startsWith("The simulator finds no record to replay in " + data + ".");
  }

  @Test
  void saysWhereItCannotWriteItsConfiguration() throws Exception {
    Path file = Files.writeString(data.resolve("file"), "in the way");
    assertThat(run("--port", "0", "--records", "0", "--data", file.toString())).isEqualTo(2);
    Path config = file.resolve("simulator");
    assertThat(error.toString())
        .startsWith("The simulator can't write its configuration to " + config + ": " + file)
        .endsWith(". Choose another place with --data.\n");
  }
}
