package io.entrarelay.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.entrarelay.relay.QuickRelay;
import io.entrarelay.relay.Relay;
import io.entrarelay.relay.RoutesFolder;
import io.entrarelay.simulator.Simulator;
import io.entrarelay.simulator.SimulatorOptions;
import io.entrarelay.state.Postgres;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Dead letters and replays from the command line, beside a relay that runs and without one: what a
 * repaired mapping makes of the letters goes to the sinks of that form, once; a replay is written
 * into files of its own.
 */
@Timeout(300)
class DeadLettersIT {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String BROKEN =
      "if (.status.errorCode != 0) error(\"no \" + .userPrincipalName) else {\"id\": .id}\n";
  private static final String REPAIRED =
      "{\"id\": .id, \"tenant\": $integration, \"at\": $collectedAt, \"revision\": $revision}\n";

  @TempDir
  @SuppressWarnings("NullAway.Init") // JUnit sets it
  private Path folder;

  @SuppressWarnings("NullAway.Init") // set before each test
  private RoutesFolder routes;

  @SuppressWarnings("NullAway.Init") // set before each test
  private Simulator simulator;

  private StringWriter out = new StringWriter();
  private StringWriter err = new StringWriter();

  @BeforeEach
  void start() throws IOException {
    routes = RoutesFolder.copy(folder);
    simulator =
        Simulator.start(
            SimulatorOptions.builder()
                .scheme("http")
                .records(300)
                .span(Duration.ofMinutes(5))
                .rate(0)
                .late(0)
                .revised(0)
                .throttle(false)
                .build());
    simulator.writeConfig(folder.resolve("config"));
    routes.edit("4. "); // a second sink, short, with a form of its own
    settings("[vendor, short]", "1h");
    routes.put("routes/mappings/short/signIns.jslt", BROKEN);
  }

  private void settings(String forms, String retention) throws IOException {
    routes.put(
        "config/application.yaml",
        """
        relay:
          forms: %s
          outbox:
            retention: %s
        """
            .formatted(forms, retention));
  }

  @AfterEach
  void stop() {
    simulator.close();
  }

  private Relay relay() {
    Map<String, Object> settings = QuickRelay.settings();
    settings.remove("relay.forms"); // the file says which
    return QuickRelay.start(folder, routes.routes(), settings);
  }

  private Relay collected() {
    Relay relay = relay();
    QuickRelay.awaitTaken(relay, 300);
    return relay;
  }

  private int command(String... command) {
    out = new StringWriter();
    err = new StringWriter();
    List<String> arguments = new ArrayList<>(List.of(command));
    arguments.addAll(
        List.of(
            "--config", folder.resolve("config").toString(),
            "--data", folder.resolve("data").toString(),
            "--routes", routes.routes().toString()));
    return EntraRelay.commandLine()
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(arguments.toArray(String[]::new));
  }

  private JsonNode json(int exitCode, String... command) throws IOException {
    List<String> arguments = new ArrayList<>(List.of(command));
    arguments.add("--json");
    assertThat(command(arguments.toArray(String[]::new))).as("%s%s", out, err).isEqualTo(exitCode);
    return JSON.readTree(out.toString());
  }

  /** The lines of finished files under a directory of the data, by the text that a name holds. */
  private List<JsonNode> lines(String directory, String named) throws IOException {
    Path root = folder.resolve("data").resolve(directory);
    if (!Files.isDirectory(root)) {
      return List.of();
    }
    List<JsonNode> lines = new ArrayList<>();
    try (Stream<Path> files = Files.walk(root)) {
      files
          .filter(file -> file.toString().endsWith(named + ".ndjson"))
          .forEach(file -> read(file, lines));
    }
    return lines;
  }

  private static void read(Path file, List<JsonNode> lines) {
    try {
      for (String line : Files.readAllLines(file)) {
        lines.add(JSON.readTree(line));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<String> ids(List<JsonNode> lines, String pointer) {
    return lines.stream().map(line -> line.at(pointer).asText()).sorted().toList();
  }

  private String shown(long id) {
    PrintStream before = System.out;
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    System.setOut(new PrintStream(bytes, true, UTF_8));
    try {
      assertThat(command("dead-letters", "show", Long.toString(id))).isZero();
    } finally {
      System.setOut(before);
    }
    return bytes.toString(UTF_8);
  }

  @Test
  void aRepairedMappingDeliversTheLettersToTheSinksOfItsFormOnce() throws Exception {
    List<JsonNode> vendor;
    int failed;
    JsonNode letters;
    try (Relay relay = collected()) {
      assertThat(relay.deliver(Duration.ofSeconds(90))).isTrue();
      vendor = lines("out/vendor/signIns", "");
      assertThat(vendor).hasSize(300);
      failed =
          (int)
              vendor.stream()
                  .filter(line -> line.at("/properties/status/errorCode").asInt() != 0)
                  .count();
      assertThat(failed).isGreaterThan(2);

      letters = json(0, "dead-letters", "list", "--stage", "mapping.short");
      assertThat(letters.path("letters")).hasSize(failed);
      assertThat(letters.at("/stages/0/stage").asText()).isEqualTo("mapping.short");
      assertThat(letters.at("/stages/0/letters").asInt()).isEqualTo(failed);
      // what the mapping says quotes the record: it is shown by show only
      assertThat(command("dead-letters", "list", "--report", "signIns")).isZero();
      assertThat(out.toString())
          .contains("mapping.short contoso/signIns ", "short/signIns.jslt")
          .doesNotContain("no ")
          .endsWith(": mapping.short " + failed + ".\n");
      assertThat(command("dead-letters", "list", "--report", "directoryAudits")).isZero();
      assertThat(out).hasToString("No dead letters.\n");

      long first = letters.at("/letters/0/id").asLong();
      JsonNode record = JSON.readTree(shown(first));
      assertThat(vendor).extracting(line -> line.at("/properties")).contains(record);
      assertThat(err.toString()).contains("no " + record.path("userPrincipalName").asText());

      // the mapping that runs fails again
      JsonNode retried = json(3, "dead-letters", "retry", "--stage", "mapping.short");
      assertThat(retried.path("retried").asInt()).isZero();
      assertThat(retried.path("kept").asInt()).isEqualTo(failed);
      assertThat(retried.path("named")).hasSize(Math.min(5, failed));
      assertThat(command("dead-letters", "retry", Long.toString(first), "999999")).isEqualTo(3);
      assertThat(err.toString())
          .contains(
              "999999 stays: there is no such letter among those that are meant.",
              first + " stays: a record could not be mapped by ",
              ". Correct the mapping, restart, and try again.");
      assertThat(json(0, "dead-letters", "list").at("/letters/0").path("times").asInt())
          .isEqualTo(3);
      assertThat(json(0, "dead-letters", "drop", Long.toString(first)).path("dropped").asInt())
          .isEqualTo(1);
      assertThat(json(3, "dead-letters", "drop", Long.toString(first)).path("missing").get(0))
          .hasToString(Long.toString(first));
    }
    routes.put("routes/mappings/short/signIns.jslt", REPAIRED);
    long second = letters.at("/letters/1/id").asLong();
    // without a relay, and then by the one that runs
    assertThat(json(0, "dead-letters", "retry", Long.toString(second)).path("retried").asInt())
        .isEqualTo(1);
    try (Relay relay = relay()) {
      await()
          .atMost(Duration.ofSeconds(90))
          .until(() -> lines("short/short/signIns", "").size() == 300 - failed + 1);
      assertThat(json(0, "dead-letters", "retry", "--all").path("retried").asInt())
          .isEqualTo(failed - 2);
      assertThat(json(0, "dead-letters", "list").path("letters")).isEmpty();
      assertThat(relay.deliver(Duration.ofSeconds(90))).isTrue();
    }
    String dropped = letters.at("/letters/0/id").asText();
    assertThat(dropped).isNotEmpty();
    List<JsonNode> brief = lines("short/short/signIns", "");
    assertThat(ids(brief, "/id")).doesNotHaveDuplicates().hasSize(299);
    assertThat(ids(vendor, "/properties/id")).containsAll(ids(brief, "/id"));
    Map<String, String> collectedAt = new HashMap<>();
    vendor.forEach(
        line ->
            collectedAt.put(
                line.at("/properties/id").asText(), line.at("/relay/collectedAt").asText()));
    assertThat(brief)
        .filteredOn(line -> line.has("at"))
        .hasSize(failed - 1)
        .allSatisfy(
            line -> {
              assertThat(java.time.Instant.parse(line.get("at").asText()))
                  .isEqualTo(collectedAt.get(line.get("id").asText()));
              assertThat(line.get("tenant").asText()).isEqualTo("contoso");
              assertThat(line.get("revision").asInt()).isZero();
            });
    // and in the other sink nothing has come twice
    assertThat(lines("out/vendor/signIns", "")).hasSize(300);
  }

  @Test
  void aRecordThatFailsInEveryFormIsALetterOfEachAndLeavesInEach() throws Exception {
    routes.put("routes/mappings/brief/signIns.jslt", BROKEN);
    routes.put("routes/mappings/brief/directoryAudits.jslt", "{\"id\": .id}\n");
    settings("[short, brief]", "0s");
    routes.put(
        "routes/sinks/files.camel.yaml",
        Files.readString(routes.routes().resolve("sinks/files.camel.yaml"))
            .replace("forms: vendor", "forms: brief"));
    int failed;
    try (Relay relay = collected()) {
      assertThat(relay.deliver(Duration.ofSeconds(90))).isTrue();
      JsonNode letters = json(0, "dead-letters", "list");
      failed = letters.at("/stages/0/letters").asInt();
      assertThat(failed).isPositive();
      assertThat(letters.path("stages")).hasSize(2);
      assertThat(letters.path("letters")).hasSize(2 * failed);
    }
    routes.put("routes/mappings/brief/signIns.jslt", REPAIRED);
    JsonNode retried = json(3, "dead-letters", "retry", "--all");
    assertThat(retried.path("retried").asInt()).isEqualTo(failed);
    assertThat(retried.path("kept").asInt()).isEqualTo(failed);
    try (Relay relay = relay()) {
      assertThat(relay.deliver(Duration.ofSeconds(90))).isTrue();
    }
    assertThat(ids(lines("out/brief/signIns", ""), "/id")).doesNotHaveDuplicates().hasSize(300);
    assertThat(lines("short/short/signIns", "")).hasSize(300 - failed);
  }

  @Test
  void aReplayComesInFilesOfItsOwnAndSaysWhatIsNotKept() throws Exception {
    routes.put("routes/mappings/short/signIns.jslt", REPAIRED);
    try (Relay relay = collected()) {
      assertThat(relay.deliver(Duration.ofSeconds(90))).isTrue();
      List<String> before = ids(lines("out/vendor", ""), "/properties/id");
      String today = java.time.Instant.now().minusSeconds(1_800).toString();
      JsonNode replay = json(0, "sink", "replay", "files", "--from", today);
      assertThat(replay.path("records")).hasToString("{\"vendor\":600}");
      assertThat(replay.get("retainedSince").isNull()).isTrue();
      await().atMost(Duration.ofSeconds(90)).until(() -> lines("out/vendor", "-r1").size() == 600);
      assertThat(ids(lines("out/vendor", "-r1"), "/properties/id").equals(before)).isTrue();
      JsonNode list = json(0, "sink", "list");
      assertThat(list.at("/sinks/0/sink").asText()).isEqualTo("files");
      assertThat(list.at("/sinks/0/replays").asInt()).isEqualTo(1);
      assertThat(list.at("/sinks/1/replays").asInt()).isZero();
      assertThat(list.get("running").asText()).contains("(run)");
      assertThat(command("sink", "replay", "kafka", "--from", today)).isEqualTo(2);
      assertThat(err).hasToString("there is no sink kafka. There are: files, short.\n");
      assertThat(command("sink", "replay", "files", "--from", "yesterday")).isEqualTo(2);
    }
    // and without a relay, from before what is kept
    assertThat(command("sink", "replay", "short", "--from", "2026-01-01")).isEqualTo(3);
    assertThat(out).hasToString("Sink short sends 600 records again: short 600.\n");
    assertThat(err.toString())
        .startsWith("Of what was collected between 2026-01-01T00:00:00Z and ")
        .contains(" only a part may be there: relay.outbox.retention is 1h.");
    assertThat(command("sink", "list")).isZero();
    assertThat(out.toString())
        .startsWith("No relay runs on ")
        .containsPattern("short +600 +\\S+B +20\\S+Z +1  short\n");
    try (Relay relay = relay()) {
      assertThat(relay.deliver(Duration.ofSeconds(90))).isTrue();
    }
    assertThat(lines("short/short", "-r1")).hasSize(600);
    assertThat(lines("short/short", "")).hasSize(1200);
  }

  @Test
  void theSameOnPostgresFromAnyMachine() throws Exception {
    Postgres.Database database = Postgres.database();
    routes.put(
        "config/application.yaml",
        Files.readString(folder.resolve("config/application.yaml"))
            + """
              state:
                url: %s
                user: %s
                password: %s
            """
                .formatted(database.url(), database.user(), database.password())
                .indent(0));
    String from = java.time.Instant.now().minusSeconds(1_800).toString();
    int failed;
    try (Relay relay = collected()) {
      assertThat(relay.deliver(Duration.ofSeconds(90))).isTrue();
      failed = json(0, "dead-letters", "list").path("letters").size();
      assertThat(failed).isPositive();
      assertThat(json(3, "dead-letters", "retry", "--all").path("kept").asInt()).isEqualTo(failed);
      assertThat(json(0, "sink", "replay", "files", "--from", from).path("records"))
          .hasToString("{\"vendor\":600}");
      await().atMost(Duration.ofSeconds(90)).until(() -> lines("out/vendor", "-r1").size() == 600);
      assertThat(json(0, "sink", "list").get("running").asText()).isNotEmpty();
    }
    routes.put("routes/mappings/short/signIns.jslt", REPAIRED);
    assertThat(json(0, "dead-letters", "retry", "--all").path("retried").asInt()).isEqualTo(failed);
    try (Relay relay = relay()) {
      assertThat(relay.deliver(Duration.ofSeconds(90))).isTrue();
    }
    assertThat(ids(lines("short/short/signIns", ""), "/id")).doesNotHaveDuplicates().hasSize(300);
  }

  @Test
  void whatIsMeantHasToBeSaidAndBeThere() {
    assertThat(command("dead-letters", "drop")).isEqualTo(2);
    assertThat(err.toString())
        .startsWith("Say which: numbers, --stage, --integration, --report or --all.\n");
    assertThat(command("dead-letters", "drop", "--all", "3")).isEqualTo(2);
    assertThat(command("dead-letters")).isEqualTo(2);
    assertThat(command("sink")).isEqualTo(2);
    assertThat(command("dead-letters", "list")).isEqualTo(2);
    assertThat(err)
        .hasToString(
            folder.resolve("data/state/relay.db")
                + " is missing: nothing was collected here yet. Name the data directory with"
                + " --data.\n");
  }
}
