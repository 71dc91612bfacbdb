package io.entrarelay.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.entrarelay.credential.Credential;
import io.entrarelay.credential.Pairs;
import io.entrarelay.credential.PemWriter;
import io.entrarelay.onboard.IntegrationChanges.Asked;
import io.entrarelay.relay.QuickRelay;
import io.entrarelay.relay.Relay;
import io.entrarelay.simulator.EnterpriseApplication;
import io.entrarelay.simulator.ReplicationLag;
import io.entrarelay.simulator.SimulatedTenant;
import io.entrarelay.simulator.Simulator;
import io.entrarelay.simulator.SimulatorOptions;
import io.entrarelay.simulator.TenantCondition;
import io.entrarelay.state.AuditLog.Entry;
import io.entrarelay.state.Standing;
import io.entrarelay.state.Standing.State;
import io.entrarelay.state.Tenancy;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** An integration beside a relay that runs: its states, and what people do with it. */
@Timeout(180)
class IntegrationLifeIT {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir
  @SuppressWarnings("NullAway.Init") // JUnit sets it
  private Path folder;

  @SuppressWarnings("NullAway.Init") // set before each test
  private Simulator simulator;

  private StringWriter out = new StringWriter();
  private StringWriter err = new StringWriter();

  @BeforeEach
  void start() throws IOException {
    simulator =
        Simulator.start(
            SimulatorOptions.builder()
                .scheme("https")
                .records(60)
                .span(Duration.ofMinutes(5))
                .rate(5)
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
    return QuickRelay.start(folder, Path.of("routes"), QuickRelay.settings());
  }

  private int command(String... command) {
    out = new StringWriter();
    err = new StringWriter();
    List<String> arguments = new ArrayList<>(List.of(command));
    arguments.addAll(List.of("--config", folder.resolve("config").toString()));
    arguments.addAll(List.of("--data", folder.resolve("data").toString()));
    return EntraRelay.commandLine()
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(arguments.toArray(String[]::new));
  }

  private JsonNode show() {
    assertThat(command("integration", "show", "contoso", "--json")).as(err.toString()).isZero();
    try {
      return JSON.readTree(out.toString());
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  private JsonNode awaitState(Relay relay, State state) {
    await().atMost(Duration.ofMinutes(1)).until(() -> is(relay, state));
    JsonNode shown = show();
    assertThat(shown.path("state").asText()).isEqualTo(state.words());
    return shown;
  }

  private boolean is(Relay relay, State state) {
    Tenancy tenancy = new Tenancy(contoso().tenantId(), contoso().clientId());
    Standing standing = relay.store().integrations().standing(tenancy);
    return standing != null && standing.state() == state;
  }

  private SimulatedTenant contoso() {
    return simulator.tenants().get(0);
  }

  private long pages() {
    return simulator.truth().requests();
  }

  @Test
  void itIsProvisionedThenCollectedDegradesAndComesBack() {
    simulator.condition(contoso().tenantId(), TenantCondition.CONSENT_MISSING);
    try (Relay relay = relay()) {
      await()
          .atMost(Duration.ofMinutes(1))
          .until(() -> relay.feeds().stream().allMatch(feed -> feed.problem() != null));
      await().atMost(Duration.ofMinutes(1)).until(() -> show().path("reasons").has(0));
      JsonNode waiting = awaitState(relay, State.PROVISIONING);
      assertThat(waiting.path("reasons").get(0).path("about").asText()).isEqualTo("token");
      assertThat(waiting.path("reasons").get(0).path("text").asText())
          .contains("has no service principal in tenant");
      assertThat(waiting.path("nextStep").asText())
          .containsPattern(
              "it is tried again by itself until 20\\d\\d-\\d\\d-\\d\\d \\d\\d:\\d\\d UTC");
      assertThat(command("integration", "list")).isZero();

      simulator.condition(contoso().tenantId(), TenantCondition.WELL);
      assertThat(command("integration", "refresh", "contoso")).as(err.toString()).isZero();
      awaitState(relay, State.COLLECTING);
      await() // of those before the start; more come into being all the while
          .atMost(Duration.ofMinutes(1))
          .until(
              () -> {
                Map<String, Long> taken = QuickRelayRecords.taken(relay);
                return taken.size() == 2 && taken.values().stream().allMatch(each -> each >= 60);
              });

      simulator.condition(contoso().tenantId(), TenantCondition.CONSENT_MISSING);
      simulator.expireTokens(contoso().tenantId());
      JsonNode degraded = awaitState(relay, State.DEGRADED);
      assertThat(degraded.path("reasons").get(0).path("text").asText())
          .contains("has no service principal in tenant");
      assertThat(command("integration", "list")).isEqualTo(3);
      assertThat(out.toString()).containsPattern("contoso +file +degraded .*all reports: ");

      // consent is granted again: nothing is entered anew, and there is no gap
      simulator.condition(contoso().tenantId(), TenantCondition.WELL);
      assertThat(command("integration", "refresh", "contoso")).isZero();
      awaitState(relay, State.COLLECTING);
      simulator.stopLive();
      QuickRelayRecords.awaitTaken(relay, simulator);
      List<String> states = new ArrayList<>();
      show().path("history").forEach(each -> states.add(0, each.path("state").asText()));
      assertThat(states)
          .startsWith("provisioning")
          .containsSubsequence("provisioning", "collecting", "degraded", "collecting");
    }
  }

  @Test
  void aConsentThatSpreadsSlowlyIsWaitedForStepByStep() {
    EnterpriseApplication application =
        simulator.enterpriseApplication(contoso().tenantId(), contoso().clientId());
    application.delete();
    simulator.replicationLag(
        new ReplicationLag(
            Duration.ofSeconds(2), Duration.ZERO, Duration.ofSeconds(12), Duration.ofSeconds(7)));
    try (Relay relay = relay()) {
      await().atMost(Duration.ofMinutes(1)).until(() -> show().path("reasons").has(0));
      application.consent();
      await()
          .atMost(Duration.ofMinutes(1))
          .until(() -> show().path("reasons").path(0).path("about").asText().equals("permissions"));
      assertThat(show().path("reasons").get(0).path("text").asText())
          .startsWith("missing: AuditLog.Read.All (reads signIns, directoryAudits); Directory.Read")
          .contains(
              "Entra admin center under App registrations > " + contoso().clientId(),
              "az ad app permission add --id " + contoso().clientId());
      awaitState(relay, State.COLLECTING);
      simulator.stopLive();
      QuickRelayRecords.awaitTaken(relay, simulator);
      assertThat(steps())
          .as("each step as it was first seen")
          .containsSubsequence(
              "provisioning token",
              "provisioning permissions",
              "provisioning reports",
              "collecting ");
    }
  }

  /** The states that were seen, the oldest first, each with the step that it waited at. */
  private List<String> steps() {
    List<String> steps = new ArrayList<>();
    for (JsonNode each : show().path("history")) {
      String about = each.path("reasons").path(0).path("about").asText("");
      boolean ofReports = about.equals("all reports") || about.matches("signIns|directoryAudits");
      steps.add(0, each.path("state").asText() + " " + (ofReports ? "reports" : about));
    }
    return steps;
  }

  @Test
  void whatIsPausedAsksForNothingAndMissesNothing() {
    try (Relay relay = relay()) {
      awaitState(relay, State.COLLECTING);
      assertThat(command("integration", "pause", "contoso")).as(err.toString()).isZero();
      assertThat(out.toString()).contains("Paused contoso.");
      JsonNode paused = awaitState(relay, State.PAUSED);
      assertThat(paused.path("nextStep").asText()).contains("integration resume contoso");
      await().atMost(Duration.ofMinutes(1)).until(() -> relay.feeds().isEmpty());
      long before = pages();
      // live records come meanwhile: half a second's polls would have asked for them
      await()
          .during(Duration.ofSeconds(3))
          .atMost(Duration.ofSeconds(10))
          .until(() -> pages() <= before + 2); // what was on its way
      assertThat(command("integration", "pause", "contoso")).isZero();
      assertThat(out.toString()).contains("was paused before");
    }
    try (Relay again = relay()) { // it stays so over a restart
      awaitState(again, State.PAUSED);
      assertThat(again.feeds()).isEmpty();
      assertThat(command("integration", "resume", "contoso")).isZero();
      awaitState(again, State.COLLECTING);
      simulator.stopLive();
      QuickRelayRecords.awaitTaken(again, simulator);
    }
    assertThat(command("integration", "pause", "contoso")).as("without a relay").isZero();
    assertThat(command("integration", "resume", "contoso")).isZero();
  }

  @Test
  void aSpanIsReadAgainOnRequest() {
    try (Relay relay = relay()) {
      awaitState(relay, State.COLLECTING);
      simulator.stopLive();
      QuickRelayRecords.awaitTaken(relay, simulator);
      Map<String, Long> before = QuickRelayRecords.taken(relay);
      String from = Instant.now().minus(Duration.ofHours(2)).toString();
      assertThat(
              command("integration", "backfill", "contoso", "--from", from, "--report", "signIns"))
          .as(err.toString())
          .isZero();
      assertThat(out.toString()).contains("Reading signIns of contoso from " + from);
      await()
          .atMost(Duration.ofMinutes(1))
          .until(() -> QuickRelayRecords.repeated(relay, "signIns") >= 60);
      await()
          .atMost(Duration.ofMinutes(1))
          .until(() -> !show().path("running").toString().contains("backfill"));
      assertThat(QuickRelayRecords.taken(relay)).isEqualTo(before);
      assertThat(
              command(
                  "integration",
                  "backfill",
                  "contoso",
                  "--from",
                  from,
                  "--report",
                  "riskDetections"))
          .isEqualTo(2);
      assertThat(err.toString()).contains("contoso collects signIns, directoryAudits");
      assertThat(command("integration", "backfill", "contoso", "--from", "2020-01-01"))
          .isEqualTo(2);
      assertThat(err.toString()).contains("older than relay.collect.remember");
    }
  }

  @Test
  void whatTheConsoleAddedIsRemovedByTheRelayThatRuns() {
    Credential pair = Pairs.of("added");
    try (Relay relay = relay()) {
      relay
          .integrationChanges()
          .add(
              new Asked(
                  "added",
                  null,
                  "0badc11e-3a5b-4c59-9a44-6d1f6f7f0a02",
                  contoso().clientId(),
                  "global",
                  null,
                  null,
                  List.of("signIns"),
                  PemWriter.text(pair.certificate()),
                  PemWriter.text(pair.privateKey())),
              "ann");
      assertThat(command("integration", "remove", "added", "--yes")).as(err.toString()).isZero();
      assertThat(out.toString()).contains("Removed added and its key from the state store");
      assertThat(relay.store().storedIntegrations().list()).isEmpty();
      assertThat(relay.store().auditLog().list(Long.MAX_VALUE, 1))
          .extracting(Entry::who, Entry::what, Entry::target)
          .containsExactly(tuple(System.getProperty("user.name"), "integration removed", "added"));
      await()
          .atMost(Duration.ofMinutes(1))
          .until(() -> relay.integrations().integrations().size() == 1);
    }
  }
}
