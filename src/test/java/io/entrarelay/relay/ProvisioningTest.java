package io.entrarelay.relay;

import static org.assertj.core.api.Assertions.assertThat;

import io.entrarelay.graph.GraphAnswer.Kind;
import io.entrarelay.onboard.NextStep;
import io.entrarelay.relay.NewTenant.Refusal;
import io.entrarelay.state.Standing;
import io.entrarelay.state.Standing.Reason;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** From an integration that was just added to its first records. */
@Timeout(60)
class ProvisioningTest {
  private static final Refusal NO_PERMISSION =
      new Refusal(Kind.FORBIDDEN_PERMISSION, "403 The application lacks a permission.");
  private static final Refusal NO_LICENCE =
      new Refusal(Kind.FORBIDDEN_LICENCE, "403 Graph says this for three causes.");

  @TempDir
  @SuppressWarnings("NullAway.Init") // JUnit sets it
  private Path directory;

  @SuppressWarnings("NullAway.Init") // each test makes it
  private NewTenant tenant;

  @AfterEach
  void close() throws Exception {
    tenant.close();
  }

  private void tenant(String... reports) throws Exception {
    tenant = new NewTenant(directory, true, reports);
  }

  private static String line(Standing standing) {
    return standing.state().words() + " " + standing.reasons().stream().map(Reason::about).toList();
  }

  private List<String> lines() {
    return tenant.history().stream().map(ProvisioningTest::line).toList();
  }

  private String text(String about) {
    return tenant.standing().reasons().stream()
        .filter(reason -> reason.about().equals(about))
        .map(Reason::text)
        .findFirst()
        .orElse("");
  }

  private long tokens() {
    return tenant.tokenRequests.size();
  }

  @Test
  void whatIsWellFromTheStartIsReadAtOnce() throws Exception {
    tenant("signIns", "directoryAudits");
    tenant.begin().pass(2);
    assertThat(lines()).containsExactly("provisioning []", "collecting []");
    assertThat(tenant.tokenRequests).containsExactly(0L);
    Standing first = tenant.history().get(0);
    assertThat(first.until())
        .isEqualTo(tenant.start.plus(Provisioning.WITHIN).truncatedTo(ChronoUnit.MILLIS));
    assertThat(NextStep.of(first, "contoso"))
        .isEqualTo("Nothing: the first records are on their way.");
  }

  @Test
  void pausesGrowAndEachEndsWithATokenMadeAnew() throws Exception {
    tenant("signIns", "directoryAudits");
    tenant.entra = "AADSTS7000229";
    tenant.begin().pass(1 + 5 + 10 + 20 + 40 + 60 + 60);
    assertThat(tenant.tokenRequests).containsExactly(0L, 6L, 16L, 36L, 76L, 136L, 196L);
    assertThat(lines()).containsExactly("provisioning []", "provisioning [token]");
  }

  @Test
  void eachReadingThatIsTriedAgainHasATokenOfItsOwn() throws Exception {
    tenant("signIns", "directoryAudits");
    tenant.refusals.put("signIns", NO_PERMISSION);
    tenant.begin().pass(40);
    assertThat(tenant.readings)
        .filteredOn(reading -> reading.contains("signIns"))
        .containsExactly("0 signIns 1", "6 signIns 3", "16 signIns 4", "36 signIns 5");
    assertThat(tenant.readings).contains("0 directoryAudits 2");
  }

  @Test
  void whatSomeoneHasToPutRightIsTriedOnceAMinute() throws Exception {
    tenant("signIns");
    tenant.entra = "AADSTS90002";
    tenant.begin().pass(200);
    assertThat(tenant.tokenRequests).containsExactly(0L, 61L, 121L, 181L);
  }

  @Test
  void whatEntraAsksToWaitIsWaited() throws Exception {
    tenant("signIns");
    tenant.entra = "AADSTS90055";
    tenant.retryAfter = 100;
    tenant.begin().pass(99);
    assertThat(tenant.tokenRequests).containsExactly(0L);
    tenant.entra = "";
    tenant.pass(40);
    assertThat(line(tenant.standing())).isEqualTo("collecting []");
  }

  @Test
  void whatGraphAsksToWaitIsWaited() throws Exception {
    tenant("signIns", "directoryAudits");
    tenant.refusals.put("signIns", NO_PERMISSION);
    tenant.refusals.put("directoryAudits", new Refusal(Kind.THROTTLED, ""));
    tenant.begin().pass(80);
    assertThat(tenant.readings).hasSizeLessThanOrEqualTo(2);
    tenant.refusals.clear();
    tenant.pass(60);
    assertThat(line(tenant.standing())).isEqualTo("collecting []");
  }

  @Test
  void theStepsAreSeenInTheirOrder() throws Exception {
    tenant("signIns", "directoryAudits", "riskyUsers");
    Path key = directory.resolve("integrations/key.pem");
    byte[] good = Files.readAllBytes(key);
    Files.writeString(key, "nonsense");
    tenant.entra = "AADSTS700016";
    tenant.roles = List.of("AuditLog.Read.All");
    tenant.refusals.put("signIns", NO_PERMISSION);
    tenant.refusals.put("directoryAudits", NO_PERMISSION);
    tenant.refusals.put("riskyUsers", NO_PERMISSION);
    tenant.begin().pass(10);
    assertThat(text("certificate")).contains("key.pem");

    Files.write(key, good);
    tenant.pass(20);
    assertThat(text("token")).contains("is not known in tenant", "(AADSTS700016)");

    tenant.entra = "";
    tenant.pass(60);
    assertThat(text("permissions"))
        .startsWith("missing: Directory.Read.All (")
        .contains("; IdentityRiskyUser.Read.All (reads riskyUsers). Grant them in the Entra");

    tenant.roles = List.of("AuditLog.Read.All", "Directory.Read.All", "IdentityRiskyUser.Read.All");
    tenant.refusals.put("riskyUsers", NO_LICENCE);
    tenant.refusals.remove("directoryAudits");
    tenant.plans = List.of("AAD_PREMIUM");
    tenant.pass(60);
    assertThat(text("licence"))
        .isEqualTo(
            "Entra ID P1; riskyUsers needs P2. Take it out of reports:, or buy the licence.");
    assertThat(text("riskyUsers")).isEqualTo(NO_LICENCE.message());

    tenant.refusals.remove("signIns");
    tenant.pass(60);
    tenant.refusals.clear();
    tenant.pass(60);
    assertThat(lines())
        .containsExactly(
            "provisioning []",
            "provisioning [certificate]",
            "provisioning [token]",
            "provisioning [permissions, all reports]",
            "provisioning [licence, signIns, riskyUsers]",
            "provisioning [licence, riskyUsers]",
            "collecting []");
    assertThat(NextStep.of(tenant.history().get(3), "contoso"))
        .startsWith("If you have just set it up, nothing: what is granted takes some minutes to")
        .containsPattern(
            "and it is tried again by itself until \\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d UTC\\.")
        .endsWith("to try at once: entra-relay integration refresh contoso.");
  }

  @Test
  void theLicenceIsAskedForWhereItMayBeItAndNotOften() throws Exception {
    tenant("signIns", "directoryAudits");
    tenant.refusals.put("signIns", NO_PERMISSION);
    tenant.begin().pass(100);
    assertThat(tenant.licenceRequests).isEmpty();
    tenant.refusals.put("signIns", NO_LICENCE);
    tenant.plans = null; // Graph doesn't show it
    tenant.pass(300);
    assertThat(line(tenant.standing())).isEqualTo("provisioning [signIns]");
    assertThat(tenant.licenceRequests).hasSize(1);
    tenant.plans = List.of("AAD_PREMIUM");
    tenant.pass(300);
    assertThat(tenant.licenceRequests).hasSize(2);
    assertThat(line(tenant.standing())).as("the tenant has it").isEqualTo("provisioning [signIns]");
    tenant.plans = List.of();
    tenant.pass(300);
    assertThat(line(tenant.standing())).isEqualTo("provisioning [licence, signIns]");
  }

  @Test
  void afterAnHourItHasFailedAndARefreshBeginsAnew() throws Exception {
    tenant("signIns", "directoryAudits");
    tenant.entra = "AADSTS7000229";
    tenant.begin().pass(Duration.ofMinutes(59));
    assertThat(line(tenant.standing())).isEqualTo("provisioning [token]");
    tenant.pass(Duration.ofMinutes(1));
    assertThat(line(tenant.standing())).isEqualTo("failed [token]");
    assertThat(tenant.standing().until()).isNull();
    assertThat(tokens()).isBetween(60L, 70L);
    long before = tokens();
    tenant.pass(Duration.ofMinutes(60));
    assertThat(tokens() - before).as("as seldom as ever").isLessThan(15);

    tenant.restart();
    tenant.pass(60);
    assertThat(line(tenant.standing()))
        .as("a start alone begins nothing")
        .isEqualTo("failed [token]");

    assertThat(tenant.roster.refresh("contoso")).isTrue();
    long refreshed = Duration.between(tenant.start, tenant.now()).toSeconds();
    tenant.pass(40);
    assertThat(line(tenant.standing())).isEqualTo("provisioning [token]");
    assertThat(tenant.standing().until())
        .isEqualTo(
            tenant
                .start
                .plusSeconds(refreshed)
                .plus(Provisioning.WITHIN)
                .truncatedTo(ChronoUnit.MILLIS));
    assertThat(tenant.tokenRequests)
        .endsWith(refreshed + 1, refreshed + 7, refreshed + 17, refreshed + 37);
    tenant.entra = "";
    tenant.pass(60);
    assertThat(lines())
        .containsExactly(
            "provisioning []",
            "provisioning [token]",
            "failed [token]",
            "provisioning []",
            "provisioning [token]",
            "collecting []");
  }

  @Test
  void afterAnHourItIsDegradedWhereSomethingWasRead() throws Exception {
    tenant("signIns", "directoryAudits");
    tenant.refusals.put("signIns", NO_LICENCE);
    tenant.begin().pass(Duration.ofMinutes(61));
    assertThat(lines())
        .containsExactly(
            "provisioning []", "provisioning [licence, signIns]", "degraded [signIns]");
    long before = tokens();
    tenant.pass(Duration.ofMinutes(10));
    assertThat(tokens() - before).isLessThan(4);
    tenant.refusals.clear();
    tenant.pass(Duration.ofMinutes(6));
    assertThat(line(tenant.standing())).isEqualTo("collecting []");
  }

  @Test
  void whatHasWorkedIsNeverProvisionedAgain() throws Exception {
    tenant("signIns");
    tenant.begin().pass(5);
    tenant.restart();
    tenant.entra = "AADSTS7000229";
    tenant.pass(200);
    assertThat(lines()).containsExactly("provisioning []", "collecting []", "degraded [signIns]");
    assertThat(tokens()).isLessThan(5);
    assertThat(tenant.roster.refresh("contoso")).isTrue();
    tenant.pass(200);
    assertThat(line(tenant.standing())).isEqualTo("degraded [signIns]");
    tenant.entra = "";
    tenant.pass(60);
    assertThat(line(tenant.standing()))
        .as("a refresh has it tried each minute")
        .isEqualTo("collecting []");
  }

  @Test
  void theTimeGoesOnOverARestart() throws Exception {
    tenant("signIns");
    tenant.entra = "AADSTS7000229";
    tenant.begin().pass(Duration.ofMinutes(30));
    tenant.restart();
    tenant.pass(Duration.ofMinutes(29));
    assertThat(lines()).containsExactly("provisioning []", "provisioning [token]");
    tenant.pass(Duration.ofMinutes(2));
    assertThat(line(tenant.standing())).isEqualTo("failed [token]");
  }

  @Test
  void whoResumesOrMendsItBeginsAnew() throws Exception {
    tenant("signIns");
    tenant.entra = "AADSTS7000229";
    tenant.begin().pass(Duration.ofMinutes(50));
    tenant.store.integrations().pause(Roster.tenancy(tenant.integration()), "ann");
    tenant.pass(Duration.ofMinutes(60));
    assertThat(line(tenant.standing())).isEqualTo("paused []");
    tenant.store.integrations().resume(Roster.tenancy(tenant.integration()));
    tenant.pass(Duration.ofMinutes(55));
    assertThat(line(tenant.standing())).isEqualTo("provisioning [token]");
    tenant.declare("Contoso AG", "signIns");
    tenant.pass(Duration.ofMinutes(55));
    assertThat(line(tenant.standing())).isEqualTo("provisioning [token]");
    tenant.pass(Duration.ofMinutes(6));
    assertThat(line(tenant.standing())).isEqualTo("failed [token]");
  }

  @Test
  void aReportThatCanNeverBeReadIsNotWaitedFor() throws Exception {
    tenant("signIns", "riskyUsers");
    tenant.hindrances.put("riskyUsers", "its mapping is broken. Mend it.");
    tenant.begin().pass(5);
    assertThat(lines()).containsExactly("provisioning [riskyUsers]", "degraded [riskyUsers]");
  }

  @Test
  void whatIsCollectedOnceIsNotHurried() throws Exception {
    tenant = new NewTenant(directory, false, "signIns");
    tenant.entra = "AADSTS7000229";
    tenant.begin().pass(200);
    assertThat(tenant.tokenRequests).containsExactly(0L);
    assertThat(line(tenant.standing())).isEqualTo("provisioning [token]");
  }
}
