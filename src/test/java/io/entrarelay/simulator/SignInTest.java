package io.entrarelay.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigInteger;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.Signature;
import java.security.spec.RSAPublicKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A person's sign-in by OpenID Connect, from discovery to a token whose signature is right. */
@NullUnmarked // fields are set before each test
class SignInTest {
  private static final String CALLBACK = "http://localhost:8123/callback";
  private static final String VERIFIER = "v".repeat(43);

  private TestClock clock;
  private Simulator simulator;
  private SimulatedTenant own;
  private SimulatedTenant tenant;
  private TestBrowser browser;
  private TestClient client;

  @BeforeEach
  void start() {
    clock = new TestClock(Instant.parse("2026-11-26T12:00:00Z"));
    simulator =
        Simulator.start(
            SimulatorOptions.builder()
                .scheme("http")
                .records(0)
                .unconsented(1)
                .redirectUris(List.of(CALLBACK))
                .clock(clock)
                .build());
    own = simulator.tenants().get(0);
    tenant = simulator.tenants().get(1);
    simulator.enterpriseApplication(tenant.tenantId()).consent();
    browser = new TestBrowser(simulator);
    client = new TestClient(simulator, tenant);
  }

  @AfterEach
  void stop() {
    simulator.close();
  }

  private static String sha256(String text) throws Exception {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(
            MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
  }

  private Map<String, String> request() throws Exception {
    Map<String, String> fields = new LinkedHashMap<>();
    fields.put("client_id", simulator.application().clientId());
    fields.put("response_type", "code");
    fields.put("redirect_uri", CALLBACK);
    fields.put("scope", "openid profile email");
    fields.put("state", "s&1");
    fields.put("nonce", "n-0S6_WzA2Mj");
    fields.put("code_challenge", sha256(VERIFIER));
    fields.put("code_challenge_method", "S256");
    return fields;
  }

  private Map<String, String> with(String name, String value) throws Exception {
    Map<String, String> fields = request();
    fields.put(name, value);
    return fields;
  }

  private TestBrowser.Page authorize(String tenantName, Map<String, String> fields)
      throws Exception {
    return browser.open("/" + tenantName + "/oauth2/v2.0/authorize", fields);
  }

  private String code() throws Exception {
    TestBrowser.Page page = authorize("organizations", request());
    if (page.status() == 200) {
      page = browser.click(page, "administrator-fabrikam");
    }
    return page.answer().get("code");
  }

  private Map<String, String> redemption(String code) {
    Map<String, String> fields = new LinkedHashMap<>();
    fields.put("grant_type", "authorization_code");
    fields.put("client_id", simulator.application().clientId());
    fields.put("code", code);
    fields.put("redirect_uri", CALLBACK);
    fields.put("code_verifier", VERIFIER);
    return fields;
  }

  private TestClient.Answer redeem(String tenantName, Map<String, String> fields) throws Exception {
    return client.requestToken(simulator.base() + "/" + tenantName + "/oauth2/v2.0/token", fields);
  }

  private JsonNode get(String url) throws Exception {
    return TestClient.JSON.readTree(browser.get(URI.create(url)).text());
  }

  /** The claims, once the signature is proven by the published key. */
  private JsonNode claims(String idToken) throws Exception {
    assertThat(isSigned(idToken)).isTrue();
    return part(idToken, 1);
  }

  private static JsonNode part(String idToken, int number) throws Exception {
    return TestClient.JSON.readTree(
        Base64.getUrlDecoder().decode(idToken.split("\\.", -1)[number]));
  }

  private boolean isSigned(String idToken) throws Exception {
    JsonNode configuration =
        get(simulator.base() + "/organizations/v2.0/.well-known/openid-configuration");
    JsonNode key = get(configuration.path("jwks_uri").asText()).path("keys").path(0);
    String[] parts = idToken.split("\\.", -1);
    JsonNode header = part(idToken, 0);
    assertThat(header.path("alg").asText()).isEqualTo("RS256");
    assertThat(header.path("kid").asText()).isEqualTo(key.path("kid").asText()).isNotEmpty();
    Signature signature = Signature.getInstance("SHA256withRSA");
    signature.initVerify(
        KeyFactory.getInstance("RSA")
            .generatePublic(new RSAPublicKeySpec(number(key.path("n")), number(key.path("e")))));
    signature.update((parts[0] + "." + parts[1]).getBytes(StandardCharsets.US_ASCII));
    return signature.verify(Base64.getUrlDecoder().decode(parts[2]));
  }

  private static BigInteger number(JsonNode encoded) {
    return new BigInteger(1, Base64.getUrlDecoder().decode(encoded.asText()));
  }

  @Test
  void anAdministratorIsProvenByASignedToken() throws Exception {
    TestBrowser.Page accounts = authorize("organizations", request());
    assertThat(accounts.text()).contains("<h1>Pick an account</h1>");
    TestBrowser.Page back = browser.click(accounts, "administrator-fabrikam");
    assertThat(back.location()).startsWith(CALLBACK + "?code=");
    assertThat(back.answer()).containsEntry("state", "s&1").containsKey("session_state");
    JsonNode answer = redeem("organizations", redemption(back.answer().get("code"))).json();
    assertThat(answer.path("token_type").asText()).isEqualTo("Bearer");
    JsonNode claims = claims(answer.path("id_token").asText());
    SimulatedPerson person = simulator.administrator(tenant.tenantId());
    long now = clock.instant().getEpochSecond();
    assertThat(claims.path("iss").asText())
        .isEqualTo(simulator.base() + "/" + tenant.tenantId() + "/v2.0")
        .isEqualTo(
            get(simulator.base()
                    + "/"
                    + tenant.tenantId()
                    + "/v2.0/.well-known/openid-configuration")
                .path("issuer")
                .asText());
    assertThat(claims.path("aud").asText()).isEqualTo(simulator.application().clientId());
    assertThat(claims.path("tid").asText()).isEqualTo(tenant.tenantId());
    assertThat(claims.path("oid").asText()).isEqualTo(person.objectId());
    assertThat(claims.path("preferred_username").asText()).isEqualTo(person.userName());
    assertThat(claims.path("name").asText()).isEqualTo(person.displayName());
    assertThat(claims.path("nonce").asText()).isEqualTo("n-0S6_WzA2Mj");
    assertThat(claims.path("iat").asLong()).isEqualTo(now);
    assertThat(claims.path("exp").asLong()).isEqualTo(now + 3600);
    client.token(answer.path("access_token").asText());
    assertThat(client.get("/v1.0/auditLogs/signIns").status())
        .as("the person's token reads no reports")
        .isEqualTo(403);
  }

  @Test
  void eachFlawOfAnIdTokenIsAsItSays() throws Exception {
    long now = clock.instant().getEpochSecond();
    assertThat(claims(spoilt(IdTokenFlaw.OTHER_NONCE)).path("nonce").asText())
        .isNotEqualTo("n-0S6_WzA2Mj");
    assertThat(claims(spoilt(IdTokenFlaw.OTHER_AUDIENCE)).path("aud").asText())
        .isNotEqualTo(simulator.application().clientId());
    assertThat(claims(spoilt(IdTokenFlaw.OTHER_ISSUER)).path("iss").asText())
        .doesNotContain(tenant.tenantId());
    assertThat(claims(spoilt(IdTokenFlaw.EXPIRED)).path("exp").asLong()).isEqualTo(now - 3600);
    assertThat(part(spoilt(IdTokenFlaw.UNSIGNED), 0).path("alg").asText()).isEqualTo("none");
    assertThat(isSigned(spoilt(IdTokenFlaw.CHANGED))).isFalse();
    assertThat(claims(spoilt(IdTokenFlaw.NONE)).path("tid").asText()).isEqualTo(tenant.tenantId());
  }

  private String spoilt(IdTokenFlaw flaw) throws Exception {
    simulator.spoilIdTokens(flaw);
    return redeem("organizations", redemption(code())).json().path("id_token").asText();
  }

  @Test
  void whatIsDiscoveredIsServed() throws Exception {
    JsonNode open = get(simulator.base() + "/organizations/v2.0/.well-known/openid-configuration");
    assertThat(open.path("issuer").asText()).isEqualTo(simulator.base() + "/{tenantid}/v2.0");
    assertThat(open.path("authorization_endpoint").asText())
        .isEqualTo(simulator.base() + "/organizations/oauth2/v2.0/authorize");
    assertThat(open.path("token_endpoint").asText())
        .isEqualTo(simulator.base() + "/organizations/oauth2/v2.0/token");
    TestBrowser.Page unknown =
        browser.get(
            URI.create(simulator.base() + "/nobody.example/v2.0/.well-known/openid-configuration"));
    assertThat(unknown.status()).isEqualTo(400);
    assertThat(unknown.text()).contains("AADSTS90002: ");
  }

  @Test
  void aSessionIsKeptFromTheConsentToTheSignInAndEnded() throws Exception {
    Map<String, String> consent = request();
    consent.put("scope", "https://graph.microsoft.com/.default");
    browser.click(
        browser.click(
            browser.open("/organizations/v2.0/adminconsent", consent), "administrator-fabrikam"),
        "accept");
    assertThat(authorize("organizations", request()).answer()).containsKey("code");
    assertThat(authorize("organizations", with("prompt", "select_account")).status())
        .as("but for who wants to be asked")
        .isEqualTo(200);
    String end = simulator.base() + "/organizations/oauth2/v2.0/logout";
    assertThat(browser.get(URI.create(end)).text()).contains("You signed out");
    assertThat(authorize("organizations", request()).text()).contains("Pick an account");
    assertThat(authorize("organizations", with("prompt", "none")).answer())
        .containsEntry("error", "login_required")
        .containsEntry("state", "s&1");
  }

  @Test
  void whoComesFromAnotherTenantSaysSoOrIsRefused() throws Exception {
    SimulatedPerson stranger = simulator.administrator(own.tenantId());
    simulator.enterpriseApplication(own.tenantId(), simulator.application().clientId()).consent();
    TestBrowser.Page back =
        browser.click(authorize("organizations", request()), "administrator-contoso");
    JsonNode token = redeem("organizations", redemption(back.answer().get("code"))).json();
    assertThat(claims(token.path("id_token").asText()).path("tid").asText())
        .isEqualTo(own.tenantId());
    TestBrowser.Page page = authorize(tenant.tenantId(), request());
    assertThat(page.status()).isEqualTo(400);
    assertThat(page.location()).isEmpty();
    assertThat(page.element("error")).startsWith("AADSTS50020: User account");
    simulator.invite(stranger, tenant.tenantId(), false);
    TestBrowser.Page guest = authorize(tenant.tenantId(), request());
    JsonNode claims =
        claims(
            redeem(tenant.tenantId(), redemption(guest.answer().get("code")))
                .json()
                .path("id_token")
                .asText());
    assertThat(claims.path("tid").asText()).isEqualTo(tenant.tenantId());
    assertThat(claims.path("idp").asText())
        .isEqualTo("https://sts.windows.net/" + own.tenantId() + "/");
    assertThat(claims.path("oid").asText()).isNotEqualTo(stranger.objectId());
  }

  @Test
  void anApplicationThatIsNotThereAsksForConsentToSignIn() throws Exception {
    simulator.enterpriseApplication(tenant.tenantId()).delete();
    TestBrowser.Page page = browser.click(authorize("organizations", request()), "user-fabrikam");
    assertThat(page.text()).contains("Permissions requested").doesNotContain("AuditLog");
    assertThat(browser.click(page, "cancel").answer())
        .containsEntry("error", "access_denied")
        .doesNotContainKey("admin_consent");
    assertThat(authorize("organizations", with("prompt", "none")).answer())
        .containsEntry("error", "interaction_required");
    assertThat(browser.click(page, "accept").answer()).containsKey("code");
    assertThat(simulator.enterpriseApplication(tenant.tenantId()).permissions()).isEmpty();
    simulator.enterpriseApplication(tenant.tenantId()).disable();
    assertThat(authorize("organizations", request()).element("error"))
        .startsWith("AADSTS7000112: ");
  }

  @Test
  void aFormCanBringTheAnswer() throws Exception {
    TestBrowser.Page page =
        browser.click(
            authorize("organizations", with("response_mode", "form_post")),
            "administrator-fabrikam");
    assertThat(page.status()).isEqualTo(200);
    assertThat(page.text())
        .contains("<form method=\"post\" action=\"" + CALLBACK + "\">")
        .contains("name=\"state\" value=\"s&amp;1\"");
    String script = page.text().replaceAll("(?s).*<script>(.*)</script>.*", "$1");
    assertThat(page.header("Content-Security-Policy"))
        .contains(
            "script-src 'sha256-"
                + Base64.getEncoder()
                    .encodeToString(
                        MessageDigest.getInstance("SHA-256")
                            .digest(script.getBytes(StandardCharsets.UTF_8)))
                + "'");
    String code = page.text().replaceAll("(?s).*name=\"code\" value=\"([^\"]*)\".*", "$1");
    assertThat(redeem("organizations", redemption(code)).status()).isEqualTo(200);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "response_type | token | unsupported_response_type | AADSTS700054: ",
        "response_type | '' | invalid_request | AADSTS900144: ",
        "scope | '' | invalid_request | AADSTS900144: ",
        "response_mode | fragment | invalid_request | AADSTS90014: ",
        "code_challenge | short | invalid_request | AADSTS501491: ",
        "code_challenge_method | S512 | invalid_request | AADSTS501491: "
      })
  void whatIsWrongIsTheApplicationsToHear(
      String name, String value, String error, String description) throws Exception {
    Map<String, String> answer = authorize("organizations", with(name, value)).answer();
    assertThat(answer).containsEntry("error", error).containsEntry("state", "s&1");
    assertThat(answer.get("error_description")).startsWith(description);
  }

  @Test
  void aRedirectUriThatIsNotRegisteredGetsNothing() throws Exception {
    TestBrowser.Page page =
        authorize("organizations", with("redirect_uri", "https://evil.example/callback"));
    assertThat(page.status()).isEqualTo(400);
    assertThat(page.element("error")).startsWith("AADSTS50011: ");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "code | 1.nonsense | 400 | invalid_grant | 70000",
        "code | '' | 400 | invalid_request | 900144",
        "redirect_uri | http://localhost:8124/callback | 400 | invalid_client | 500112",
        "code_verifier | vvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvw | 400 | invalid_grant | 501481",
        "code_verifier | '' | 400 | invalid_grant | 501481",
        "client_id | 12345678-1234-1234-1234-123456789012 | 400 | unauthorized_client | 700016"
      })
  void aCodeIsGoodForItsOwnRequestOnly(
      String name, String value, int status, String error, int number) throws Exception {
    Map<String, String> fields = redemption(code());
    String good = fields.put(name, value);
    TestClient.Answer answer = redeem("organizations", fields);
    assertThat(answer.status()).isEqualTo(status);
    assertThat(answer.json().path("error").asText()).isEqualTo(error);
    assertThat(answer.json().path("error_codes").path(0).asInt()).isEqualTo(number);
    fields.put(name, good);
    assertThat(redeem("organizations", fields).status()).as("and stays good").isEqualTo(200);
  }

  @Test
  void aCodeIsOfOneTenantAndApplication() throws Exception {
    assertThat(
            redeem(own.tenantId(), redemption(code())).json().path("error_codes").path(0).asInt())
        .isEqualTo(700005);
    Map<String, String> others = redemption(code());
    others.put("client_id", own.clientId());
    assertThat(redeem(tenant.tenantId(), others).json().path("error_codes").path(0).asInt())
        .isEqualTo(700016);
    assertThat(redeem("organizations", others).json().path("error_codes").path(0).asInt())
        .isEqualTo(70000);
    simulator.enterpriseApplication(tenant.tenantId()).disable();
    Map<String, String> late = redemption(simulatedCode());
    assertThat(redeem("organizations", late).json().path("error_codes").path(0).asInt())
        .isEqualTo(7000112);
  }

  private String simulatedCode() throws Exception {
    simulator.enterpriseApplication(tenant.tenantId()).enable();
    String code = code();
    simulator.enterpriseApplication(tenant.tenantId()).disable();
    return code;
  }

  @Test
  void aCodeIsGoodOnceAndForTenMinutes() throws Exception {
    String code = code();
    assertThat(redeem("organizations", redemption(code)).status()).isEqualTo(200);
    JsonNode again = redeem("organizations", redemption(code)).json();
    assertThat(again.path("error").asText()).isEqualTo("invalid_grant");
    assertThat(again.path("error_description").asText())
        .startsWith("AADSTS54005: OAuth2 Authorization code was already redeemed");
    String old = code();
    clock.forward(Duration.ofMinutes(11));
    assertThat(redeem("organizations", redemption(old)).json().path("error_codes").path(0).asInt())
        .isEqualTo(70008);
  }

  @Test
  void ofManyAtOnceOneGetsTheToken() throws Exception {
    String code = code();
    ExecutorService threads = Executors.newFixedThreadPool(8);
    try {
      List<Future<Integer>> answers = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        answers.add(threads.submit(() -> redeem("organizations", redemption(code)).status()));
      }
      int good = 0;
      for (Future<Integer> answer : answers) {
        good += answer.get() == 200 ? 1 : 0;
      }
      assertThat(good).isEqualTo(1);
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void withoutPkceTheClientProvesItsKey() throws Exception {
    Map<String, String> request = request();
    request.remove("code_challenge");
    request.remove("code_challenge_method");
    TestBrowser.Page back =
        browser.click(authorize(tenant.tenantId(), request), "administrator-fabrikam");
    Map<String, String> fields = redemption(back.answer().get("code"));
    fields.remove("code_verifier");
    TestClient.Answer unproven = redeem(tenant.tenantId(), fields);
    assertThat(unproven.status()).isEqualTo(401);
    assertThat(unproven.json().path("error_codes").path(0).asInt()).isEqualTo(7000218);
    fields.put("client_assertion_type", ClientAssertion.TYPE);
    String assertion = client.assertion(client.assertionClaims());
    fields.put("client_assertion", assertion.substring(0, assertion.length() - 8) + "AAAAAAAA");
    assertThat(redeem(tenant.tenantId(), fields).json().path("error_codes").path(0).asInt())
        .isEqualTo(700027);
    fields.put("client_assertion", assertion);
    assertThat(redeem(tenant.tenantId(), fields).json().path("id_token").asText()).isNotEmpty();
  }
}
