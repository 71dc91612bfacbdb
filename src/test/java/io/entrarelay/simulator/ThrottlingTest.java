package io.entrarelay.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ThrottlingTest {
  private static final String SIGN_INS = "/v1.0/auditLogs/signIns?$top=1";
  private static final String AUDITS = "/v1.0/auditLogs/directoryAudits?$top=1";

  private final TestClock clock = new TestClock(Instant.parse("2026-11-22T10:00:00Z"));

  private SimulatorOptions.Builder options() {
    return SimulatorOptions.builder().scheme("http").records(10).clock(clock);
  }

  @Test
  void letsFiveRequestsOfATenantThroughInAnyTenSecondsOverAllReports() throws Exception {
    try (Simulator simulator = Simulator.start(options().tenants(2).build())) {
      TestClient client = new TestClient(simulator);
      for (int i = 0; i < 5; i++) {
        assertThat(client.get(i % 2 == 0 ? SIGN_INS : AUDITS).status()).isEqualTo(200);
        clock.forward(Duration.ofSeconds(1));
      }
      TestClient.Answer refused = client.get(AUDITS);
      assertThat(refused.status()).isEqualTo(429);
      assertThat(refused.json().path("error").path("message").asText())
          .isIn(
              "Please retry again later.",
              "This request is throttled. Please try again after the value specified in the"
                  + " Retry-After header.");
      TestClient other = new TestClient(simulator, simulator.tenants().get(1));
      assertThat(other.get(SIGN_INS).status()).as("another tenant").isEqualTo(200);
      clock.forward(Duration.ofMillis(5_500));
      // the refused request counts: it and four of the first five are still in the window
      assertThat(client.get(SIGN_INS).status()).isEqualTo(429);
      clock.forward(Duration.ofSeconds(10));
      assertThat(client.get(SIGN_INS).status()).isEqualTo(200);
      Truth truth = simulator.truth();
      assertThat(truth.highestRequestsInWindow(simulator.tenants().get(0).tenantId())).isEqualTo(6);
      assertThat(truth.highestRequestsInWindow(simulator.tenants().get(1).tenantId())).isEqualTo(1);
      assertThat(truth.highestRequestsInWindow()).isEqualTo(6);
      assertThat(truth.requests()).isEqualTo(9);
    }
  }

  @Test
  void holdsTheLimitOfAnApplicationOverItsTenants() throws Exception {
    try (Simulator simulator =
        Simulator.start(options().tenants(3).oneApp(true).limit(10).appLimit(4).build())) {
      List<Integer> statuses = new ArrayList<>();
      for (int i = 0; i < 6; i++) {
        TestClient client = new TestClient(simulator, simulator.tenants().get(i % 3));
        statuses.add(client.get(SIGN_INS).status());
      }
      assertThat(statuses).containsExactly(200, 200, 200, 200, 429, 429);
    }
  }

  @Test
  void saysInEveryKnownWayWhenToComeBack() throws Exception {
    try (Simulator simulator = Simulator.start(options().limit(1).build())) {
      TestClient client = new TestClient(simulator);
      client.get(SIGN_INS);
      clock.forward(Duration.ofMillis(7_500));
      List<String> waits = new ArrayList<>();
      for (int i = 0; i < 40; i++) {
        waits.add(client.get(SIGN_INS).header("Retry-After"));
      }
      // two seconds and a half from the first, ten from each refused one
      assertThat(waits).contains("10", "10.000", "");
      assertThat(waits).anyMatch(wait -> wait.matches("Sun, 22 Nov 2026 10:00:1[78] GMT"));
    }
  }

  @Test
  void letsOneRequestForRisksThroughASecondAndSaysNothingElse() throws Exception {
    String risks = "/v1.0/identityProtection/riskDetections?$top=1";
    String users = "/v1.0/identityProtection/riskyUsers?$top=1";
    try (Simulator simulator = Simulator.start(options().build())) {
      TestClient client = new TestClient(simulator);
      for (int i = 0; i < 12; i++) {
        assertThat(client.get(i % 2 == 0 ? risks : users).status()).isEqualTo(200);
        clock.forward(Duration.ofSeconds(1));
      }
      assertThat(client.get(risks).status()).isEqualTo(200);
      clock.forward(Duration.ofMillis(900));
      TestClient.Answer refused = client.get(users);
      assertThat(refused.status()).isEqualTo(429);
      assertThat(refused.header("Retry-After")).isEmpty();
      assertThat(client.get(SIGN_INS).status()).as("a limit of their own").isEqualTo(200);
      String tenant = simulator.tenants().get(0).tenantId();
      assertThat(simulator.truth().highestRiskRequestsInWindow(tenant)).isEqualTo(2);
      assertThat(simulator.truth().highestRequestsInWindow(tenant)).isEqualTo(1);
    }
  }

  @Test
  void countsWithoutRefusingWhenItIsOff() throws Exception {
    try (Simulator simulator = Simulator.start(options().throttle(false).build())) {
      TestClient client = new TestClient(simulator);
      for (int i = 0; i < 20; i++) {
        assertThat(client.get(SIGN_INS).status()).isEqualTo(200);
      }
      assertThat(simulator.truth().highestRequestsInWindow()).isEqualTo(20);
    }
  }
}
