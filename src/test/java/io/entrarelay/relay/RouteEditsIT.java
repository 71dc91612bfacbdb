package io.entrarelay.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.entrarelay.CapturedLog;
import io.entrarelay.collect.Collector;
import io.entrarelay.collect.Feed;
import io.entrarelay.routes.RoutesException;
import io.entrarelay.simulator.Simulator;
import io.entrarelay.simulator.SimulatorOptions;
import io.entrarelay.simulator.Truth;
import io.entrarelay.sink.SinkWorker;
import io.entrarelay.state.Tally;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What routes/README.md promises an engineer: each of its edits does what it says, and edits that
 * swallow errors or drop records lose none.
 */
@Timeout(300)
class RouteEditsIT {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final long RECORDS = 300;

  @TempDir
  @SuppressWarnings("NullAway.Init") // JUnit sets it
  private Path folder;

  @SuppressWarnings("NullAway.Init") // set before each test
  private RoutesFolder routes;

  @SuppressWarnings("NullAway.Init") // set before each test
  private Simulator simulator;

  @BeforeEach
  void start() throws IOException {
    routes = RoutesFolder.copy(folder);
    simulate(0);
  }

  private void simulate(double rate) throws IOException {
    simulate(rate, List.of("signIns", "directoryAudits"));
  }

  private void simulate(double rate, List<String> reports) throws IOException {
    if (simulator != null) {
      simulator.close();
    }
    simulator =
        Simulator.start(
            SimulatorOptions.builder()
                .scheme("http")
                .seed(7)
                .reports(reports)
                .records(RECORDS)
                .span(Duration.ofMinutes(5))
                .rate(rate)
                .late(0)
                .revised(0)
                .throttle(false)
                .build());
    simulator.writeConfig(folder.resolve("config"));
  }

  @AfterEach
  void stop() {
    simulator.close();
  }

  private Relay relay() {
    Map<String, Object> settings = QuickRelay.settings();
    if (Files.exists(folder.resolve("config/application.yaml"))) {
      settings.remove("relay.collect.every");
      settings.remove("relay.forms");
    }
    return QuickRelay.start(folder, routes.routes(), settings);
  }

  /** A window that met another on the same page is read again: that is no problem that stays. */
  private static boolean isWell(Relay relay) {
    return relay.feeds().stream().allMatch(feed -> feed.problem() == null);
  }

  /** Collects until all that the simulator has shown is read, and delivers it. */
  private void collectAll() throws InterruptedException {
    try (Relay relay = relay()) {
      await()
          .atMost(Duration.ofSeconds(90))
          .until(
              () ->
                  taken(relay, "signIns") + taken(relay, "directoryAudits") >= shown()
                      && isWell(relay));
      relay.collector().stop();
      assertThat(relay.deliver(Duration.ofSeconds(90))).isTrue();
    }
  }

  private long shown() {
    return ids("signIns").size() + ids("directoryAudits").size();
  }

  private Set<String> ids(String report) {
    String tenant = simulator.tenants().get(0).tenantId();
    return simulator
        .truth()
        .records(tenant, report)
        .map(Truth.Entry::id)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static Tally tally(Relay relay, String report) {
    return relay.feeds().stream()
        .filter(feed -> feed.report().getName().equals(report))
        .flatMap(feed -> feed.tally().values().stream())
        .reduce(Tally.NONE, Tally::plus);
  }

  private static long taken(Relay relay, String report) {
    return tally(relay, report).taken();
  }

  private List<JsonNode> lines(String directory) {
    Path out = folder.resolve("data").resolve(directory);
    if (!Files.isDirectory(out)) {
      return List.of();
    }
    try (Stream<Path> files = Files.walk(out)) {
      return files
          .filter(file -> file.toString().endsWith(".ndjson"))
          .sorted()
          .flatMap(RouteEditsIT::read)
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Stream<JsonNode> read(Path file) {
    try {
      List<JsonNode> lines = new java.util.ArrayList<>();
      for (String line : Files.readAllLines(file)) {
        lines.add(JSON.readTree(line));
      }
      return lines.stream();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private List<String> idsIn(String directory) {
    return lines(directory).stream()
        .map(line -> line.at("/properties/id").asText())
        .sorted()
        .toList();
  }

  private void everyRecordOnce() {
    assertThat(idsIn("out/vendor/signIns")).containsExactlyElementsOf(ids("signIns"));
    assertThat(idsIn("out/vendor/directoryAudits"))
        .containsExactlyElementsOf(ids("directoryAudits"));
  }

  @Test
  void schedule() throws Exception {
    simulate(20);
    routes.edit("1. ");
    try (Relay relay = relay()) {
      await()
          .atMost(Duration.ofSeconds(90))
          .until(() -> taken(relay, "signIns") > 0 && taken(relay, "directoryAudits") > 0);
      long signIns = ids("signIns").size();
      long audits = ids("directoryAudits").size();
      await()
          .atMost(Duration.ofSeconds(90))
          .until(() -> ids("directoryAudits").size() > audits + 5);
      await().atMost(Duration.ofSeconds(90)).until(() -> taken(relay, "signIns") > signIns + 5);
      assertThat(taken(relay, "directoryAudits")).isLessThanOrEqualTo(audits);
      relay.collector().stop();
      assertThat(relay.deliver(Duration.ofSeconds(90))).isTrue();
      assertThat(idsIn("out/vendor/signIns").size()).isGreaterThan((int) signIns + 5);
      assertThat(idsIn("out/vendor/directoryAudits").size()).isLessThanOrEqualTo((int) audits);
    }
  }

  @Test
  void filterBeforeOneSinkAndDropByName() throws Exception {
    routes.put(
        "routes/sinks/all.camel.yaml",
        Files.readString(routes.routes().resolve("sinks/files.camel.yaml"))
            .replace("sink.files", "sink.all")
            .replace("sink: files", "sink: all")
            .replace("\"{{relay.sinks.files.directory}}\"", "all"));
    routes.edit("2. ");
    collectAll();

    assertThat(lines("out/vendor/signIns"))
        .isNotEmpty()
        .allSatisfy(
            line -> assertThat(line.at("/properties/status/errorCode").asInt()).isNotZero());
    assertThat(lines("out/vendor/directoryAudits"))
        .isNotEmpty()
        .allSatisfy(
            line -> assertThat(line.at("/properties/result").asText()).isNotEqualTo("success"));
    assertThat(lines("all/vendor/directoryAudits")).hasSameSizeAs(ids("directoryAudits"));
    // dropped by name: in no sink
    assertThat(lines("all/vendor/signIns")).hasSameSizeAs(lines("out/vendor/signIns"));
    try (Relay again = relay()) {
      Tally tally = tally(again, "signIns");
      assertThat(tally.dropped())
          .isEqualTo(ids("signIns").size() - lines("all/vendor/signIns").size());
    }
  }

  @Test
  void filterLeavesOtherSinksAlone() throws Exception {
    Path sink = routes.routes().resolve("sinks/files.camel.yaml");
    String shipped = Files.readString(sink);
    routes.edit("2. ");
    Files.copy(
        Path.of("routes/flow/forms.camel.yaml"),
        routes.routes().resolve("flow/forms.camel.yaml"),
        java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    routes.put(
        "routes/sinks/all.camel.yaml",
        shipped
            .replace("sink.files", "sink.all")
            .replace("sink: files", "sink: all")
            .replace("\"{{relay.sinks.files.directory}}\"", "all"));
    collectAll();

    assertThat(idsIn("all/vendor/signIns")).containsExactlyElementsOf(ids("signIns"));
    List<String> failed =
        lines("all/vendor/signIns").stream()
            .filter(line -> line.at("/properties/status/errorCode").asInt() != 0)
            .map(line -> line.at("/properties/id").asText())
            .sorted()
            .toList();
    assertThat(idsIn("out/vendor/signIns")).isNotEmpty().isEqualTo(failed);
  }

  @Test
  void propertyDroppedBeforeASink() throws Exception {
    routes.edit("3. ");
    collectAll();

    everyRecordOnce();
    assertThat(lines("out/vendor/signIns"))
        .allSatisfy(
            line -> {
              assertThat(line.has("callerIpAddress")).isFalse();
              assertThat(line.get("properties").has("ipAddress")).isFalse();
              assertThat(line.get("properties").has("userPrincipalName")).isTrue();
            });
    assertThat(lines("out/vendor/directoryAudits"))
        .allSatisfy(
            line -> {
              assertThat(line.has("callerIpAddress")).isFalse();
              assertThat(line.at("/properties/initiatedBy/user/ipAddress").isMissingNode())
                  .isTrue();
            });
  }

  @Test
  void secondFileSinkWithAnotherForm() throws Exception {
    routes.edit("4. ");
    collectAll();

    everyRecordOnce();
    assertThat(folder.resolve("data/out/short")).doesNotExist();
    assertThat(folder.resolve("data/short/vendor")).doesNotExist();
    assertThat(lines("short/short/signIns"))
        .hasSameSizeAs(ids("signIns"))
        .allSatisfy(
            line -> {
              assertThat(line.get("what").asText()).startsWith("signed in to ");
              assertThat(line.get("tenant").asText()).isEqualTo(simulator.tenants().get(0).name());
            });
    assertThat(lines("short/short/directoryAudits")).hasSameSizeAs(ids("directoryAudits"));
  }

  @Test
  void anotherReport() throws Exception {
    simulate(0, List.of("signIns", "directoryAudits", "servicePrincipalRiskDetections"));
    routes.edit("5. ");
    try (Relay relay = relay()) {
      Set<String> ids = ids("servicePrincipalRiskDetections");
      assertThat(ids).isNotEmpty();
      await()
          .atMost(Duration.ofSeconds(90))
          .until(
              () -> taken(relay, "servicePrincipalRiskDetections") >= ids.size() && isWell(relay));
      relay.collector().stop();
      assertThat(relay.deliver(Duration.ofSeconds(90))).isTrue();
      assertThat(idsIn("out/vendor/servicePrincipalRiskDetections")).containsExactlyElementsOf(ids);
    }
    assertThat(lines("out/vendor/servicePrincipalRiskDetections"))
        .allSatisfy(
            line -> {
              JsonNode record = line.get("properties");
              assertThat(line.get("category").asText()).isEqualTo("ServicePrincipalRiskEvents");
              assertThat(line.get("time")).isEqualTo(record.get("activityDateTime"));
              assertThat(line.get("identity")).isEqualTo(record.get("servicePrincipalDisplayName"));
            });
  }

  @Test
  void aReportThatAFormHasNoMappingForLeavesInTheOthersOrSaysWhyNot() throws Exception {
    simulate(0, List.of("signIns", "directoryAudits", "provisioning"));
    routes.edit("4. ");
    try (Relay relay = relay()) {
      await()
          .atMost(Duration.ofSeconds(90))
          .until(
              () ->
                  taken(relay, "signIns") + taken(relay, "provisioning") >= 2 * RECORDS
                      && isWell(relay));
      relay.collector().stop();
      assertThat(relay.deliver(Duration.ofSeconds(90))).isTrue();
    }
    assertThat(lines("short/short/signIns")).hasSize((int) RECORDS);
    assertThat(lines("short/short/provisioning")).isEmpty();
    assertThat(idsIn("out/vendor/provisioning")).containsExactlyElementsOf(ids("provisioning"));

    routes.put("config/application.yaml", "relay:\n  forms: [short]\n");
    routes.put(
        "routes/sinks/files.camel.yaml",
        Files.readString(Path.of("routes/sinks/files.camel.yaml")));
    try (Relay relay = relay()) {
      assertThat(relay.feeds())
          .filteredOn(feed -> feed.report().getName().equals("provisioning"))
          .singleElement()
          .extracting(Feed::problem)
          .extracting(Feed.Problem::message, STRING)
          .isEqualTo(
              "none of relay.forms (short) can be made of provisioning. Add vendor to relay.forms,"
                  + " or create "
                  + routes.routes().resolve("mappings/short/provisioning.jslt"));
    }
  }

  @Test
  void recordThatAMappingFailsWithLeavesInVendorFormAndIsKeptWithTheReason() throws Exception {
    routes.edit("4. ");
    routes.put(
        "routes/mappings/short/signIns.jslt",
        """
        if (.status.errorCode != 0) error("no " + .userPrincipalName) else {"id": .id}
        """);
    collectAll();

    everyRecordOnce();
    long failed =
        lines("out/vendor/signIns").stream()
            .filter(line -> line.at("/properties/status/errorCode").asInt() != 0)
            .count();
    assertThat(failed).isPositive();
    assertThat(lines("short/short/signIns")).hasSize((int) (ids("signIns").size() - failed));
    try (Connection state =
            DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("data/state/relay.db"));
        Statement query = state.createStatement();
        ResultSet parked = query.executeQuery("SELECT stage, reason FROM dead_letter")) {
      int rows = 0;
      while (parked.next()) {
        rows++;
        assertThat(parked.getString("stage")).isEqualTo("mapping.short");
        assertThat(parked.getString("reason")).contains("short/signIns.jslt").contains("no ");
      }
      assertThat(rows).isEqualTo((int) failed);
    }
  }

  @Test
  void settingsOfTheFileReachTheRoutesInTheWordsThatCamelTakes() throws Exception {
    routes.put(
        "config/application.yaml",
        """
        relay:
          collect:
            every: 1s
        own:
          directory: mine
        """);
    routes.put(
        "routes/sinks/files.camel.yaml",
        Files.readString(routes.routes().resolve("sinks/files.camel.yaml"))
            .replace("{{relay.sinks.files.directory}}", "{{own.directory}}"));
    collectAll();
    assertThat(idsIn("mine/vendor/signIns")).containsExactlyElementsOf(ids("signIns"));
  }

  @Test
  void faultyRoutesDontStart() throws Exception {
    routes.put(
        "routes/flow/page.camel.yaml",
        Files.readString(routes.routes().resolve("flow/page.camel.yaml"))
            .replace("direct:flow.forms", "direct:flow.form"));
    assertThatThrownBy(this::relay)
        .isInstanceOf(RoutesException.class)
        .hasMessage(
            routes.routes()
                + "/flow/page.camel.yaml:16: [direct] no route reads from direct:flow.form."
                + " Did you mean flow.forms?");
  }

  /** Collects with a harmful edit: nothing is taken, the slices stay open, the route is named. */
  private void keepsOpen(String... named) throws InterruptedException {
    try (Relay relay = relay()) {
      await()
          .atMost(Duration.ofSeconds(90))
          .untilAsserted(
              () -> {
                assertThat(relay.feeds()).hasSize(2);
                for (Feed feed : relay.feeds()) {
                  assertThat(feed.problem())
                      .isNotNull()
                      .extracting(Feed.Problem::code)
                      .isEqualTo("unaccounted");
                  assertThat(feed.problem())
                      .extracting(Feed.Problem::message, STRING)
                      .contains(named);
                }
              });
      for (Feed feed : relay.feeds()) {
        assertThat(feed.missing(System.currentTimeMillis()).isEmpty()).isFalse();
      }
      relay.collector().stop();
      relay.deliver(Duration.ofSeconds(5));
      assertThat(lines("out")).isEmpty();
    }
  }

  private void repaired(String file) throws Exception {
    Files.copy(
        Path.of("routes").resolve(file),
        routes.routes().resolve(file),
        java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    collectAll();
    everyRecordOnce();
  }

  @Test
  void filterThatKeepsPagesFromTheirCommit() throws Exception {
    routes.put(
        "routes/flow/page.camel.yaml",
        """
              steps:
                - bean:
                    ref: poll
                    method: setRepeatedApart
                - to:
                    uri: direct:flow.forms
                - filter:
                    expression:
                      simple:
                        expression: ${body.size} == 0
                    steps:
                      - bean:
                          ref: poll
                          method: commit
        """
            .indent(0));
    keepsOpen("flow.page", "page-drop-action");
    repaired("flow/page.camel.yaml");
  }

  @Test
  void catchThatSwallowsAFailure() throws Exception {
    routes.put(
        "routes/flow/forms.camel.yaml",
        """
              steps:
                - doTry:
                    steps:
                      - throwException:
                          exceptionType: java.lang.IllegalStateException
                          message: no luck
                      - bean:
                          ref: forms
                          method: write
                    doCatch:
                      - exception:
                          - java.lang.Exception
                        steps:
                          - log:
                              message: never mind
        """
            .indent(0));
    keepsOpen("flow.forms", "swallows an error");
    repaired("flow/forms.camel.yaml");
  }

  @Test
  void dropConditionThatCantBeTold() throws Exception {
    routes.edit("2. ");
    Path forms = routes.routes().resolve("flow/forms.camel.yaml");
    Files.writeString(forms, Files.readString(forms).replaceFirst("when: .*", "when: .id < 3"));
    Files.copy(
        Path.of("routes/sinks/files.camel.yaml"),
        routes.routes().resolve("sinks/files.camel.yaml"),
        java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    keepsOpen("flow.forms.successes");
    repaired("flow/forms.camel.yaml");
  }

  @Test
  void filterConditionThatCantBeTold() throws Exception {
    routes.edit("2. ");
    Path sink = routes.routes().resolve("sinks/files.camel.yaml");
    Files.writeString(
        sink,
        Files.readString(sink).replaceFirst("keep: >-\n.*\n.*\n", "keep: .properties.id < 3\n"));
    Files.copy(
        Path.of("routes/flow/forms.camel.yaml"),
        routes.routes().resolve("flow/forms.camel.yaml"),
        java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    try (Relay relay = relay()) {
      await()
          .atMost(Duration.ofSeconds(90))
          .untilAsserted(
              () ->
                  assertThat(relay.outbox().workers().get("files"))
                      .extracting(SinkWorker::problem)
                      .isNotNull());
      assertThat(relay.outbox().workers().get("files"))
          .extracting(worker -> String.valueOf(worker.problem()), STRING)
          .contains(
              "the condition of page-filter-action, .properties.id < 3: it can't be told for a"
                  + " record (line 1, column 1)");
    }
    Files.copy(
        Path.of("routes/sinks/files.camel.yaml"),
        sink,
        java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    collectAll();
    everyRecordOnce();
  }

  @Test
  void dropBeforeTheRepeatedAreSetApart() throws Exception {
    routes.put(
        "routes/flow/page.camel.yaml",
        """
              steps:
                - to:
                    uri: kamelet:page-drop-action/flow.page.early
                    parameters:
                      when: .status.errorCode == 0
                      reason: successful sign-in
                - bean:
                    ref: poll
                    method: setRepeatedApart
                - to:
                    uri: direct:flow.forms
                - bean:
                    ref: poll
                    method: commit
        """
            .indent(0));
    try (Relay relay = relay();
        CapturedLog log = new CapturedLog(Collector.class)) {
      await()
          .atMost(Duration.ofSeconds(90))
          .until(
              () ->
                  log.lines()
                      .contains(
                          "ERROR "
                              + simulator.tenants().get(0).name()
                              + "/signIns: the route flow.page.early failed with a page:"
                              + " java.lang.IllegalStateException: page-drop-action stands before"
                              + " the repeated are set apart: put it into flow.forms, before the"
                              + " forms are written"));
      assertThat(relay.feeds()).allSatisfy(feed -> assertThat(feed.tally()).isEmpty());
    }
    repaired("flow/page.camel.yaml");
  }

  @Test
  void stepThatTakesTheAnswerAway() throws Exception {
    Path get = routes.routes().resolve("flow/get.camel.yaml");
    Files.writeString(
        get,
        Files.readString(get)
            .replace(
                """
                        - bean:
                            ref: poll
                            method: cut
                """
                    .indent(0),
                """
                        - setBody:
                            expression:
                              simple:
                                expression: ${null}
                        - bean:
                            ref: poll
                            method: cut
                """
                    .indent(0)));
    try (Relay relay = relay()) {
      await()
          .atMost(Duration.ofSeconds(90))
          .untilAsserted(
              () ->
                  assertThat(relay.feeds())
                      .isNotEmpty()
                      .allSatisfy(
                          feed ->
                              assertThat(feed.problem())
                                  .isNotNull()
                                  .extracting(Feed.Problem::message, STRING)
                                  .isEqualTo(
                                      "The answer has no body. Look for a step before poll.cut that"
                                          + " takes it away, or a proxy that does.")));
    }
    repaired("flow/get.camel.yaml");
  }

  @Test
  void twoRoutesUnderTheNameOfOneSink() throws Exception {
    routes.put(
        "routes/sinks/all.camel.yaml",
        Files.readString(routes.routes().resolve("sinks/files.camel.yaml"))
            .replace("sink.files", "sink.all"));
    assertThatThrownBy(this::relay)
        .isInstanceOf(StartException.class)
        .hasMessageStartingWith("The routes under " + routes.routes() + " can't be started: ")
        .hasMessageEndingWith(
            "two routes read the outbox as sink files: give each a name of its own. Correct the"
                + " file; entra-relay routes check shows all that is wrong.");
  }

  @Test
  void stepThatTakesRecordsOutOfTheForms() throws Exception {
    routes.put(
        "routes/flow/forms.camel.yaml",
        """
              steps:
                - bean:
                    ref: forms
                    method: write
                - setVariable:
                    name: gone
                    expression:
                      simple:
                        expression: ${variable.page.forms.clear}
        """
            .indent(0));
    keepsOpen("flow.forms", "drops records");
    repaired("flow/forms.camel.yaml");
  }
}
