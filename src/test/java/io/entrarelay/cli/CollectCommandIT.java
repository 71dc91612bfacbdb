package io.entrarelay.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.entrarelay.simulator.SimulatedTenant;
import io.entrarelay.simulator.Simulator;
import io.entrarelay.simulator.SimulatorOptions;
import io.entrarelay.simulator.TenantCondition;
import io.entrarelay.state.DataDirectory;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code collect} reads what is due, delivers it and leaves; what it can't do, it names. */
@Timeout(180)
class CollectCommandIT {
  private static final ObjectMapper JSON = new ObjectMapper();

  @SuppressWarnings("NullAway.Init") // JUnit sets it
  @TempDir
  Path work;

  private StringWriter out = new StringWriter();
  private StringWriter err = new StringWriter();

  @BeforeEach
  void quick() throws IOException {
    Files.createDirectories(work.resolve("config/integrations"));
    Files.writeString(
        work.resolve("config/application.yaml"),
        """
        relay:
          collect:
            every: 1s
            slice: 1s
            sweeps: [0s, 1s, 2s]
            backfill: 10m
            remember: 1h
          graph:
            budget: off
          forms: [vendor]
        """);
  }

  private int collect(String... more) {
    out = new StringWriter();
    err = new StringWriter();
    List<String> arguments =
        Stream.concat(
                Stream.of(
                    "collect",
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

  private JsonNode json() throws IOException {
    List<String> lines = out.toString().lines().toList();
    return JSON.readTree(lines.get(lines.size() - 1));
  }

  private static SimulatorOptions.Builder tenant() {
    return SimulatorOptions.builder()
        .scheme("https")
        .records(300)
        .span(Duration.ofMinutes(5))
        .rate(0)
        .late(0)
        .revised(0)
        .throttle(false);
  }

  private long lines() throws IOException {
    Path files = work.resolve("data/out");
    try (Stream<Path> found = Files.walk(files)) {
      long lines = 0;
      for (Path file : found.filter(Files::isRegularFile).toList()) {
        assertThat(file.toString()).endsWith(".ndjson");
        lines += Files.readAllLines(file).size();
      }
      return lines;
    }
  }

  @Test
  void allThatIsDueIsDeliveredAndASpanIsReadAgainWithoutDoubles() throws IOException {
    try (Simulator simulator = Simulator.start(tenant().build())) {
      simulator.writeConfig(work.resolve("config"));

      assertThat(collect("--json")).as(err.toString()).isZero();
      JsonNode first = json();
      assertThat(first.path("exitCode").asInt(-1)).isZero();
      assertThat(first.path("allRead").asBoolean()).isTrue();
      assertThat(first.path("delivered").asBoolean()).isTrue();
      assertThat(first.path("taken").asLong()).isEqualTo(600);
      assertThat(first.path("reports").findValuesAsText("report"))
          .containsExactly("directoryAudits", "signIns");
      assertThat(first.path("sinks").path(0).path("delivered").asLong()).isEqualTo(600);
      assertThat(lines()).isEqualTo(600);

      String from = Instant.now().minus(4, ChronoUnit.MINUTES).toString();
      assertThat(collect("--json", "--from", from)).as(err.toString()).isZero();
      assertThat(json().path("taken").asLong()).isZero();
      assertThat(json().path("repeated").asLong()).isGreaterThan(300);
      assertThat(lines()).isEqualTo(600);

      assertThat(collect()).as(err.toString()).isZero();
      assertThat(out.toString())
          .contains("report ", "contoso/signIns ", "contoso/directoryAudits ")
          .endsWith("Delivered to " + work.resolve("data/out") + "\n");
      assertThat(lines()).isEqualTo(600);
    }
  }

  private void withWideWindows() throws IOException {
    Path file = work.resolve("config/application.yaml");
    Files.writeString(
        file,
        Files.readString(file).replace("slice: 1s", "slice: 1m").replace("[0s, 1s, 2s]", "[0s]"));
  }

  @Test
  void aSpanBeforeTheFirstStartIsRead() throws IOException {
    try (Simulator simulator =
        Simulator.start(tenant().records(200).span(Duration.ofHours(4)).build())) {
      withWideWindows();
      simulator.writeConfig(work.resolve("config"));
      Instant from = Instant.now().minus(5, ChronoUnit.HOURS);
      assertThat(
              collect(
                  "--from",
                  from.toString(),
                  "--to",
                  from.plus(6, ChronoUnit.HOURS).toString(),
                  "--again",
                  "--json"))
          .as(err.toString())
          .isZero();
      assertThat(err.toString())
          .contains(
              "The span is older than relay.collect.remember (1h): records that were taken before"
                  + " come out a second time.");
      assertThat(json().path("taken").asLong()).isEqualTo(400);
      assertThat(lines()).isEqualTo(400);
    }
  }

  @Test
  void aSpanThatGraphHasForgottenIsGivenUp() throws IOException {
    try (Simulator simulator = Simulator.start(tenant().build())) {
      simulator.writeConfig(work.resolve("config"));
      withWideWindows();
      String from = Instant.now().minus(40, ChronoUnit.DAYS).toString();
      assertThat(collect("--from", from, "--again", "--json")).as(err.toString()).isZero();
      assertThat(json().path("taken").asLong()).isEqualTo(600);
      assertThat(json().path("requests").asLong()).isLessThan(100);
    }
  }

  @Test
  void whatALicenceKeepsForAWeekOnlyIsReadAndTheRestIsGivenUp() throws IOException {
    try (Simulator simulator = Simulator.start(tenant().retention(Duration.ofDays(7)).build())) {
      simulator.writeConfig(work.resolve("config"));
      withWideWindows();
      String from = Instant.now().minus(20, ChronoUnit.DAYS).toString();
      assertThat(collect("--from", from, "--again", "--json")).as(err.toString()).isZero();
      assertThat(json().path("taken").asLong()).isEqualTo(600);
      assertThat(json().path("requests").asLong()).isLessThan(100);
    }
  }

  @Test
  void aBrokenTenantIsNamedWhenTheTimeIsOverAndHindersNoOther() throws IOException {
    try (Simulator simulator = Simulator.start(tenant().tenants(2).build())) {
      simulator.writeConfig(work.resolve("config"));
      SimulatedTenant broken = simulator.tenants().get(1);
      simulator.condition(broken.tenantId(), TenantCondition.BROKEN);

      assertThat(collect("--timeout", "8s", "--json")).isEqualTo(3);
      assertThat(err.toString()).contains(broken.name() + "/signIns: not all was read. 503");
      JsonNode result = json();
      assertThat(result.path("exitCode").asInt()).isEqualTo(3);
      assertThat(result.path("allRead").asBoolean()).isFalse();
      assertThat(result.path("taken").asLong()).isEqualTo(600);
      for (JsonNode report : result.path("reports")) {
        boolean own = report.path("integration").asText().equals(broken.name());
        assertThat(report.path("degraded").asBoolean()).isEqualTo(own);
        assertThat(report.path("missing").isEmpty()).isEqualTo(!own);
        assertThat(report.has("message")).isEqualTo(own);
      }
      assertThat(lines()).isEqualTo(600);

      simulator.condition(broken.tenantId(), TenantCondition.WELL);
      assertThat(collect("--json")).as(err.toString()).isZero();
      assertThat(lines()).isEqualTo(1200);
    }
  }

  @Test
  void whatSomeoneHasToMendIsNotWaitedFor() throws IOException {
    try (Simulator simulator = Simulator.start(tenant().tenants(2).build())) {
      simulator.writeConfig(work.resolve("config"));
      SimulatedTenant unknown = simulator.tenants().get(1);
      Path file = work.resolve("config/integrations/" + unknown.name() + ".yaml");
      String yaml = Files.readString(file);
      assertThat(yaml).contains(unknown.clientId());
      Files.writeString(
          file, yaml.replace(unknown.clientId(), "0badc11e-1111-4222-8333-944455556666"));

      assertThat(collect("--json")).isEqualTo(3); // by the time-out it would take ten minutes
      assertThat(err.toString())
          .contains(unknown.name() + "/signIns: not all was read. ")
          .contains("AADSTS700016");
      assertThat(lines()).isEqualTo(600);
    }
  }

  @Test
  void aGraphThatDoesNotAnswerIsNamedWithTheRemedy() throws IOException {
    int port;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    try (Simulator simulator = Simulator.start(tenant().build())) {
      simulator.writeConfig(work.resolve("config"));
      String name = simulator.tenants().get(0).name();
      edit(name, "graph: .*", "graph: https://localhost:" + port);
      assertThat(collect("--timeout", "4s")).isEqualTo(3);
      assertThat(err.toString())
          .contains(
              name
                  + "/signIns: not all was read. the connection to localhost:"
                  + port
                  + " was refused. It must be reachable from this machine: see to the firewall, or"
                  + " set relay.graph.proxy.\n");
      assertThat(out.toString()).endsWith("Delivered to " + work.resolve("data/out") + "\n");
    }
  }

  @Test
  void aCredentialOrAuthorityThatCannotBeUsedIsNamed() throws IOException {
    try (Simulator simulator = Simulator.start(tenant().build())) {
      simulator.writeConfig(work.resolve("config"));
      String name = simulator.tenants().get(0).name();
      Path none = Files.writeString(work.resolve("none.pem"), "none");
      edit(name, "ca-certificate: .*", "ca-certificate: " + none);
      assertThat(collect()).isEqualTo(3);
      assertThat(err.toString())
          .contains(
              name
                  + "/signIns: not all was read. "
                  + none
                  + ": holds no certificate. Give the authority's certificate in PEM form, which"
                  + " begins with -----BEGIN CERTIFICATE-----.\n");

      simulator.writeConfig(work.resolve("config"));
      Path gone = work.resolve("gone.pem");
      edit(name, "private-key: .*", "private-key: " + gone);
      assertThat(collect()).isEqualTo(3);
      assertThat(err.toString())
          .contains(
              name
                  + "/signIns: not all was read. NOT_FOUND: "
                  + gone
                  + ": there is no such file. Correct the path, or make a new pair with: ");
    }
  }

  private void edit(String integration, String key, String line) throws IOException {
    Path file = work.resolve("config/integrations/" + integration + ".yaml");
    String before = Files.readString(file);
    String after = before.replaceFirst(key, line);
    assertThat(after).isNotEqualTo(before);
    Files.writeString(file, after);
  }

  @Test
  void anAuthorityForAllThatCannotBeUsedIsNamed() throws IOException {
    Path none = work.resolve("none.pem");
    Path settings = work.resolve("config/application.yaml");
    Files.writeString(
        settings, Files.readString(settings).replace("budget: off", "ca-certificate: " + none));
    assertThat(collect()).isEqualTo(2);
    assertThat(err)
        .hasToString(
            none
                + ": there is no such file. Correct the path, or put the authority's certificate"
                + " there.\n");
    Files.writeString(none, "none");
    assertThat(collect()).isEqualTo(2);
    assertThat(err)
        .hasToString(
            none
                + ": holds no certificate. Give the authority's certificate in PEM form, which"
                + " begins with -----BEGIN CERTIFICATE-----.\n");
  }

  @Test
  void aStateFileThatIsDamagedIsNamed() throws IOException {
    Path file = work.resolve("data/state/relay.db");
    Files.createDirectories(file.getParent());
    Files.writeString(file, "no database ".repeat(1_000));
    assertThat(collect()).isEqualTo(2);
    assertThat(err.toString())
        .startsWith("the state file " + file + " can't be opened: ")
        .endsWith(
            ". If it is damaged, move it away with all that is beside it: collecting starts anew,"
                + " and what Graph still keeps is delivered again.\n")
        .hasLineCount(1);
  }

  @Test
  void recordsThatNoFormCouldBeMadeOfAreSaid() throws IOException {
    Path routes = work.resolve("routes");
    try (Stream<Path> files = Files.walk(Path.of("routes"))) {
      for (Path file : (Iterable<Path>) files.filter(Files::isRegularFile)::iterator) {
        Path copy = routes.resolve(Path.of("routes").relativize(file).toString());
        Files.createDirectories(copy.getParent());
        Files.copy(file, copy);
      }
    }
    Path mappings = Files.createDirectories(routes.resolve("mappings/short"));
    Files.writeString(mappings.resolve("signIns.jslt"), "error(\"no\")");
    Files.writeString(mappings.resolve("directoryAudits.jslt"), "{\"id\": .id}");
    Path settings = work.resolve("config/application.yaml");
    Files.writeString(settings, Files.readString(settings).replace("[vendor]", "[short]"));
    try (Simulator simulator = Simulator.start(tenant().build())) {
      simulator.writeConfig(work.resolve("config"));
      assertThat(collect("--json", "--routes", routes.toString())).isEqualTo(3);
      String name = simulator.tenants().get(0).name();
      assertThat(err.toString())
          .contains(
              name + "/signIns: 300 records were not delivered but set aside; the log says why.\n")
          .doesNotContain(name + "/directoryAudits: ");
      assertThat(json().path("parked").asLong()).isEqualTo(300);
    }
  }

  @Test
  void aFileThatIsWrongIsNamedAndTheOthersAreCollected() throws IOException {
    try (Simulator simulator = Simulator.start(tenant().build())) {
      simulator.writeConfig(work.resolve("config"));
      Path wrong = work.resolve("config/integrations/fabrikam.yaml");
      Files.writeString(wrong, "display-name: Fabrikam\ntenant-id: 12\n");
      assertThat(collect("--json")).isEqualTo(2);
      assertThat(err.toString()).contains(wrong + ":2: tenant-id: ");
      assertThat(json().path("configuration").toString()).contains("fabrikam.yaml:2");
      assertThat(lines()).isEqualTo(600);
    }
  }

  @Test
  void aDirectoryThatAnotherProcessHasIsRefused() {
    DataDirectory taken = DataDirectory.take(work.resolve("data"), "run");
    try (taken) {
      assertThat(collect()).isEqualTo(2);
      assertThat(err)
          .hasToString(
              "the data directory "
                  + work.resolve("data")
                  + " is in use by process "
                  + ProcessHandle.current().pid()
                  + " (run): only one run, collect or demo works on it at a time. Stop that one, or"
                  + " give this one a directory of its own with --data.\n");
    }
  }

  @Test
  void withoutIntegrationsItSaysWhereTheyGo() {
    assertThat(collect()).isEqualTo(2);
    assertThat(err)
        .hasToString(
            work.resolve("config/integrations")
                + ": there is no integration. Put a file there for each tenant: NAME.yaml, as its"
                + " README.md shows.\n");
  }

  @Test
  void withoutASinkItSaysSo() throws IOException {
    Files.writeString(
        work.resolve("config/application.yaml"),
        Files.readString(work.resolve("config/application.yaml"))
            + "  sinks: {files: {enabled: false}}\n");
    try (Simulator simulator = Simulator.start(tenant().build())) {
      simulator.writeConfig(work.resolve("config"));
      assertThat(collect()).isEqualTo(3);
      assertThat(err.toString())
          .contains(
              "No sink is on: what was collected waits in the outbox. Set"
                  + " relay.sinks.files.enabled: true\n");
    }
  }

  @Test
  void routesThatCannotStartAreNamed() throws IOException {
    Path routes = work.resolve("routes");
    Files.createDirectories(routes.resolve("kamelets"));
    Path file = routes.resolve("broken.camel.yaml");
    Files.writeString(file, "- route:\n    id: broken\n    frm:\n      uri: direct:broken\n");
    assertThat(collect("--routes", routes.toString())).isEqualTo(2);
    assertThat(err)
        .hasToString(
            file
                + ":2: [route-id] the id broken does not say what the route belongs to. Write"
                + " <report>.<stage>, flow.<stage> or sink.<name>.\n"
                + file
                + ":4: [direct] no route reads from direct:broken. Known here: .\n");

    assertThat(collect("--routes", work.resolve("none").toString())).isEqualTo(2);
    assertThat(err)
        .hasToString(
            work.resolve("none") + ": [files] it can't be read as a folder. Check --routes.\n");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--to 2026-03-01 | --to needs --from.",
        "--from yesterday | --from: yesterday is not a time. Write 2026-03-01T00:00:00Z,"
            + " 2026-03-01T01:00:00+01:00 or 2026-03-01.",
        "--from 2026-03-01 --to 2026-02-28T00:00:00+00:00 | --from 2026-03-01T00:00:00Z is not"
            + " before --to 2026-02-28T00:00:00Z.",
        "--from 2199-01-01 --to 2199-01-02 | --from 2199-01-01T00:00:00Z lies in the future.",
        "--from 2020-01-01 | --from 2020-01-01T00:00:00Z is older than relay.collect.remember (1h):"
            + " what was taken of that span may be forgotten, and would come out a second time. To"
            + " read it all the same, add --again.",
        "--timeout 10 | --timeout: 10 has no unit. Write 90s, 10m or 2h.",
        "--timeout soon | --timeout: soon is not a duration. Write 90s, 10m or 2h.",
      })
  void optionsThatMakeNoSenseAreRefused(String options, String message) {
    assertThat(collect(options.split(" "))).isEqualTo(2);
    assertThat(err).hasToString(message + "\nSee entra-relay collect --help\n");
    assertThat(work.resolve("data")).doesNotExist();
  }

  @Test
  void progressIsTheShareOfTheSpansThatIsRead() {
    assertThat(Progress.line(1_000, 1_000, 0, Duration.ofSeconds(2)))
        .isEqualTo("0% done, 0 records, 0 records/s, time left not known");
    assertThat(Progress.line(1_000, 250, 30_000, Duration.ofSeconds(90)))
        .isEqualTo("75% done, 30,000 records, 333 records/s, about 30s left");
    assertThat(Progress.line(0, 0, 5, Duration.ofSeconds(1)))
        .isEqualTo("100% done, 5 records, 5 records/s, about 0s left");
  }
}
