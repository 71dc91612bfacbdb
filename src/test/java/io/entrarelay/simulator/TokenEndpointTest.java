package io.entrarelay.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.net.http.HttpRequest;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Map;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@NullUnmarked // fields are set before each test
class TokenEndpointTest {
  private static Simulator simulator;
  private static SimulatedTenant tenant;
  private TestClient client;

  @BeforeAll
  static void start() {
    simulator =
        Simulator.start(
            SimulatorOptions.builder().scheme("http").records(10).throttle(false).build());
    tenant = simulator.tenants().get(0);
  }

  @AfterAll
  static void stop() {
    simulator.close();
  }

  @BeforeEach
  void connect() {
    client = new TestClient(simulator);
  }

  @AfterEach
  void heal() {
    simulator.condition(tenant.tenantId(), TenantCondition.WELL);
  }

  private void refused(
      Map<String, String> fields, int status, String error, int code, String description)
      throws Exception {
    refused(client.tokenUrl(), fields, status, error, code, description);
  }

  private void refused(
      String url, Map<String, String> fields, int status, String error, int code, String text)
      throws Exception {
    TestClient.Answer answer = client.requestToken(url, fields);
    JsonNode body = answer.json();
    assertThat(body.path("error_description").asText())
        .startsWith("AADSTS" + code + ": " + text)
        .containsPattern(" Trace ID: [0-9a-f-]{36} Correlation ID: [0-9a-f-]{36} Timestamp: ");
    assertThat(answer.status()).isEqualTo(status);
    assertThat(body.path("error").asText()).isEqualTo(error);
    assertThat(body.path("error_codes").path(0).asInt()).isEqualTo(code);
    assertThat(body.path("error_uri").asText())
        .isEqualTo("https://login.microsoftonline.com/error?code=" + code);
  }

  private Map<String, String> with(String name, String value) throws Exception {
    Map<String, String> fields = client.tokenRequest();
    fields.put(name, value);
    return fields;
  }

  private Map<String, String> without(String name) throws Exception {
    Map<String, String> fields = client.tokenRequest();
    fields.remove(name);
    return fields;
  }

  private Map<String, String> withClaim(String name, Object value) throws Exception {
    Map<String, Object> claims = client.assertionClaims();
    claims.put(name, value);
    return with("client_assertion", client.assertion(claims));
  }

  @Test
  void givesATokenWithTheRolesAndRepeatsTheRequestId() throws Exception {
    TestClient.Answer answer =
        client.send(
            HttpRequest.newBuilder(URI.create(simulator.base() + "/common/discovery/instance"))
                .header("client-request-id", "6c0ffee0-0000-4000-8000-000000000001")
                .build());
    assertThat(answer.header("client-request-id"))
        .isEqualTo("6c0ffee0-0000-4000-8000-000000000001");
    assertThat(answer.json().path("tenant_discovery_endpoint").asText())
        .startsWith(simulator.base().toString());
    JsonNode body = client.requestToken(client.tokenRequest()).json();
    assertThat(body.path("token_type").asText()).isEqualTo("Bearer");
    assertThat(body.path("expires_in").asInt()).isEqualTo(4499);
    JsonNode token =
        TestClient.JSON.readTree(
            Base64.getUrlDecoder().decode(body.path("access_token").asText().split("\\.", -1)[1]));
    assertThat(token.path("roles").toString()).contains("AuditLog.Read.All");
    assertThat(token.path("tid").asText()).isEqualTo(tenant.tenantId());
  }

  @Test
  void takesTheRealAudienceAndEitherWayToWriteTheThumbprint() throws Exception {
    String real = "https://login.microsoftonline.com/" + tenant.tenantId() + "/oauth2/v2.0/token";
    assertThat(client.requestToken(withClaim("aud", real)).status()).isEqualTo(200);
    byte[] thumbprint =
        MessageDigest.getInstance("SHA-256")
            .digest(TestClient.certificate(tenant.certificatePem()).getEncoded());
    String url = Base64.getUrlEncoder().withoutPadding().encodeToString(thumbprint);
    String assertion = client.assertion(client.assertionClaims(), "RS256", url);
    assertThat(client.requestToken(with("client_assertion", assertion)).status()).isEqualTo(200);
  }

  @Test
  void refusesAnUnknownTenantAndApplication() throws Exception {
    String unknown = "12345678-1234-1234-1234-123456789012";
    refused(
        simulator.base() + "/" + unknown + "/oauth2/v2.0/token",
        client.tokenRequest(),
        400,
        "invalid_request",
        90002,
        "Tenant '" + unknown + "' not found.");
    refused(
        with("client_id", unknown),
        400,
        "unauthorized_client",
        700016,
        "Application with identifier '" + unknown + "' was not found in the directory 'Contoso'.");
    simulator.condition(tenant.tenantId(), TenantCondition.APPLICATION_MISSING);
    refused(
        client.tokenRequest(), 400, "unauthorized_client", 700016, "Application with identifier");
    simulator.condition(tenant.tenantId(), TenantCondition.CONSENT_MISSING);
    refused(
        client.tokenRequest(),
        401,
        "invalid_client",
        7000229,
        "The client application "
            + tenant.clientId()
            + " is missing service principal in the tenant "
            + tenant.tenantId());
  }

  @Test
  void refusesAnUnknownCertificateWithItsThumbprint() throws Exception {
    String assertion =
        client.assertion(
            client.assertionClaims(), "RS256", Base64.getEncoder().encodeToString(new byte[32]));
    refused(
        with("client_assertion", assertion),
        401,
        "invalid_client",
        700027,
        "Client assertion contains an invalid signature. [Reason - The key was not found.,"
            + " Thumbprint of key used by client: '"
            + "00".repeat(32)
            + "'");
    simulator.condition(tenant.tenantId(), TenantCondition.CERTIFICATE_MISSING);
    String own =
        HexFormat.of()
            .withUpperCase()
            .formatHex(
                MessageDigest.getInstance("SHA-256")
                    .digest(TestClient.certificate(tenant.certificatePem()).getEncoded()));
    refused(
        client.tokenRequest(),
        401,
        "invalid_client",
        700027,
        "Client assertion contains an invalid signature. [Reason - The key was not found.,"
            + " Thumbprint of key used by client: '"
            + own
            + "'");
  }

  @Test
  void refusesAnAssertionThatWasChangedAfterItWasSigned() throws Exception {
    String[] good = client.assertion(client.assertionClaims()).split("\\.", -1);
    Map<String, Object> changed = client.assertionClaims();
    changed.put("exp", 4_000_000_000L);
    String body =
        Base64.getUrlEncoder()
            .withoutPadding()
            .encodeToString(TestClient.JSON.writeValueAsBytes(changed));
    refused(
        with("client_assertion", good[0] + "." + body + "." + good[2]),
        401,
        "invalid_client",
        700027,
        "Client assertion contains an invalid signature. [Reason - Signature verification failed.");
    refused(
        with("client_assertion", "no.jwt"),
        401,
        "invalid_client",
        50027,
        "JWT token is invalid or malformed.");
  }

  @Test
  void refusesAssertionsOfAnotherTimeAudienceOrIssuer() throws Exception {
    long now = simulator.clock().instant().getEpochSecond();
    String time = "Client assertion is not within its valid time range.";
    refused(withClaim("nbf", now + 900), 401, "invalid_client", 700024, time);
    refused(withClaim("exp", now - 900), 401, "invalid_client", 700024, time);
    refused(
        withClaim("aud", "https://elsewhere.example/token"),
        401,
        "invalid_client",
        700023,
        "Client assertion audience claim does not match Realm issuer.");
    refused(
        withClaim("iss", "somebody"),
        401,
        "invalid_client",
        700021,
        "Client assertion application identifier doesn't match 'client_id' parameter.");
  }

  @Test
  void refusesABodyThatIsNoForm() throws Exception {
    TestClient.Answer answer =
        client.send(
            HttpRequest.newBuilder(URI.create(client.tokenUrl()))
                .POST(HttpRequest.BodyPublishers.ofString("grant_type=%zz"))
                .build());
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.json().path("error").asText()).isEqualTo("invalid_request");
    assertThat(answer.json().path("error_description").asText())
        .startsWith("AADSTS900144: The request body is malformed. Trace ID: ");
  }

  @Test
  void refusesRequestsThatLackSomething() throws Exception {
    refused(
        without("client_assertion"),
        401,
        "invalid_client",
        7000218,
        "The request body must contain the following parameter: 'client_assertion' or"
            + " 'client_secret'.");
    refused(
        without("grant_type"),
        400,
        "invalid_request",
        900144,
        "The request body must contain the following parameter: 'grant_type'.");
    refused(
        with("grant_type", "password"),
        400,
        "unsupported_grant_type",
        70003,
        "The app requested an unsupported grant type 'password'.");
    refused(
        with("scope", "AuditLog.Read.All"),
        400,
        "invalid_scope",
        1002012,
        "The provided value for scope AuditLog.Read.All is not valid.");
    refused(
        with("claims", "{nonsense"),
        400,
        "invalid_request",
        50000,
        "The 'claims' parameter is not a JSON object.");
  }
}
