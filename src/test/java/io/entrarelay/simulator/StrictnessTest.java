package io.entrarelay.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@NullUnmarked // fields are set before each test
class StrictnessTest {
  private static final String SIGN_INS = "/v1.0/auditLogs/signIns";
  private static final String AUDITS = "/v1.0/auditLogs/directoryAudits";
  private static final Instant NOW = Instant.parse("2026-11-22T10:00:00Z");

  private TestClock clock;
  private Simulator simulator;
  private TestClient client;

  @BeforeEach
  void start() {
    clock = new TestClock(NOW);
    simulator =
        Simulator.start(
            SimulatorOptions.builder()
                .scheme("http")
                .records(3000)
                .throttle(false)
                .clock(clock)
                .build());
    client = new TestClient(simulator);
  }

  @AfterEach
  void stop() {
    simulator.close();
  }

  private void condition(TenantCondition condition) {
    simulator.condition(simulator.tenants().get(0).tenantId(), condition);
  }

  private void refused(String pathAndQuery, int status, String code, String message)
      throws Exception {
    TestClient.Answer answer = client.get(pathAndQuery);
    JsonNode error = answer.json().path("error");
    assertThat(error.path("message").asText()).isEqualTo(message);
    assertThat(answer.status()).isEqualTo(status);
    assertThat(error.path("code").asText()).isEqualTo(code);
    assertThat(error.path("innerError").path("request-id").asText())
        .isEqualTo(answer.header("request-id"));
  }

  private static String filtered(String path, String filter) {
    return path + "?$filter=" + TestClient.filter(filter);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "createdDateTime ge '2026-11-21T00:00:00Z'",
        "createdDateTime gt 2026-11-21T00:00:00Z",
        "createdDateTime lt 2026-11-21T00:00:00Z",
        "createdDateTime ge 2026-11-21",
        "createdDateTime ge 2026-13-21T00:00:00Z",
        "createdDateTime ge 2026-11-21T00:00:00",
        "createdDateTime ge 2026-11-21T00:00:00Z or createdDateTime le 2026-11-21T00:00:00Z",
        "createdDateTime ge 2026-11-21T00:00:00Z and",
        "createdDateTime",
        "createdDateTime ge 2026-10-22T23:59:59Z",
      })
  void refusesFiltersThatGraphRefuses(String filter) throws Exception {
    refused(filtered(SIGN_INS, filter), 400, "BadRequest", "Invalid filter clause");
  }

  @Test
  void takesEveryWayToWriteATime() throws Exception {
    for (String time :
        new String[] {
          "2026-11-21T00:00:00Z",
          "2026-11-21T00:00:00.1Z",
          "2026-11-21T00:00:00.1234567Z",
          "2026-11-21T00:00:00.123456789Z",
          "2026-11-21T01:00:00+01:00"
        }) {
      assertThat(client.get(filtered(SIGN_INS, "createdDateTime ge " + time)).status())
          .as(time)
          .isEqualTo(200);
    }
    assertThat(client.get(filtered(AUDITS, "activityDateTime ge 2026-11-21")).status())
        .isEqualTo(200);
    assertThat(client.get(SIGN_INS + "?$top=1&&createdDateTime+ge+nonsense").status())
        .as("what has no dollar is ignored")
        .isEqualTo(200);
  }

  @Test
  void comparesProvisioningByGtAndLtOnly() throws Exception {
    String path = "/v1.0/auditLogs/provisioning";
    String day = "2026-11-22T00:00:00Z";
    for (String operator : new String[] {"ge", "le"}) {
      refused(
          filtered(path, "activityDateTime " + operator + " " + day),
          400,
          "BadRequest",
          "Invalid filter clause");
    }
    JsonNode newest = client.get(path + "?$top=1").json().path("value").path(0);
    String time = newest.path("activityDateTime").asText();
    String equal = filtered(path, "activityDateTime eq " + time) + "&$top=5";
    assertThat(client.get(equal).json().path("value")).isNotEmpty();
    assertThat(client.get(filtered(path, "activityDateTime gt " + time)).json().path("value"))
        .isEmpty();
    assertThat(client.get(path).json().has("@odata.nextLink"))
        .as("no link where no $top is given")
        .isFalse();
    assertThat(client.get(path + "?$top=1000").json().has("@odata.nextLink")).isTrue();
  }

  @Test
  void givesSignInsByEventTypeInBetaOnly() throws Exception {
    String filter = "signInEventTypes/any(t: t eq 'servicePrincipal')";
    refused(
        filtered(SIGN_INS, filter),
        400,
        "BadRequest",
        "Could not find a property named 'signInEventTypes' on type 'microsoft.graph.signIn'.");
    String beta = "/beta/auditLogs/signIns";
    refused(
        filtered(beta, "signInEventTypes/any(t: t eq 'nobody')"),
        400,
        "BadRequest",
        "Invalid filter clause");
    for (String each :
        new String[] {
          filter + " and createdDateTime ge 2026-11-21T12:00:00Z",
          "(createdDateTime ge 2026-11-21T12:00:00Z) and (" + filter + ")"
        }) {
      JsonNode page = client.get(filtered(beta, each) + "&$top=7").json();
      assertThat(page.path("value")).hasSize(7);
      page.path("value")
          .forEach(
              record ->
                  assertThat(record.at("/signInEventTypes/0").asText())
                      .isEqualTo("servicePrincipal"));
      assertThat(page.path("@odata.nextLink").asText()).contains("/beta/auditLogs/signIns?");
      assertThat(page.path("@odata.context").asText())
          .endsWith("/beta/$metadata#auditLogs/signIns");
    }
    assertThat(client.get(beta + "?$top=1").json().at("/value/0/isInteractive").asBoolean())
        .as("interactive ones without a filter")
        .isTrue();
  }

  @Test
  void givesRisksInPagesOfTheirOwn() throws Exception {
    String path = "/v1.0/identityProtection/riskDetections";
    assertThat(client.get(path).json().path("value")).hasSize(20);
    refused(
        path + "?$top=501",
        400,
        "BadRequest",
        "The limit of '500' for Top query has been exceeded. The value from the incoming request"
            + " is '501'.");
    JsonNode all = client.get(path + "?$top=500").json().path("value");
    assertThat(all).hasSize(150);
    String time = all.path(0).path("lastUpdatedDateTime").asText();
    assertThat(client.get(filtered(path, "lastUpdatedDateTime gt " + time)).json().path("value"))
        .as("gt gives what is equal, too")
        .hasSize(1);
    assertThat(client.get(filtered(path, "lastUpdatedDateTime ge 2020-01-01")).status())
        .as("kept as long as they are unsettled")
        .isEqualTo(200);
  }

  @Test
  void refusesTheTimePropertyOfTheOtherReport() throws Exception {
    refused(
        filtered(SIGN_INS, "activityDateTime ge 2026-11-21T00:00:00Z"),
        400,
        "BadRequest",
        "Could not find a property named 'activityDateTime' on type 'microsoft.graph.signIn'.");
    refused(
        filtered(AUDITS, "createdDateTime ge 2026-11-21T00:00:00Z"),
        400,
        "BadRequest",
        "Could not find a property named 'createdDateTime' on type"
            + " 'microsoft.graph.directoryAudit'.");
    refused(
        AUDITS + "?$orderby=createdDateTime",
        400,
        "BadRequest",
        "Could not find a property named 'createdDateTime' on type"
            + " 'microsoft.graph.directoryAudit'.");
  }

  @Test
  void refusesAStartBeforeRetentionByTheReport() throws Exception {
    refused(
        filtered(AUDITS, "activityDateTime ge 2026-10-22T23:59:59Z"),
        400,
        "",
        "Specified argument was out of the range of valid values. (Parameter 'Minimum allowed time"
            + " for activityDateTime is 10/23/2026 12:00:00 AM')");
    assertThat(client.get(filtered(AUDITS, "activityDateTime ge 2026-10-23T00:00:00Z")).status())
        .isEqualTo(200);
    assertThat(client.get(filtered(SIGN_INS, "createdDateTime ge 2026-10-23T00:00:00Z")).status())
        .isEqualTo(200);
  }

  @ParameterizedTest
  @CsvSource({"$skip=1,Skip", "$count=true,Count", "$search=x,Search", "$expand=x,Expand"})
  void refusesQueryOptionsThatAreNotAllowed(String option, String name) throws Exception {
    refused(
        SIGN_INS + "?" + option,
        400,
        "BadRequest",
        "Query option '"
            + name
            + "' is not allowed. To allow it, set the 'AllowedQueryOptions' property on"
            + " EnableQueryAttribute or QueryValidationSettings.");
  }

  @Test
  void refusesOptionsThatDontExistOrComeTwice() throws Exception {
    refused(
        SIGN_INS + "?$limit=1",
        400,
        "BadRequest",
        "The query parameter '$limit' is not supported.");
    refused(
        SIGN_INS + "?$top=1&$top=2",
        400,
        "BadRequest",
        "Query option '$top' was specified more than once, but it must be specified at most once.");
    refused(
        SIGN_INS + "?$top=1001",
        400,
        "BadRequest",
        "The limit of '1000' for Top query has been exceeded. The value from the incoming request"
            + " is '1001'.");
    refused(
        SIGN_INS + "?$top=x",
        400,
        "BadRequest",
        "Invalid value 'x' for $top query option found. The $top query option requires a positive"
            + " integer value.");
    refused(
        SIGN_INS + "?$orderby=createdDateTime%20up", 400, "BadRequest", "Invalid orderby clause");
  }

  @Test
  void refusesSkipTokensThatAreEmptyWrongOrTooOld() throws Exception {
    refused(SIGN_INS + "?$skiptoken=", 400, "BadRequest", "Invalid Skip Token, skip token is null");
    refused(SIGN_INS + "?$skiptoken=x", 400, "", "Invalid Skip Token");
    String link = client.get(SIGN_INS + "?$top=10").json().path("@odata.nextLink").asText();
    String rest = link.substring(simulator.base().toString().length());
    refused(rest.replace("$top=10", "$top=20"), 400, "", "Invalid Skip Token");
    clock.forward(Duration.ofMinutes(9));
    assertThat(client.get(rest).status()).isEqualTo(200);
    clock.forward(Duration.ofMinutes(2));
    refused(rest, 400, "BadRequest", "Token not found: token is either invalid or expired");
  }

  @Test
  void refusesTokensThatAreMissingWrongOrExpired() throws Exception {
    TestClient.Answer answer =
        client.send(HttpRequest.newBuilder(URI.create(simulator.base() + SIGN_INS)).build());
    assertThat(answer.status()).isEqualTo(401);
    assertThat(answer.json().path("error").path("message").asText())
        .isEqualTo("Access token is empty.");
    String good = client.token();
    client.token("nonsense");
    refused(
        SIGN_INS,
        401,
        "InvalidAuthenticationToken",
        "IDX14100: JWT is not well formed, there are no dots (.).");
    client.token(good.substring(0, good.length() - 4) + "AAAA");
    refused(
        SIGN_INS,
        401,
        "InvalidAuthenticationToken",
        "Access token validation failure. Invalid signature.");
    client.token(good);
    clock.forward(Duration.ofMinutes(76));
    refused(
        SIGN_INS,
        401,
        "InvalidAuthenticationToken",
        "Lifetime validation failed, the token is expired.");
  }

  @Test
  void refusesWithoutPermissionOrLicence() throws Exception {
    condition(TenantCondition.LICENCE_MISSING);
    refused(
        SIGN_INS,
        403,
        "Authentication_RequestFromNonPremiumTenantOrB2CTenant",
        "Neither tenant is B2C or tenant doesn't have premium license");
    assertThat(client.get(AUDITS).status()).as("audits need no licence").isEqualTo(200);
    refused(
        "/v1.0/identityProtection/riskyUsers",
        403,
        "Forbidden",
        "Your tenant is not licensed for this feature.");
    condition(TenantCondition.PERMISSION_MISSING);
    client.token(null);
    refused(
        AUDITS,
        403,
        "Authentication_MSGraphPermissionMissing",
        "The principal does not have required Microsoft Graph permission(s): AuditLog.Read.All");
  }

  @Test
  void answersAsATenantInTroubleDoes() throws Exception {
    condition(TenantCondition.THROTTLED);
    refused(SIGN_INS, 429, "TooManyRequests", "Please retry again later.");
    condition(TenantCondition.BROKEN);
    refused(
        SIGN_INS,
        503,
        "ServiceUnavailable",
        "The service is temporarily unavailable. Please try again.");
  }

  @Test
  void knowsItsCollectionsInAnyCaseAndNothingElse() throws Exception {
    for (String path :
        new String[] {
          "/v1.0/auditlogs/signins",
          "/beta/auditLogs/signIns",
          "/v1.0/auditLogs/provisioning",
          "/beta/auditLogs/directoryAudits",
          "/v1.0/identityprotection/riskdetections",
          "/v1.0/identityProtection/riskyUsers",
          "/v1.0/identityProtection/servicePrincipalRiskDetections"
        }) {
      assertThat(client.get(path).status()).as(path).isEqualTo(200);
    }
    refused(
        "/v1.0/auditLogs/signUps",
        400,
        "BadRequest",
        "Resource not found for the segment 'signUps'.");
    TestClient.Answer posted =
        client.send(
            HttpRequest.newBuilder(URI.create(simulator.base() + SIGN_INS))
                .POST(HttpRequest.BodyPublishers.noBody())
                .build());
    assertThat(posted.status()).isEqualTo(405);
    assertThat(posted.json().path("error").path("message").asText())
        .isEqualTo("Specified HTTP method is not allowed for the request target.");
  }
}
