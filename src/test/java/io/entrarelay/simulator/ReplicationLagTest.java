package io.entrarelay.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A consent is not known everywhere at once. */
@NullUnmarked // fields are set before each test
class ReplicationLagTest {
  private static final Duration STEP = Duration.ofSeconds(10);

  private TestClock clock;
  private Simulator simulator;
  private SimulatedTenant tenant;
  private TestClient client;

  @BeforeEach
  void start() {
    clock = new TestClock(Instant.parse("2026-11-26T12:00:00Z"));
    simulator =
        Simulator.start(
            SimulatorOptions.builder()
                .scheme("http")
                .records(0)
                .tenants(0)
                .unconsented(1)
                .replicationLag(ReplicationLag.each(STEP))
                .clock(clock)
                .build());
    tenant = simulator.tenants().get(0);
    client = new TestClient(simulator, tenant);
  }

  @AfterEach
  void stop() {
    simulator.close();
  }

  /** What the token endpoint says: a number behind AADSTS, or how many roles there are. */
  private String ask() throws Exception {
    JsonNode answer = client.requestToken(client.tokenRequest()).json();
    if (answer.has("error")) {
      return answer.path("error").asText() + " " + answer.path("error_codes").path(0).asText();
    }
    String token = answer.path("access_token").asText();
    client.token(token);
    return TestClient.JSON
            .readTree(Base64.getUrlDecoder().decode(token.split("\\.", -1)[1]))
            .path("roles")
            .size()
        + " roles";
  }

  private int read() throws Exception {
    return client.get("/v1.0/auditLogs/directoryAudits").status();
  }

  @Test
  void eachStageEndsInItsTime() throws Exception {
    simulator.enterpriseApplication(tenant.tenantId()).consent();
    assertThat(ask()).isEqualTo("invalid_client 7000229");
    assertThat(ask()).isEqualTo("unauthorized_client 700016");
    clock.forward(STEP.minusMillis(1));
    assertThat(ask()).isEqualTo("invalid_client 7000229");
    clock.forward(Duration.ofMillis(1));
    assertThat(ask()).isEqualTo("0 roles");
    assertThat(ask()).as("after a first success").isEqualTo("invalid_client 7000229");
    assertThat(ask()).isEqualTo("0 roles");
    clock.forward(STEP);
    assertThat(ask()).isEqualTo("0 roles");
    assertThat(ask()).isEqualTo("0 roles");
    assertThat(read()).isEqualTo(403);
    clock.forward(STEP);
    assertThat(read()).as("a token keeps what it was made with").isEqualTo(403);
    assertThat(ask()).isEqualTo(TokenEndpoint.ROLES.size() + " roles");
    assertThat(new int[] {read(), read()}).containsExactlyInAnyOrder(401, 403);
    clock.forward(STEP);
    assertThat(read()).isEqualTo(200);
  }

  @Test
  void aGrantMoreIsSeenLaterAndTheOthersStay() throws Exception {
    EnterpriseApplication application = simulator.enterpriseApplication(tenant.tenantId());
    simulator.replicationLag(ReplicationLag.NONE);
    application.consent();
    application.withdraw("IdentityRiskyUser.Read.All");
    int some = TokenEndpoint.ROLES.size() - 1;
    assertThat(ask()).isEqualTo(some + " roles");
    simulator.replicationLag(ReplicationLag.each(STEP));
    application.consent();
    assertThat(ask()).as("the application is known").isEqualTo(some + " roles");
    assertThat(read()).isEqualTo(200);
    clock.forward(STEP);
    assertThat(ask()).isEqualTo((some + 1) + " roles");
  }

  @Test
  void consentingAgainDoesNotBeginAnew() throws Exception {
    EnterpriseApplication application = simulator.enterpriseApplication(tenant.tenantId());
    application.consent();
    clock.forward(STEP.multipliedBy(4));
    application.consent();
    assertThat(ask()).isEqualTo(TokenEndpoint.ROLES.size() + " roles");
    assertThat(read()).isEqualTo(200);
  }
}
