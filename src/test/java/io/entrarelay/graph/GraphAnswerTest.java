package io.entrarelay.graph;

import static org.assertj.core.api.Assertions.assertThat;

import io.entrarelay.graph.GraphAnswer.Kind;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What each of Graph's error answers means; the bodies are those that Graph is seen to send. */
class GraphAnswerTest {
  private static final Instant NOW = Instant.parse("2026-06-01T12:00:00Z");

  private static GraphAnswer answer(int status, Map<String, String> headers, String body) {
    return GraphAnswer.of(
        status,
        headers,
        body.getBytes(StandardCharsets.UTF_8),
        List.of("AuditLog.Read.All", "Directory.Read.All"),
        NOW);
  }

  private static GraphAnswer error(int status, String code, String message) {
    return answer(
        status,
        Map.of(),
        "{\"error\":{\"code\":\""
            + code
            + "\",\"message\":\""
            + message
            + "\",\"innerError\":{\"date\":\"2021-09-02T17:15:30\",\"request-id\":\"73badd94\"}}}");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "403 | Authentication_RequestFromNonPremiumTenantOrB2CTenant | Neither tenant is B2C or tenant doesn't have premium license | FORBIDDEN_LICENCE | Graph says this for three causes: the tenant has no Entra ID P1 or P2 licence, which this report needs; or the application lacks Directory.Read.All, without which Graph can't see the licence; or Graph failed to look at it just now, which passes by itself. See that",
        "403 | Authentication_ApplicationHasNoDirectoryReadAccess | Failed to do premium license check from ADGraph | FORBIDDEN_PERMISSION | The application lacks a permission. Add Directory.Read.All (application permission of Microsoft Graph) in the Entra admin center under App registrations > API permissions and grant admin consent; it takes some minutes to reach the tokens.",
        "403 | Authentication_MSGraphPermissionMissing | The principal does not have required Microsoft Graph permission(s): AuditLog.Read.All | FORBIDDEN_PERMISSION | The application lacks a permission. Add AuditLog.Read.All (application",
        "403 | Authentication_MSGraphPermissionMissing | Application missing MSGraph API 'Read all audit log data' permission | FORBIDDEN_PERMISSION | The application lacks a permission. Add AuditLog.Read.All and Directory.Read.All (application",
        "403 | UnknownError | required permissions: IdentityRiskEvent.Read.All | FORBIDDEN_PERMISSION | The application lacks a permission. Add IdentityRiskEvent.Read.All (application",
        "403 | Authorization_RequestDenied | Insufficient privileges to complete the operation. | FORBIDDEN_PERMISSION | The application lacks a permission. Add AuditLog.Read.All and Directory.Read.All",
        "403 | Forbidden | Your tenant is not licensed for this feature. | FORBIDDEN_LICENCE | The tenant has no licence for this report: sign-ins need Entra ID P1, identity protection needs P2. Buy it, or take the report out of the integration's file.",
        "403 | '' | Forbidden | FORBIDDEN_OTHER | Graph refuses without naming a permission or licence. Check AuditLog.Read.All and Directory.Read.All, the tenant's licence, and its Conditional Access for workload identities.",
        "400 | BadRequest | Invalid filter clause | BAD_FILTER | Graph doesn't take the query. If the start lies further back than Graph keeps (30 days with Entra ID P1 or P2, 7 without), start later; else check the report's source under routes/sources/.",
        "400 | '' | Invalid filter clause | BAD_FILTER | Graph doesn't take the query.",
        "400 | BadRequest | Query option 'Skip' is not allowed. To allow it, set the 'AllowedQueryOptions' property on EnableQueryAttribute or QueryValidationSettings. | BAD_FILTER | Graph doesn't take the query.",
        "400 | '' | Specified argument was out of the range of valid values. (Parameter 'Minimum allowed time for activityDateTime is 2/5/2023 12:00:00 AM') | BEFORE_RETENTION | The window starts before what Graph keeps: 30 days with Entra ID P1 or P2, 7 without. It starts later then.",
        "400 | '' | Invalid Skip Token | SKIP_TOKEN_LOST | Graph lost the place in the collection. The window is read again.",
        "400 | BadRequest | Invalid Skip Token, skip token is null | SKIP_TOKEN_LOST | Graph lost the place in the collection.",
        "400 | UnknownError | Token not found: token is either invalid or expired | SKIP_TOKEN_LOST | Graph lost the place in the collection.",
        "400 | syncStateNotFound | The sync state generation is not found. | SKIP_TOKEN_LOST | Graph lost the place in the collection.",
        "410 | '' | Gone | SKIP_TOKEN_LOST | Graph lost the place in the collection.",
        "400 | Whatever | No idea | OTHER | Graph refuses with status 400. Look its code up at https://learn.microsoft.com/graph/errors.",
        "401 | InvalidAuthenticationToken | Lifetime validation failed, the token is expired. | TOKEN_EXPIRED | Graph doesn't take the token any more. A new one is asked for.",
        "404 | Request_ResourceNotFound | Resource not found | NOT_FOUND | Graph knows no such collection in this cloud. Check the report's path under routes/sources/; outside the global cloud sign-ins are under /beta.",
        "429 | UnknownError | Too Many Requests | THROTTLED | Graph has had too many requests of this tenant. Nothing to do: it waits.",
        "429 | TooManyRequests | Please retry again later. | THROTTLED | Graph has had too many requests",
        "500 | InternalServerError | x | UNAVAILABLE | Graph has a passing fault (500). Nothing to do: it is tried again.",
        "502 | '' | x | UNAVAILABLE | Graph has a passing fault (502)",
        "503 | UnknownError | '' | UNAVAILABLE | Graph has a passing fault (503)",
        "504 | UnknownError | '' | GATEWAY_TIMEOUT | The window is too much for Graph at once. It is halved.",
        "200 | TooManyRequests | x | THROTTLED | Graph has had too many requests",
        "200 | InvalidAuthenticationToken | x | TOKEN_EXPIRED | Graph doesn't take the token",
        "200 | generalException | x | UNAVAILABLE | Graph has a passing fault (200)",
      })
  void isClassified(int status, String code, String message, Kind kind, String advice) {
    GraphAnswer answer = error(status, code, message);
    assertThat(answer.kind()).isEqualTo(kind);
    assertThat(answer.advice()).startsWith(advice);
    assertThat(answer.code()).isEqualTo(code);
    assertThat(answer.message()).isEqualTo(message);
    assertThat(answer.requestId()).isEqualTo("73badd94");
  }

  @Test
  void theEarliestStartIsRead() {
    String message =
        "Parameter 'Minimum allowed time for activityDateTime is 12/25/2023 11:05:09 PM'";
    assertThat(error(400, "", message).minimum()).isEqualTo("2023-12-25T23:05:09Z");
    assertThat(error(400, "", message.replace("11:05:09 PM", "12:00:00 AM")).minimum())
        .isEqualTo("2023-12-25T00:00:00Z");
    GraphAnswer unreadable = error(400, "", message.replace("12/25", "99/99"));
    assertThat(unreadable.kind()).isEqualTo(Kind.BEFORE_RETENTION);
    assertThat(unreadable.minimum()).isNull();
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "null",
      delimiter = '|',
      value = {
        "2.128 | null | PT2.128S",
        "120 | null | PT2M",
        "' 0 ' | null | PT0S",
        "0.0001 | null | PT0.001S",
        "99999999 | null | P1D",
        "Mon, 01 Jun 2026 12:00:30 GMT | null | PT30S",
        "Mon, 01 Jun 2026 12:00:30 GMT | Mon, 01 Jun 2026 12:00:10 GMT | PT20S",
        "Mon, 01 Jun 2026 11:00:30 GMT | null | PT0S",
        "-5 | null | null",
        "NaN | null | null",
        "1e9 | null | null",
        "soon | null | null",
        "'' | null | null",
        "null | null | null",
      })
  void retryAfterIsReadInAllItsForms(
      @Nullable String value, @Nullable String date, @Nullable Duration wait) {
    Map<String, String> headers = new HashMap<>();
    if (value != null) {
      headers.put("retry-AFTER", value);
    }
    if (date != null) {
      headers.put("date", date);
    }
    assertThat(answer(429, headers, "").retryAfter()).isEqualTo(wait);
  }

  @Test
  void aClaimsChallengeIsTold() {
    String claims =
        Base64.getUrlEncoder()
            .withoutPadding()
            .encodeToString(
                "{\"access_token\":{\"nbf\":{\"essential\":true,\"value\":\"1\"}}}"
                    .getBytes(StandardCharsets.UTF_8));
    String header = "Bearer realm=\"\", error=\"insufficient_claims\", claims=\"" + claims + "\"";
    GraphAnswer answer = answer(401, Map.of("www-authenticate", header), "");
    assertThat(answer.kind()).isEqualTo(Kind.CLAIMS_CHALLENGE);
    assertThat(answer.advice())
        .isEqualTo("Graph wants a token with other claims. One is asked for.");
    assertThat(answer(401, Map.of("WWW-Authenticate", "Bearer realm=\"\""), "").kind())
        .isEqualTo(Kind.TOKEN_EXPIRED);
  }

  @Test
  void theMessageIsCleanedAndBounded() {
    GraphAnswer answer =
        error(
            400,
            "x",
            "a\\u0000b\\r\\nc \\u202e eyJhbGciOiJSUzI1NiJ9.eyJhIjoxfQ.c2ln $skiptoken=topsecret&x "
                + "y".repeat(500));
    assertThat(answer.message())
        .startsWith("a b c *** $skiptoken=***&x yyy")
        .hasSize(300)
        .endsWith("…");
  }

  @Test
  void whatIsNoErrorObjectIsOutlined() {
    assertThat(answer(502, Map.of(), "<html><body>Bad gateway</body></html>").message())
        .isEqualTo("(a web page)");
    assertThat(answer(503, Map.of(), "").message()).isEqualTo("(empty)");
    assertThat(answer(503, Map.of(), "{\"error\":").message()).isEqualTo("(no error object)");
    assertThat(answer(403, Map.of(), "[1]").kind()).isEqualTo(Kind.FORBIDDEN_OTHER);
    assertThat(answer(403, Map.of(), "{\"error\":\"text\"}").kind())
        .isEqualTo(Kind.FORBIDDEN_OTHER);
  }

  @Test
  void theRequestIdOfTheHeaderComesFirst() {
    GraphAnswer answer =
        answer(
            403,
            Map.of("Request-Id", "of-header"),
            "{\"error\":{\"innerError\":{\"request-id\":\"of-body\"}}}");
    assertThat(answer.requestId()).isEqualTo("of-header");
  }
}
