package io.entrarelay.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Each error that Entra and Graph are known to answer with: the cause that is told, the remedy, and
 * of Entra's whether it may be no more than its servers not having learnt of a grant yet.
 */
class KnownErrorsTest {
  private static final String TENANT = "7f3f5d6c-3a5b-4c59-9a44-6d1f6f7f0a01";
  private static final String CLIENT = "c0ffee00-1111-4222-8333-944455556666";

  @SuppressWarnings("NullAway.Init") // set before each test
  private TokenServer server;

  @BeforeEach
  void start() throws Exception {
    server = new TokenServer(null);
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private TokenException refusal() {
    Cloud cloud = new Cloud("custom", server.http(), server.http());
    try (var connections = new GraphHttpClientConfigurer(new Trust(null), null);
        var source =
            new TokenSource(
                new Registration("contoso", TENANT, CLIENT, cloud),
                Pki::credential,
                connections,
                Runnable::run,
                Clock.systemUTC(),
                new Random(7),
                TokenSource.DEADLINE)) {
      return catchThrowableOfType(TokenException.class, source::token);
    } catch (TrustException e) {
      throw new IllegalStateException(e);
    }
  }

  private String told(String text) {
    return text.replace("CLIENT", CLIENT)
        .replace("TENANT", TENANT)
        .replace("CONSENT", server.http() + "/" + TENANT + "/adminconsent?client_id=" + CLIENT);
  }

  /** Status, OAuth error, what Entra says where that decides; kind, cause, remedy, lags. */
  @ParameterizedTest(name = "AADSTS{0} {3}")
  @CsvSource(
      delimiter = '|',
      value = {
        "700016 | 400 | unauthorized_client | | APPLICATION | the application CLIENT is not known in tenant TENANT | Check client-id and tenant-id. Have an administrator of the tenant open CONSENT and consent; right after it, it can take up to 15 minutes to take effect. | true",
        "7000229 | 401 | invalid_client | | APPLICATION | the application CLIENT has no service principal in tenant TENANT | Have an administrator of the tenant open CONSENT and consent; right after it, it can take up to 15 minutes to take effect. | true",
        "7000112 | 400 | unauthorized_client | | APPLICATION | the application CLIENT is disabled in tenant TENANT | Set Enabled for users to sign-in to Yes in the Entra admin center under Enterprise applications > CLIENT > Properties. | false",
        "700027 | 401 | invalid_client | [Reason - The key was not found.] | CERTIFICATE | the certificate is not one that is registered with the application CLIENT | Upload the certificate in the Entra admin center under App registrations > CLIENT > Certificates & secrets; right after uploading, wait some minutes. If it is there already, check this machine's clock. | true",
        "700027 | 401 | invalid_client | [Reason - The key used is expired.] | CERTIFICATE | the certificate registered with the application CLIENT has expired | Make a new one and upload it. Upload the certificate in the Entra admin center | false",
        "700027 | 401 | invalid_client | Client assertion is not within its valid time range. | CLOCK | the assertion's times don't match Entra's clock | Set this machine's clock (NTP); a few minutes off are too much. | false",
        "700024 | 401 | invalid_client | | CLOCK | the assertion's times don't match Entra's clock | Set this machine's clock (NTP); a few minutes off are too much. | false",
        "700021 | 401 | invalid_client | | OTHER | the assertion's issuer is not the application CLIENT | The credential of the integration's file must be a certificate with its private key; if it is, report this as a fault of Entra Relay. | false",
        "700023 | 401 | invalid_client | | OTHER | the assertion is addressed to another token endpoint | Check cloud: in the integration's file | false",
        "700030 | 401 | invalid_client | | CERTIFICATE | the certificate's subject is not allowed for the application CLIENT | Upload the certificate in the Entra admin center | false",
        "7000215 | 401 | invalid_client | | CERTIFICATE | the credential is not valid for the application CLIENT | The credential of the integration's file must be a certificate | false",
        "7000222 | 401 | invalid_client | | CERTIFICATE | the credential registered with the application CLIENT has expired | Upload the certificate in the Entra admin center | false",
        "7000218 | 401 | invalid_client | | CERTIFICATE | the request reached Entra without the certificate's assertion | Look for a proxy that changes requests. | false",
        "700025 | 401 | invalid_client | | CERTIFICATE | the application CLIENT is registered as a public client | In the Entra admin center under App registrations > CLIENT > Authentication turn Allow public client flows off. | false",
        "90002 | 400 | invalid_request | | TENANT | the tenant TENANT was not found | Check tenant-id (Entra admin center > Overview). Check cloud: in the integration's file (global, us-gov, us-gov-dod, china) | false",
        "90038 | 400 | invalid_request | | TENANT | the tenant TENANT lives in another cloud | Check cloud: in the integration's file | false",
        "900382 | 400 | invalid_request | | TENANT | the application and the tenant TENANT live in different clouds | Check cloud: in the integration's file | false",
        "900432 | 400 | invalid_request | | TENANT | the application and the tenant TENANT live in different clouds | Check cloud: in the integration's file | false",
        "9001023 | 400 | invalid_request | | TENANT | the request names no tenant of its own | Give the Directory (tenant) ID as tenant-id (Entra admin center > Overview). | false",
        "90124 | 400 | invalid_request | | TENANT | the request names no tenant of its own | Give the Directory (tenant) ID as tenant-id (Entra admin center > Overview). | false",
        "53003 | 400 | invalid_grant | | POLICY | Conditional Access of tenant TENANT blocks the application CLIENT | Have the tenant's administrator look in the Entra admin center under Monitoring & health > Sign-in logs > Service principal sign-ins which policy it is, and allow this machine's address in it, or exclude the application from it. | false",
        "530032 | 400 | invalid_grant | | POLICY | a security policy of tenant TENANT blocks the application CLIENT | Have the tenant's administrator look in the Entra admin center under Monitoring & health > Sign-in logs > Service principal sign-ins which policy it is, and exclude the application from it. | false",
        "530035 | 400 | access_denied | | POLICY | the security defaults of tenant TENANT block the application CLIENT | Have the tenant's administrator look in the Entra admin center under Overview > Properties > Manage security defaults. | false",
        "650051 | 400 | invalid_request | The service principal name is already present for the tenant. | CONSENT | Entra is still making the service principal of the application CLIENT in tenant TENANT | Have an administrator of the tenant open CONSENT once more in a minute. | true",
        "650051 | 400 | invalid_request | The tenant is in an unmanaged state. | CONSENT | tenant TENANT is unmanaged: nobody administers it, so nobody can consent | Take the tenant over as its administrator (Microsoft 365 admin center > Become the admin), then have the administrator open CONSENT. | false",
        "650052 | 400 | invalid_client | | CONSENT | tenant TENANT lacks a service that the application CLIENT asks for | Remove the permissions for that service in the Entra admin center under App registrations > CLIENT > API permissions, or subscribe to it. | false",
        "650056 | 400 | invalid_client | | CONSENT | the application CLIENT is misconfigured: Microsoft Graph is not among its permissions, or nobody consented | Add the application permissions that the reports need, of Microsoft Graph, in the Entra admin center under App registrations > CLIENT > API permissions. Have an administrator of the tenant open CONSENT and consent | false",
        "650057 | 400 | invalid_resource | | CONSENT | the application CLIENT does not list Microsoft Graph among its permissions | Add the application permissions that the reports need, of Microsoft Graph, in the Entra admin center under App registrations > CLIENT > API permissions. Have an administrator of the tenant open CONSENT and consent | false",
        "65001 | 400 | invalid_grant | | CONSENT | nobody has consented to the application CLIENT in tenant TENANT | Have an administrator of the tenant open CONSENT and consent; right after it, it can take up to 15 minutes to take effect. | true",
        "65004 | 400 | access_denied | | CONSENT | the administrator of tenant TENANT has declined to consent to the application CLIENT | Have an administrator of the tenant open CONSENT again, and accept. | false",
        "500011 | 400 | invalid_resource | | TENANT | Microsoft Graph under this address is not known in tenant TENANT | Check cloud: in the integration's file (global, us-gov, us-gov-dod, china); the application must be registered in the tenant's own cloud. In a tenant that is new it takes some minutes. | true",
        "70011 | 400 | invalid_scope | | OTHER | the scope of Microsoft Graph is not valid in this cloud | Check cloud: in the integration's file | false",
        "700022 | 400 | invalid_scope | | OTHER | the request asks for more than one resource | Check cloud: in the integration's file | false",
        "50196 | 400 | invalid_grant | | THROTTLED | Entra sees the same token asked for again and again | Stop other programs that use the application CLIENT in a loop. It passes by itself and is tried again. | false",
        "90020 | 400 | temporarily_unavailable | | UNAVAILABLE | Entra has a passing fault | It passes by itself and is tried again. | false",
        "90033 | 503 | temporarily_unavailable | | UNAVAILABLE | Entra has a passing fault | It passes by itself and is tried again. | false",
        "90006 | 500 | server_error | | UNAVAILABLE | Entra has a passing fault | It passes by itself and is tried again. | false",
        "90024 | 400 | temporarily_unavailable | | THROTTLED | Entra is too busy for the request | It passes by itself and is tried again. | false",
        "90012 | 400 | temporarily_unavailable | | UNAVAILABLE | Entra took too long over the request | It passes by itself and is tried again. | false",
        "90055 | 429 | temporarily_unavailable | | THROTTLED | Entra gets too many requests for tenant TENANT | It passes by itself and is tried again. | false",
        "90090 | 400 | server_error | | UNAVAILABLE | Entra could not read the tenant's data just now | It passes by itself and is tried again. | false",
        "123456 | 400 | invalid_request | Something new happened. | OTHER | Entra refuses, saying: Something new happened | Look the code up at https://login.microsoftonline.com/error?code=123456 and check tenant-id, client-id, cloud and certificate. | false",
      })
  @SuppressWarnings("TooManyParameters")
  void entras(
      int code,
      int status,
      String error,
      @Nullable String says,
      TokenException.Kind kind,
      String cause,
      String remedy,
      boolean lags) {
    server.answer =
        TokenServer.refusal(
            status, error, code, says == null ? "Whatever Entra words today." : says);
    TokenException failure = refusal();
    assertThat(failure.aadsts()).isEqualTo("AADSTS" + code);
    assertThat(failure.kind()).isEqualTo(kind);
    assertThat(failure.lags()).isEqualTo(lags);
    assertThat(failure.retryable())
        .isEqualTo(
            kind == TokenException.Kind.THROTTLED || kind == TokenException.Kind.UNAVAILABLE);
    assertThat(failure.getMessage())
        .startsWith(
            "contoso (tenant "
                + TENANT
                + "): "
                + told(cause)
                + " (AADSTS"
                + code
                + "). "
                + told(remedy))
        .endsWith(".")
        .doesNotContain("Trace ID", "{");
    assertThat(server.requests).hasSize(1);
  }

  /** Status, code, message, and what the advice must name. */
  @ParameterizedTest(name = "{0} {1} {2}")
  @CsvSource(
      delimiter = '|',
      emptyValue = "",
      value = {
        "400 | BadRequest | Invalid filter clause | If the start lies further back than Graph keeps; 30 days with Entra ID P1 or P2, 7 without; start later; routes/sources/",
        "400 | '' | Specified argument was out of the range of valid values. (Parameter 'Minimum allowed time for activityDateTime is 2/5/2023 12:00:00 AM') | starts before what Graph keeps; 30 days with Entra ID P1 or P2, 7 without; It starts later then",
        "400 | BadRequest | Query option 'Skip' is not allowed. To allow it, set the 'AllowedQueryOptions' property on EnableQueryAttribute or QueryValidationSettings. | Graph doesn't take the query; routes/sources/",
        "400 | '' | Invalid Skip Token | lost the place in the collection; read again",
        "400 | syncStateNotFound | The sync state generation is not found. The delta token is expired and data must be synchronized again. | lost the place in the collection; read again",
        "401 | InvalidAuthenticationToken | Lifetime validation failed, the token is expired. | doesn't take the token any more; new one is asked for",
        "403 | Authentication_RequestFromNonPremiumTenantOrB2CTenant | Neither tenant is B2C or tenant doesn't have premium license | three causes; no Entra ID P1 or P2 licence; lacks Directory.Read.All; passes by itself; Entra admin center > Billing > Licenses; App registrations > API permissions",
        "403 | Authentication_ApplicationHasNoDirectoryReadAccess | Failed to do premium license check from ADGraph | lacks a permission; Add Directory.Read.All; App registrations > API permissions; grant admin consent",
        "403 | Authentication_MSGraphPermissionMissing | Application missing MSGraph API 'Read all audit log data' permission | lacks a permission; AuditLog.Read.All; App registrations > API permissions; some minutes to reach the tokens",
        "403 | Authentication_MSGraphPermissionMissing | Calling principal does not have required MSGraph permissions AuditLog.Read.All | lacks a permission; Add AuditLog.Read.All (; App registrations > API permissions",
        "403 | Authentication_MSGraphPermissionMissing | The principal does not have required Microsoft Graph permission(s): AuditLog.Read.All | lacks a permission; Add AuditLog.Read.All (; App registrations > API permissions",
        "403 | Authorization_RequestDenied | Insufficient privileges to complete the operation. | lacks a permission; Add AuditLog.Read.All and Directory.Read.All; some minutes to reach the tokens",
        "403 | Forbidden | Your tenant is not licensed for this feature. | no licence for this report; sign-ins need Entra ID P1, identity protection needs P2; Buy it, or take the report out",
        "403 | AccessDenied | Your tenant is not licensed for this feature. | no licence for this report; Buy it, or take the report out",
        "403 | Forbidden | You cannot perform the requested operation, required scopes are missing in the token. | lacks a permission; App registrations > API permissions",
        "403 | '' | User is not in the allowed roles | without naming a permission or licence; Check AuditLog.Read.All and Directory.Read.All; licence; Conditional Access for workload identities",
        "404 | ResourceNotFound | Resource not found | no such collection in this cloud; routes/sources/",
        "404 | Request_ResourceNotFound | Resource not found | no such collection in this cloud; routes/sources/",
        "404 | Directory_ObjectNotFound | Unable to read the company information from the directory. | doesn't know the application in this tenant yet; some minutes; tried again; consent once more",
        "400 | Request_BadRequest | Property appId is invalid. | Graph doesn't take the query",
        "429 | TooManyRequests | Please retry again later. | too many requests of this tenant; Nothing to do: it waits",
        "429 | TooManyRequests | Too many requests from Identifier:<id> under category:aadgraph.app.tenant_large. Please try again later. | too many requests of this tenant; Nothing to do: it waits",
        "429 | UnknownError | Too Many Requests | too many requests of this tenant; Nothing to do: it waits",
        "429 | UnknownError | This request is throttled. Please try again after the value specified in the Retry-After header. | too many requests of this tenant; Nothing to do: it waits",
        "503 | UnknownError | '' | passing fault (503); Nothing to do: it is tried again",
        "504 | UnknownError | '' | too much for Graph at once; It is halved",
      })
  void graphs(int status, String code, String message, String named) {
    String body =
        "{\"error\":{\"code\":\""
            + code
            + "\",\"message\":\""
            + message
            + "\",\"innerError\":{\"date\":\"2021-09-02T17:15:30\",\"request-id\":\"73badd94\"}}}";
    GraphAnswer answer =
        GraphAnswer.of(
            status,
            Map.of(),
            body.getBytes(StandardCharsets.UTF_8),
            List.of("AuditLog.Read.All", "Directory.Read.All"),
            Instant.EPOCH);
    assertThat(answer.advice()).contains(named.split("; ")).endsWith(".");
  }
}
