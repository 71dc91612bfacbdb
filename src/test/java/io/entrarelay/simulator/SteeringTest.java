package io.entrarelay.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Consent and its like are steered over HTTP as from Java. */
@NullUnmarked // fields are set before each test
class SteeringTest {
  private static Simulator simulator;
  private static SimulatedTenant tenant;
  private static TestClient client;
  private EnterpriseApplication application;

  @BeforeAll
  static void start() {
    simulator =
        Simulator.start(
            SimulatorOptions.builder().scheme("http").records(0).unconsented(1).build());
    tenant = simulator.tenants().get(1);
    client = new TestClient(simulator, tenant);
  }

  @AfterAll
  static void stop() {
    simulator.close();
  }

  @BeforeEach
  void absent() {
    application = simulator.enterpriseApplication(tenant.tenantId());
    application.delete();
  }

  private static TestClient.Answer post(String form, String... headers) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(simulator.base() + "/simulator/consent"))
            .header("Content-Type", "application/x-www-form-urlencoded")
            .POST(HttpRequest.BodyPublishers.ofString(form));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return client.send(request.build());
  }

  private static JsonNode change(String action, String value) throws Exception {
    TestClient.Answer answer =
        post(
            "tenant=fabrikam&action="
                + action
                + "&value="
                + URLEncoder.encode(value, StandardCharsets.UTF_8));
    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    return answer.json();
  }

  @Test
  void eachChangeIsThatOfJava() throws Exception {
    JsonNode after = change("consent", "");
    assertThat(after.path("applications").path(0).path("state").asText()).isEqualTo("ENABLED");
    assertThat(application.permissions()).isEqualTo(TokenEndpoint.ROLES);
    change("withdraw", "AuditLog.Read.All");
    assertThat(application.permissions()).doesNotContain("AuditLog.Read.All");
    change("grant", "AuditLog.Read.All");
    assertThat(application.permissions()).contains("AuditLog.Read.All");
    change("disable", "");
    assertThat(application.state()).isEqualTo(EnterpriseApplication.State.DISABLED);
    change("enable", "");
    assertThat(application.state()).isEqualTo(EnterpriseApplication.State.ENABLED);
    change("withhold", "AuditLog.Read.All, Directory.Read.All");
    assertThat(application.withheld())
        .containsExactlyInAnyOrder("AuditLog.Read.All", "Directory.Read.All");
    change("withhold", "");
    assertThat(application.withheld()).isEmpty();
    change("fail-next-consent", "");
    assertThat(application.takeFailure()).isTrue();
    change("delete", "");
    assertThat(application.state()).isEqualTo(EnterpriseApplication.State.ABSENT);
    assertThat(change("licence", "p1").path("licence").asText()).isEqualTo("P1");
    assertThat(change("condition", "slow").path("condition").asText()).isEqualTo("SLOW");
    change("condition", "well");
  }

  @Test
  void whatHoldsForAllTenantsIsSet() throws Exception {
    JsonNode lag = change("lag", "5s,0s,2m,250ms").path("replicationLag");
    assertThat(lag.path("unknown").asText()).isEqualTo("PT5S");
    assertThat(lag.path("withoutRoles").asText()).isEqualTo("PT2M");
    assertThat(lag.path("refused").asText()).isEqualTo("PT0.25S");
    assertThat(change("lag", "0s").path("replicationLag").path("unknown").asText())
        .isEqualTo("PT0S");
    assertThat(change("cancelled-as", "consent-required").path("cancelledAs").asText())
        .isEqualTo("CONSENT_REQUIRED");
    assertThat(change("spoil-id-tokens", "other-nonce").path("idTokens").asText())
        .isEqualTo("OTHER_NONCE");
    JsonNode all = change("redirect-uri", "https://relay.example/callback");
    assertThat(all.path("application").path("redirectUris").path(0).asText())
        .isEqualTo("https://relay.example/callback");
  }

  @Test
  void theStateIsShownToClientsAndBrowsers() throws Exception {
    application.consent();
    JsonNode all = client.get("/simulator/consent").json();
    assertThat(all.path("application").path("clientId").asText())
        .isEqualTo(simulator.application().clientId());
    JsonNode fabrikam = all.path("tenants").path(1);
    assertThat(fabrikam.path("tenantId").asText()).isEqualTo(tenant.tenantId());
    assertThat(fabrikam.path("people").path(0).path("administrator").asBoolean()).isTrue();
    TestBrowser browser = new TestBrowser(simulator);
    TestBrowser.Page page = browser.get(URI.create(simulator.base() + "/simulator/consent"));
    assertThat(page.text()).contains("<h2>Contoso</h2>", "<h2>Fabrikam</h2>", "ENABLED");
    TestBrowser.Page after =
        browser.post(page.address(), Map.of("tenant", "fabrikam", "action", "disable"));
    assertThat(after.text()).contains("DISABLED");
    assertThat(
            browser.get(URI.create(simulator.base() + "/simulator/consent?tenant=contoso")).text())
        .doesNotContain("Fabrikam");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "tenant=nobody&action=consent | The simulator has no tenant nobody.",
        "tenant=fabrikam&action=dance | action is consent, delete, disable, enable, grant, withdraw, withhold, fail-next-consent, licence, condition, lag, cancelled-as, spoil-id-tokens or redirect-uri, not dance.",
        "tenant=fabrikam&action=licence&value=p3 | value is one of [none, p1, p2], not p3.",
        "tenant=fabrikam&action=withdraw&value=AuditLog.Read.All | is not in the tenant: consent first.",
        "tenant=fabrikam&action=consent&client=x | The application x can't be in the tenant.",
        "action=lag&value=soon | A time is such as 500ms, 5s or 2m, not soon.",
        "action=lag&value=1s,2s | A replication lag is one time, or four: ",
        "action=lag&value=48h | A stage of the replication lag is 0 s to 1 day.",
        "action=redirect-uri&value=http://evil.example/ | A redirect URI is https, or http to this machine, and has no fragment; not http://evil.example/.",
        "action=redirect-uri&client=x&value=https://a.example/ | There is no application x."
      })
  void whatIsWrongIsSaid(String form, String text) throws Exception {
    TestClient.Answer answer = post(form);
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.text()).contains(text);
  }

  @Test
  void pagesOfOtherSitesMayNotSteer() throws Exception {
    String form = "tenant=fabrikam&action=consent";
    for (String origin : List.of("https://evil.example", "null")) {
      assertThat(post(form, "Origin", origin).status()).isEqualTo(403);
    }
    assertThat(post(form, "Origin", simulator.base().toString()).status()).isEqualTo(200);
    assertThat(post("a".repeat(17_000)).status()).isEqualTo(413);
  }
}
