package io.entrarelay.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.entrarelay.collect.Collector.Scope;
import io.entrarelay.config.SettingsReader;
import io.entrarelay.relay.Relay;
import io.entrarelay.relay.RelayOptions;
import io.entrarelay.simulator.SimulatedTenant;
import io.entrarelay.simulator.Simulator;
import io.entrarelay.simulator.SimulatorOptions;
import io.entrarelay.simulator.TenantCondition;
import io.entrarelay.state.DataDirectory;
import io.entrarelay.state.JdbcStore;
import io.entrarelay.state.Lease;
import io.entrarelay.state.Requests;
import io.entrarelay.state.Steps;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code check} says of each part that it is well, or what to do; also of a relay that runs. */
@Timeout(60)
class CheckCommandTest {
  private static final Set<Integer> SHARDS =
      IntStream.range(0, Lease.SHARDS).boxed().collect(Collectors.toSet());

  @SuppressWarnings("NullAway.Init") // JUnit sets it
  @TempDir
  Path work;

  private final Simulator simulator =
      Simulator.start(
          SimulatorOptions.builder().scheme("https").tenants(2).records(50).rate(0).build());
  private StringWriter out = new StringWriter();
  private StringWriter err = new StringWriter();

  @BeforeEach
  void configured() throws IOException {
    simulator.writeConfig(work.resolve("config"));
  }

  @AfterEach
  void stop() {
    simulator.close();
  }

  private int check(String... more) {
    out = new StringWriter();
    err = new StringWriter();
    List<String> arguments =
        Stream.concat(
                Stream.of(
                    "check",
                    "--config",
                    work.resolve("config").toString(),
                    "--data",
                    work.resolve("data").toString()),
                Stream.of(more))
            .toList();
    return EntraRelay.commandLine()
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(arguments.toArray(String[]::new));
  }

  @Test
  void eachPartHasALine() {
    assertThat(check()).as(out.toString()).isZero();
    List<String> lines = out.toString().lines().toList();
    String day = simulator.clock().instant().plusSeconds(365L * 86_400).toString().substring(0, 10);
    String tenant = simulator.tenants().get(0).tenantId();
    assertThat(lines)
        .startsWith(
            "contoso certificate ok: valid until " + day,
            "contoso token ok: issued for tenant " + tenant,
            "contoso roles ok: AuditLog.Read.All, Directory.Read.All",
            "contoso clock ok: within 2 minutes of Graph's")
        .contains("contoso signIns ok: can be read", "contoso directoryAudits ok: can be read")
        .contains("fabrikam signIns ok: can be read")
        .endsWith("No relay runs on " + work.resolve("data") + ".");
    assertThat(lines.get(lines.size() - 2))
        .matches("sink files ok: " + work.resolve("data/out") + ", [0-9.]+ GB free");
  }

  @Test
  void whatDoesNotWorkSaysWhatToDo() throws IOException {
    SimulatedTenant contoso = simulator.tenants().get(0);
    simulator.condition(contoso.tenantId(), TenantCondition.LICENCE_MISSING);
    assertThat(check("contoso", "--json")).isEqualTo(3);
    JsonNode result = new ObjectMapper().readTree(out.toString());
    assertThat(result.path("exitCode").asInt()).isEqualTo(3);
    assertThat(result.path("running").isNull()).isTrue();
    assertThat(result.path("integrations")).hasSize(1);
    JsonNode signIns = null;
    for (JsonNode line : result.path("integrations").path(0).path("lines")) {
      signIns = line.path("probe").asText().equals("signIns") ? line : signIns;
    }
    assertThat(signIns).isNotNull();
    assertThat(String.valueOf(signIns)).contains("\"outcome\":\"failed\"", "status 403");

    simulator.condition(contoso.tenantId(), TenantCondition.CERTIFICATE_MISSING);
    assertThat(check("contoso")).isEqualTo(3);
    assertThat(out.toString()).contains("contoso token FAILED: ", "AADSTS700027");
  }

  @Test
  void aFileThatIsWrongIsNamedWithTheOthersChecked() throws IOException {
    Path wrong = work.resolve("config/integrations/fabrikam.yaml");
    Files.writeString(wrong, Files.readString(wrong).replace("[signIns,", "[signOns,"));
    assertThat(check()).isEqualTo(2);
    assertThat(err.toString()).startsWith(wrong + ":").contains("signOns", "signIns");
    assertThat(out.toString()).contains("contoso signIns ok: can be read");
    assertThat(check("contoso")).isZero();
    assertThat(check("fabrikam")).isEqualTo(2);
  }

  @Test
  void anIntegrationThatIsNotThereIsNamed() throws IOException {
    Path folder = work.resolve("config/integrations");
    assertThat(check("contosso")).isEqualTo(2);
    assertThat(err)
        .hasToString(
            folder.resolve("contosso.yaml")
                + ": there is no such file. There are: contoso, fabrikam.\n");
    Files.delete(folder.resolve("contoso.yaml"));
    Files.delete(folder.resolve("fabrikam.yaml"));
    assertThat(check("contoso")).isEqualTo(2);
    assertThat(err)
        .hasToString(
            folder.resolve("contoso.yaml")
                + ": there is no such file. Write it, as README.md there shows.\n");
    assertThat(check()).isEqualTo(2);
    assertThat(err)
        .hasToString(
            folder
                + ": there is no integration. Put a file there for each tenant: NAME.yaml, as its"
                + " README.md shows.\n");
    assertThat(check("--routes", work.resolve("none").toString())).isEqualTo(2);
    assertThat(err)
        .hasToString(
            work.resolve("none")
                + ": can't be read (NoSuchFileException). Start where routes/ is, or name its place"
                + " with --routes DIR.\n");
  }

  @Test
  void aRunningRelayIsAskedHowItFares() throws Exception {
    SimulatedTenant fabrikam = simulator.tenants().get(1);
    simulator.condition(fabrikam.tenantId(), TenantCondition.BROKEN);
    RelayOptions options =
        new RelayOptions(
            "run",
            SettingsReader.read(
                work.resolve("config"),
                Map.of(),
                Map.of(
                    "relay.graph.budget", "off",
                    "relay.collect.every", "1s",
                    "relay.forms", "vendor")),
            work.resolve("config"),
            work.resolve("data"),
            Path.of("routes"),
            Scope.RUN,
            false,
            Steps.NONE);
    try (Relay relay = Relay.start(options)) {
      Awaitility.await()
          .until(
              () ->
                  relay.feeds().stream()
                      .allMatch(
                          feed ->
                              feed.integration().name().equals("contoso")
                                  ? feed.lastRead() > 0
                                  : feed.problem() != null));
      assertThat(check()).isEqualTo(3);
      assertThat(out.toString())
          .containsPattern("contoso running signIns ok: read \\d s ago, behind by \\d+ s")
          .containsPattern("contoso running directoryAudits ok: ")
          .containsPattern("fabrikam running signIns FAILED: not read yet. 503 ")
          .containsPattern("running sink files ok: \\d+ records since its start");
      try (Requests requests =
          Requests.open(work.resolve("data/state/relay.db"), Clock.systemUTC())) {
        assertThat(requests.await(requests.ask("riddle", ""), Duration.ofSeconds(10)))
            .isEqualTo(
                "{\"error\":\"this relay doesn't know the request riddle. Check with the version"
                    + " that runs.\"}");
      }
    }
  }

  @Test
  void aRunningRelayThatDoesNotAnswerIsNamed() throws Exception {
    String holder = checkedBeside("[]", "sinks");
    assertThat(out.toString())
        .contains(
            "contoso running note: "
                + holder
                + " holds the data directory and does not answer within 5 s. Check again; if it"
                + " stays so, see its log.\n");
  }

  @Test
  void anAnswerThatCannotBeReadIsSaid() throws Exception {
    String holder = checkedBeside("?!", "reports", "sinks");
    assertThat(out.toString())
        .contains(
            "contoso running note: "
                + holder
                + " gave an answer that can't be read. Check with the version that runs.\n");
  }

  /** Checks beside a holder of the directory that answers some questions, and not as it should. */
  private String checkedBeside(String answer, String... questions) throws InterruptedException {
    DataDirectory data = DataDirectory.take(work.resolve("data"), "run");
    try (data) {
      JdbcStore.sqlite(data.database(), Steps.NONE).close();
      Thread holder = new Thread(() -> answer(data, answer, Set.of(questions)));
      holder.start();
      assertThat(check("contoso")).isZero();
      holder.interrupt();
      holder.join();
    }
    return "process " + ProcessHandle.current().pid() + " (run)";
  }

  private static void answer(DataDirectory data, String answer, Set<String> questions) {
    try (Requests requests = Requests.open(data.database(), Clock.systemUTC())) {
      while (!Thread.interrupted()) {
        requests.take(SHARDS).stream()
            .filter(request -> questions.contains(request.command()))
            .forEach(request -> requests.answer(request.id(), answer));
        LockSupport.parkNanos(20_000_000);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"- route: [", "- route: !!map x", "- beans: !!seq x"})
  void aRouteFileThatIsNoYamlIsNamed(String text) throws IOException {
    Path file = Files.createDirectories(work.resolve("routes")).resolve("x.camel.yaml");
    Files.writeString(file, text);
    assertThat(check("--routes", work.resolve("routes").toString())).isEqualTo(2);
    assertThat(err)
        .hasToString(file + ": is no YAML. entra-relay routes check shows what is wrong.\n");
  }
}
