package io.entrarelay.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The administrator's consent, from the page to the roles of a token. */
@NullUnmarked // fields are set before each test
class AdminConsentTest {
  private static final String CALLBACK = "http://localhost/callback";
  private static final String HERE = "http://localhost:8123/callback";

  private Simulator simulator;
  private SimulatedTenant own;
  private SimulatedTenant tenant;
  private TestBrowser browser;

  @BeforeEach
  void start() {
    simulator =
        Simulator.start(
            SimulatorOptions.builder()
                .scheme("http")
                .records(0)
                .unconsented(2)
                .redirectUris(List.of(CALLBACK, "https://relay.example/callback?from=entra"))
                .build());
    own = simulator.tenants().get(0);
    tenant = simulator.tenants().get(1);
    browser = new TestBrowser(simulator);
  }

  @AfterEach
  void stop() {
    simulator.close();
  }

  private Map<String, String> request() {
    Map<String, String> fields = new LinkedHashMap<>();
    fields.put("client_id", simulator.application().clientId());
    fields.put("redirect_uri", HERE);
    fields.put("scope", simulator.base() + "/.default");
    fields.put("state", "a b&c=<d>");
    return fields;
  }

  private Map<String, String> with(String name, String value) {
    Map<String, String> fields = request();
    fields.put(name, value);
    return fields;
  }

  private TestBrowser.Page consentPage() throws Exception {
    TestBrowser.Page page = browser.open("/organizations/v2.0/adminconsent", request());
    return page.text().contains("administrator-fabrikam")
        ? browser.click(page, "administrator-fabrikam")
        : page;
  }

  private List<String> roles(SimulatedTenant of) throws Exception {
    TestClient client = new TestClient(simulator, of);
    String token = client.requestToken(client.tokenRequest()).json().path("access_token").asText();
    assertThat(token).isNotEmpty();
    JsonNode body =
        TestClient.JSON.readTree(Base64.getUrlDecoder().decode(token.split("\\.", -1)[1]));
    return TestClient.JSON.convertValue(
        body.path("roles").isMissingNode() ? List.of() : body.path("roles"),
        TestClient.JSON.getTypeFactory().constructCollectionType(List.class, String.class));
  }

  private int refusal(SimulatedTenant of) throws Exception {
    TestClient client = new TestClient(simulator, of);
    return client.requestToken(client.tokenRequest()).json().path("error_codes").path(0).asInt();
  }

  @Test
  void acceptingGrantsWhatTheApplicationAsksFor() throws Exception {
    assertThat(refusal(tenant)).isEqualTo(7000229);
    TestBrowser.Page page = consentPage();
    assertThat(page.status()).isEqualTo(200);
    assertThat(page.element("signed-in"))
        .isEqualTo(simulator.administrator(tenant.tenantId()).userName());
    assertThat(page.element("tenant")).isEqualTo("Fabrikam");
    assertThat(page.element("application")).isEqualTo("Entra Relay");
    assertThat(page.text()).contains("<code>AuditLog.Read.All</code>");
    assertThat(page.header("Content-Security-Policy")).startsWith("default-src 'none';");
    TestBrowser.Page back = browser.click(page, "accept");
    assertThat(back.status()).isEqualTo(302);
    assertThat(back.location()).startsWith(HERE + "?admin_consent=True&tenant=");
    assertThat(back.answer())
        .containsExactly(
            Map.entry("admin_consent", "True"),
            Map.entry("tenant", tenant.tenantId()),
            Map.entry("scope", simulator.base() + "/.default"),
            Map.entry("state", "a b&c=<d>"));
    assertThat(roles(tenant)).containsExactlyElementsOf(TokenEndpoint.ROLES);
    TestClient client = new TestClient(simulator, tenant);
    assertThat(client.get("/v1.0/auditLogs/signIns").status()).isEqualTo(200);
    assertThat(refusal(simulator.tenants().get(2))).as("other tenants").isEqualTo(7000229);
  }

  @Test
  void aTenantsOwnPathNamesItByIdOrDomainAndASessionIsKept() throws Exception {
    consentPage();
    for (String name : List.of(tenant.tenantId(), "fabrikam.example")) {
      TestBrowser.Page page = browser.open("/" + name + "/v2.0/adminconsent", request());
      assertThat(page.element("tenant")).as("no second picking").isEqualTo("Fabrikam");
    }
  }

  @Test
  void versionOneNeedsNoScopeAndTakesCommon() throws Exception {
    Map<String, String> request = request();
    request.remove("scope");
    request.remove("state");
    TestBrowser.Page accounts = browser.open("/common/adminconsent", request);
    TestBrowser.Page page = browser.click(accounts, "administrator-fabrikam");
    assertThat(browser.click(page, "accept").answer())
        .containsExactly(
            Map.entry("admin_consent", "True"), Map.entry("tenant", tenant.tenantId()));
    assertThat(roles(tenant)).isNotEmpty();
  }

  @Test
  void scopesWithoutDefaultGrantNoApplicationPermission() throws Exception {
    TestBrowser.Page accounts =
        browser.open(
            "/organizations/v2.0/adminconsent",
            with("scope", "https://graph.microsoft.com/User.Read"));
    TestBrowser.Page page = browser.click(accounts, "administrator-fabrikam");
    assertThat(page.text()).doesNotContain("AuditLog.Read.All");
    browser.click(page, "accept");
    assertThat(roles(tenant)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "CANCEL | error=access_denied&error_subcode=cancel&state=",
        "DECLINED | error=access_denied&error_description=AADSTS65004%3A+User+declined+to+consent+to+access+the+app.%0D%0ATrace+ID%3A+",
        "CONSENT_REQUIRED | admin_consent=True&error=consent_required&error_description=AADSTS65004%3A+The+resource+owner+or+authorization+server+denied+the+request.%0D%0A",
        "PERMISSION_DENIED | error=permission_denied&error_description=The+admin+canceled+the+request&state="
      })
  void cancellingChangesNothingAndIsSaidInEachWay(CancelledAs shape, String query)
      throws Exception {
    simulator.cancelledAs(shape);
    TestBrowser.Page back = browser.click(consentPage(), "cancel");
    assertThat(back.location()).startsWith(HERE + "?" + query);
    assertThat(back.answer()).containsEntry("state", "a b&c=<d>");
    assertThat(refusal(tenant)).isEqualTo(7000229);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "/organizations/v2.0/adminconsent | client_id | 12345678-1234-1234-1234-123456789012 | AADSTS700016: Application with identifier",
        "/organizations/v2.0/adminconsent | client_id | '' | AADSTS900144: The request body must contain the following parameter: &#39;client_id&#39;.",
        "/organizations/v2.0/adminconsent | redirect_uri | '' | AADSTS900971: No reply address provided.",
        "/organizations/v2.0/adminconsent | redirect_uri | http://localhost:8123/callback/ | AADSTS50011: The redirect URI",
        "/organizations/v2.0/adminconsent | redirect_uri | http://localhost:8123/callback?x=1 | AADSTS50011: The redirect URI",
        "/organizations/v2.0/adminconsent | redirect_uri | http://localhost@evil.example/callback | AADSTS50011: The redirect URI",
        "/organizations/v2.0/adminconsent | redirect_uri | http://evil.example:80/callback | AADSTS50011: The redirect URI",
        "/organizations/v2.0/adminconsent | redirect_uri | https://relay.example:444/callback?from=entra | AADSTS50011: The redirect URI",
        "/organizations/v2.0/adminconsent | redirect_uri | javascript:alert(1) | AADSTS50011: The redirect URI",
        "/organizations/v2.0/adminconsent | redirect_uri | <script>alert(1)</script> | &lt;script&gt;alert(1)&lt;/script&gt;",
        "/common/v2.0/adminconsent | state | s | is not supported over the /common or /consumers endpoints.",
        "/nobody.example/v2.0/adminconsent | state | s | AADSTS90002: Tenant",
      })
  void whatCannotBeTrustedIsRefusedOnAPage(String path, String name, String value, String text)
      throws Exception {
    TestBrowser.Page page = browser.open(path, with(name, value));
    assertThat(page.status()).isEqualTo(400);
    assertThat(page.location()).isEmpty();
    assertThat(page.element("error")).contains(text).contains("Correlation ID: ");
    assertThat(page.text()).doesNotContain("<script>alert");
  }

  @Test
  void anApplicationOfOneTenantIsNotForOthers() throws Exception {
    simulator.registerRedirectUri(own.clientId(), CALLBACK);
    TestBrowser.Page open =
        browser.open("/organizations/v2.0/adminconsent", with("client_id", own.clientId()));
    assertThat(open.element("error")).startsWith("AADSTS50194: ");
    TestBrowser.Page other =
        browser.open(
            "/" + tenant.tenantId() + "/v2.0/adminconsent", with("client_id", own.clientId()));
    assertThat(other.element("error")).startsWith("AADSTS700016: ");
    simulator.enterpriseApplication(own.tenantId()).withdraw("AuditLog.Read.All");
    assertThat(roles(own)).doesNotContain("AuditLog.Read.All");
    TestBrowser.Page accounts =
        browser.open(
            "/" + own.tenantId() + "/v2.0/adminconsent", with("client_id", own.clientId()));
    browser.click(browser.click(accounts, "administrator-contoso"), "accept");
    assertThat(roles(own)).contains("AuditLog.Read.All");
  }

  @Test
  void aMissingScopeIsTheApplicationsToHear() throws Exception {
    Map<String, String> request = request();
    request.remove("scope");
    TestBrowser.Page back = browser.open("/organizations/v2.0/adminconsent", request);
    assertThat(back.status()).isEqualTo(302);
    assertThat(back.answer())
        .containsEntry("error", "invalid_request")
        .containsEntry("admin_consent", "True")
        .containsEntry("state", "a b&c=<d>");
    assertThat(back.answer().get("error_description")).startsWith("AADSTS900144: ");
  }

  @Test
  void somebodyWithoutTheRoleMayNotConsent() throws Exception {
    TestBrowser.Page accounts = browser.open("/organizations/v2.0/adminconsent", request());
    TestBrowser.Page page = browser.click(accounts, "user-fabrikam");
    assertThat(page.status()).isEqualTo(403);
    assertThat(page.text())
        .contains("<h1>Need admin approval</h1>")
        .doesNotContain("id=\"accept\"");
    assertThat(page.element("error")).startsWith("AADSTS90094: ");
    String token = page.text().replaceAll("(?s).*name=\"token\" value=\"([0-9a-f]+)\".*", "$1");
    assertThat(browser.post(page.address(), Map.of("decision", "accept", "token", token)).status())
        .as("nor by a form of their own")
        .isEqualTo(403);
    assertThat(refusal(tenant)).isEqualTo(7000229);
    assertThat(browser.click(page, "cancel").answer()).containsEntry("error", "access_denied");
    TestBrowser.Page again =
        browser.click(browser.follow(page, "other-account"), "administrator-fabrikam");
    assertThat(browser.click(again, "accept").answer()).containsEntry("admin_consent", "True");
  }

  @Test
  void somebodyOfAnotherTenantIsRefusedUnlessAGuest() throws Exception {
    SimulatedPerson stranger = simulator.administrator(own.tenantId());
    String path = "/" + tenant.tenantId() + "/v2.0/adminconsent";
    TestBrowser.Page back =
        browser.click(browser.open(path, request()), "administrator-" + own.name());
    assertThat(back.answer()).containsEntry("error", "access_denied").doesNotContainKey("tenant");
    assertThat(back.answer().get("error_description"))
        .startsWith(
            "AADSTS50020: User account '"
                + stranger.userName()
                + "' from identity provider 'https://sts.windows.net/"
                + own.tenantId()
                + "/' does not exist in tenant 'Fabrikam'");
    simulator.invite(stranger, tenant.tenantId(), true);
    TestBrowser.Page page = browser.open(path, request());
    assertThat(browser.click(page, "accept").answer()).containsEntry("tenant", tenant.tenantId());
  }

  @Test
  void onlyThePagesOwnFormConsents() throws Exception {
    TestBrowser.Page page = consentPage();
    for (String token : List.of("", "0".repeat(48))) {
      TestBrowser.Page forged =
          browser.post(page.address(), Map.of("decision", "accept", "token", token));
      assertThat(forged.status()).isEqualTo(400);
      assertThat(forged.element("error")).startsWith("AADSTS165000: ");
    }
    TestBrowser.Page elsewhere =
        browser.post(
            page.address(),
            Map.of("account", simulator.administrator(own.tenantId()).objectId()),
            "Origin",
            "https://evil.example");
    assertThat(elsewhere.answer().get("error_description")).startsWith("AADSTS165000: ");
    assertThat(refusal(tenant)).isEqualTo(7000229);
  }

  @Test
  void scriptInNamesIsShownAsText() throws Exception {
    String script = "<img src=x onerror=\"alert('1')\">";
    simulator.close();
    simulator =
        Simulator.start(
            SimulatorOptions.builder()
                .scheme("http")
                .records(0)
                .tenants(0)
                .unconsented(1)
                .applicationName(script)
                .redirectUris(List.of(CALLBACK))
                .build());
    browser = new TestBrowser(simulator);
    SimulatedTenant contoso = simulator.tenants().get(0);
    SimulatedPerson person =
        simulator.addPerson(contoso.tenantId(), "x'\"<b>@contoso.example", script, true);
    TestBrowser.Page accounts = browser.open("/organizations/v2.0/adminconsent", request());
    TestBrowser.Page page = browser.click(accounts, "account-" + person.objectId());
    for (TestBrowser.Page each : List.of(accounts, page)) {
      assertThat(each.text())
          .contains("&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt;")
          .doesNotContain("<img", "<b>");
    }
    assertThat(browser.click(page, "accept").answer()).containsEntry("admin_consent", "True");
  }

  @Test
  void whatIsTooLongOrMalformedIsRefused() throws Exception {
    assertThat(
            browser
                .open("/organizations/v2.0/adminconsent", with("state", "s".repeat(17_000)))
                .status())
        .isEqualTo(414);
    URI address = URI.create(simulator.base() + "/organizations/v2.0/adminconsent?client_id=%25zz");
    assertThat(browser.post(address, Map.of("account", "a".repeat(17_000))).status())
        .isEqualTo(413);
    assertThat(
            browser
                .get(URI.create(simulator.base() + "/organizations/adminconsent?client_id=%ff%fe"))
                .status())
        .isEqualTo(400);
    TestBrowser.Page accounts = browser.open("/organizations/v2.0/adminconsent", request());
    TestBrowser.Page nobody =
        browser.post(accounts.address(), Map.of("account", "<nobody@contoso.example>"));
    assertThat(nobody.element("error")).startsWith("AADSTS50034: ").contains("&lt;nobody@");
  }

  @Test
  void anEnterpriseApplicationIsDeletedDisabledAndRestored() throws Exception {
    EnterpriseApplication application = simulator.enterpriseApplication(tenant.tenantId());
    application.consent();
    TestClient client = new TestClient(simulator, tenant);
    assertThat(client.get("/v1.0/auditLogs/signIns").status()).isEqualTo(200);
    application.disable();
    assertThat(refusal(tenant)).isEqualTo(7000112);
    assertThat(consentPage().element("error")).startsWith("AADSTS7000112: Application");
    assertThat(client.get("/v1.0/auditLogs/signIns").status())
        .as("a token is good until its end, where the client takes no challenge")
        .isEqualTo(200);
    application.enable();
    assertThat(roles(tenant)).isNotEmpty();
    application.delete();
    assertThat(refusal(tenant)).isEqualTo(7000229);
    assertThat(browser.click(consentPage(), "accept").answer()).containsKey("tenant");
    assertThat(roles(tenant)).isNotEmpty();
  }

  @Test
  void aClientThatTakesChallengesHearsOfItAtOnce() throws Exception {
    EnterpriseApplication application = simulator.enterpriseApplication(tenant.tenantId());
    application.consent();
    TestClient client = new TestClient(simulator, tenant);
    Map<String, String> request = client.tokenRequest();
    request.put("claims", "{\"access_token\":{\"xms_cc\":{\"values\":[\"cp1\"]}}}");
    client.token(client.requestToken(request).json().path("access_token").asText());
    assertThat(client.get("/v1.0/auditLogs/signIns").status()).isEqualTo(200);
    application.delete();
    TestClient.Answer answer = client.get("/v1.0/auditLogs/signIns");
    assertThat(answer.status()).isEqualTo(401);
    assertThat(answer.header("WWW-Authenticate")).contains("error=\"insufficient_claims\"");
  }

  @Test
  void permissionsAreWithheldWithdrawnAndGranted() throws Exception {
    EnterpriseApplication application = simulator.enterpriseApplication(tenant.tenantId());
    application.withhold(Set.of("Directory.Read.All", "IdentityRiskyUser.Read.All"));
    browser.click(consentPage(), "accept");
    assertThat(roles(tenant))
        .contains("AuditLog.Read.All")
        .doesNotContain("Directory.Read.All", "IdentityRiskyUser.Read.All");
    TestClient client = new TestClient(simulator, tenant);
    TestClient.Answer signIns = client.get("/v1.0/auditLogs/signIns");
    assertThat(signIns.json().path("error").path("code").asText())
        .as("the licence can't be seen")
        .isEqualTo("Authentication_RequestFromNonPremiumTenantOrB2CTenant");
    application.grant("Directory.Read.All");
    application.withdraw("AuditLog.Read.All");
    assertThat(roles(tenant)).contains("Directory.Read.All").doesNotContain("AuditLog.Read.All");
    application.withhold(Set.of());
    browser.click(consentPage(), "accept");
    assertThat(roles(tenant)).containsExactlyInAnyOrderElementsOf(TokenEndpoint.ROLES);
  }

  @Test
  void aFreshConsentSucceedsAfterTheRace() throws Exception {
    simulator.enterpriseApplication(tenant.tenantId()).failNextConsent();
    TestBrowser.Page back = browser.click(consentPage(), "accept");
    assertThat(back.answer())
        .containsEntry("error", "invalid_client")
        .containsEntry("admin_consent", "True")
        .containsEntry("state", "a b&c=<d>");
    assertThat(back.answer().get("error_description"))
        .startsWith(
            "AADSTS650051: The "
                + simulator.application().clientId()
                + " service principal name is already present for the tenant "
                + tenant.tenantId());
    assertThat(refusal(tenant)).isEqualTo(7000229);
    assertThat(browser.click(consentPage(), "accept").answer()).doesNotContainKey("error");
    assertThat(roles(tenant)).isNotEmpty();
  }

  @Test
  void theLicenceDecidesWhatCanBeRead() throws Exception {
    simulator.enterpriseApplication(tenant.tenantId()).consent();
    TestClient client = new TestClient(simulator, tenant);
    assertThat(client.get("/v1.0/subscribedSkus").text()).contains("\"AAD_PREMIUM_P2\"");
    simulator.licence(tenant.tenantId(), Licence.P1);
    assertThat(client.get("/v1.0/subscribedSkus").text())
        .contains("\"servicePlanName\":\"AAD_PREMIUM\"")
        .doesNotContain("AAD_PREMIUM_P2");
    assertThat(client.get("/v1.0/auditLogs/signIns").status()).isEqualTo(200);
    assertThat(client.get("/v1.0/identityProtection/riskyUsers").status()).isEqualTo(403);
    simulator.licence(tenant.tenantId(), Licence.NONE);
    assertThat(client.get("/v1.0/subscribedSkus").text()).doesNotContain("AAD_PREMIUM");
    assertThat(client.get("/v1.0/auditLogs/signIns").status()).isEqualTo(403);
    assertThat(client.get("/v1.0/auditLogs/directoryAudits").status()).isEqualTo(200);
  }
}
