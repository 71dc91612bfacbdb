package io.entrarelay.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import io.entrarelay.simulator.FaultScript.Provoked;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a test makes go wrong at a moment of its choice. */
@Timeout(60)
class ProvokedFaultsTest {
  private static final String SIGN_INS = "/v1.0/auditLogs/signIns";

  private static SimulatorOptions.Builder plain() {
    return SimulatorOptions.builder()
        .scheme("http")
        .records(30)
        .span(Duration.ofMinutes(5))
        .throttle(false);
  }

  @Test
  void aScriptChoosesTheRequestsThatFail() throws Exception {
    try (Simulator simulator = Simulator.start(plain().pageServed(20).build())) {
      TestClient client = new TestClient(simulator);
      List<FaultScript.Request> asked = new ArrayList<>();
      simulator.script(
          request -> {
            asked.add(request);
            return request.continuation() ? Provoked.of(Fault.UNAVAILABLE) : null;
          });
      String next = client.get(SIGN_INS).json().path("@odata.nextLink").asText();
      assertThat(client.getUrl(next).status()).isEqualTo(503);
      simulator.script(FaultScript.NONE);
      assertThat(client.getUrl(next).json().path("value")).hasSize(10);
      String tenantId = simulator.tenants().get(0).tenantId();
      assertThat(asked)
          .containsExactly(
              new FaultScript.Request(tenantId, "signIns", false),
              new FaultScript.Request(tenantId, "signIns", true));
      assertThat(simulator.truth().faults()).containsEntry(Fault.UNAVAILABLE, 1L);
    }
  }

  @Test
  void aScriptSaysRetryAfterToTheLetter() throws Exception {
    try (Simulator simulator = Simulator.start(plain().build())) {
      TestClient client = new TestClient(simulator);
      @Nullable String[] values = {"300", "0.350", null};
      AtomicInteger number = new AtomicInteger();
      simulator.script(request -> Provoked.tooMany(values[number.getAndIncrement()]));
      for (String value : values) {
        TestClient.Answer answer = client.get(SIGN_INS);
        assertThat(answer.status()).isEqualTo(429);
        assertThat(answer.header("Retry-After")).isEqualTo(value == null ? "" : value);
      }
    }
  }

  @Test
  void aPageHoldsNoMoreThanIsServedWhateverWasAskedFor() throws Exception {
    try (Simulator simulator = Simulator.start(plain().pageServed(20).build())) {
      TestClient.Answer answer = new TestClient(simulator).get(SIGN_INS + "?$top=1000");
      assertThat(answer.json().path("value")).hasSize(20);
      assertThat(answer.json().has("@odata.nextLink")).isTrue();
    }
  }

  @Test
  void eachYoungRecordIsLeftOutOfItsFirstAnswerOnly() throws Exception {
    try (Simulator simulator = Simulator.start(plain().span(Duration.ofSeconds(3)).build())) {
      TestClient client = new TestClient(simulator);
      simulator.script(request -> Provoked.of(Fault.FEWER_ROWS));
      assertThat(client.get(SIGN_INS).json().path("value").size()).isBetween(15, 25);
      assertThat(client.get(SIGN_INS).json().path("value")).hasSize(30);
    }
  }

  @Test
  void tokensEndAndTheTokenEndpointGoesDown() throws Exception {
    try (Simulator simulator = Simulator.start(plain().build())) {
      String tenantId = simulator.tenants().get(0).tenantId();
      TestClient client = new TestClient(simulator);
      assertThat(client.get(SIGN_INS).status()).isEqualTo(200);
      simulator.expireTokens(tenantId);
      assertThat(client.get(SIGN_INS).status()).isEqualTo(401);

      simulator.condition(tenantId, TenantCondition.TOKEN_ENDPOINT_DOWN);
      assertThat(client.requestToken(client.tokenRequest()).status()).isEqualTo(503);
      simulator.condition(tenantId, TenantCondition.WELL);
      client.token(null);
      assertThat(client.get(SIGN_INS).status()).isEqualTo(200);
    }
  }

  @Test
  void aCertificateIsReplacedAndEnds() throws Exception {
    TestClock clock = new TestClock(Instant.parse("2026-11-22T12:00:00Z"));
    try (Simulator simulator = Simulator.start(plain().clock(clock).build())) {
      String tenantId = simulator.tenants().get(0).tenantId();
      TestClient before = new TestClient(simulator);
      SimulatedTenant renewed = simulator.renewCertificate(tenantId, Duration.ofHours(1));
      assertThat(before.requestToken(before.tokenRequest()).text())
          .contains("AADSTS700027")
          .contains("The key was not found");
      TestClient client = new TestClient(simulator, renewed);
      assertThat(client.requestToken(client.tokenRequest()).status()).isEqualTo(200);

      clock.forward(Duration.ofHours(2));
      assertThat(client.requestToken(client.tokenRequest()).text())
          .contains("AADSTS700027")
          .contains("The key used is expired");
      assertThat(simulator.tenants()).containsExactly(renewed);
    }
  }
}
