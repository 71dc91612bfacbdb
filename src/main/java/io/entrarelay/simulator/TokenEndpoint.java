package io.entrarelay.simulator;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@code POST /{tenant}/oauth2/v2.0/token}: client credentials with a certificate, and the codes of
 * people who have signed in, verified as Entra does, and its errors (facts: graph.md sections 6.1
 * and 6.4, entra-auth.md section 1.3).
 */
final class TokenEndpoint {
  static final List<String> ROLES =
      List.of(
          "AuditLog.Read.All",
          "Directory.Read.All",
          "IdentityRiskEvent.Read.All",
          "IdentityRiskyServicePrincipal.Read.All",
          "IdentityRiskyUser.Read.All",
          "Policy.Read.ConditionalAccess");
  private static final Duration LIFE = Duration.ofMinutes(75);
  private static final JsonMapper JSON = new JsonMapper();

  private final Entra entra;
  private final AccessTokens tokens;
  private final AuthorizationCodes codes;
  private final IdTokens idTokens;
  private final ClientAssertion assertions;

  TokenEndpoint(
      String base, Entra entra, AccessTokens tokens, AuthorizationCodes codes, IdTokens idTokens) {
    this.entra = entra;
    this.tokens = tokens;
    this.codes = codes;
    this.idTokens = idTokens;
    this.assertions = new ClientAssertion(base);
  }

  Reply answer(String tenantName, String form, String correlationId, Instant now) {
    try {
      Fields fields = fields(form);
      String grantType = fields.required("grant_type");
      return Reply.json(
          200,
          switch (grantType) {
            case "client_credentials" -> clientCredentials(tenantName, fields, now);
            case "authorization_code" -> code(tenantName, fields, now);
            default ->
                throw new StsRefusal(
                    400,
                    "unsupported_grant_type",
                    70003,
                    "The app requested an unsupported grant type '" + grantType + "'.");
          });
    } catch (StsRefusal refusal) {
      return refusal.json(correlationId, now);
    }
  }

  /** Entra's own trouble, to be tried again. */
  static Reply transientError(String correlationId, Instant now) {
    return new StsRefusal(
            500, "server_error", 90033, "A transient error has occurred. Please try again.")
        .json(correlationId, now);
  }

  static Reply throttled(String correlationId, Instant now) {
    return new StsRefusal(
            429,
            "temporarily_unavailable",
            90055,
            "The server has terminated the request because there are too many concurrent requests"
                + " from the tenant.")
        .json(correlationId, now);
  }

  private static Fields fields(String form) throws StsRefusal {
    try {
      return Fields.parse(form);
    } catch (IllegalArgumentException e) {
      throw new StsRefusal(400, "invalid_request", 900144, "The request body is malformed.");
    }
  }

  private String clientCredentials(String tenantName, Fields fields, Instant now)
      throws StsRefusal {
    Tenant tenant = entra.tenant(tenantName);
    if (tenant == null) {
      throw StsRefusal.noTenant(tenantName);
    }
    SimulatedTenant identity = tenant.identity();
    String clientId = fields.required("client_id");
    EnterpriseApplication application = tenant.application(clientId);
    if (application == null || tenant.condition() == TenantCondition.APPLICATION_MISSING) {
      throw StsRefusal.noApplication(clientId, identity.displayName());
    }
    if (tenant.condition() == TenantCondition.CONSENT_MISSING) {
      throw StsRefusal.noServicePrincipal(clientId, identity.tenantId());
    }
    EnterpriseApplication.Seen seen = application.seen(now);
    switch (seen.refusal()) {
      case 0 -> {
        // go on
      }
      case 700016 -> throw StsRefusal.noApplication(clientId, identity.displayName());
      case 7000112 -> throw StsRefusal.disabled(application.registration());
      default -> throw StsRefusal.noServicePrincipal(clientId, identity.tenantId());
    }
    String audience = audience(fields.required("scope"));
    String assertion = assertion(fields);
    if (assertion == null) {
      throw noCredential();
    }
    verify(assertion, application.registration(), tenant, tenantName, now);
    JsonNode claims = claims(fields.values().get("claims"));
    List<String> roles =
        tenant.condition() == TenantCondition.PERMISSION_MISSING ? List.of() : seen.roles();
    String token =
        tokens.issue(
            audience,
            identity.tenantId(),
            application.clientId(),
            roles,
            now,
            now.plus(LIFE),
            AccessTokens.challengeable(claims),
            AccessTokens.claim(claims));
    return answer(token).toString();
  }

  private static ObjectNode answer(String token) {
    return JSON.createObjectNode()
        .put("token_type", "Bearer")
        .put("expires_in", LIFE.toSeconds() - 1)
        .put("ext_expires_in", LIFE.toSeconds() - 1)
        .put("access_token", token);
  }

  private void verify(
      String assertion, Registration application, @Nullable Tenant tenant, String path, Instant now)
      throws StsRefusal {
    boolean known = tenant == null || tenant.condition() != TenantCondition.CERTIFICATE_MISSING;
    assertions.verify(assertion, application, known, path, now);
  }

  private static StsRefusal noCredential() {
    return new StsRefusal(
        401,
        "invalid_client",
        7000218,
        "The request body must contain the following parameter: 'client_assertion' or"
            + " 'client_secret'.");
  }

  /** The client's assertion, or null where it sent none. */
  private static @Nullable String assertion(Fields fields) {
    return fields.get("client_assertion_type").equals(ClientAssertion.TYPE)
        ? fields.values().get("client_assertion")
        : null;
  }

  /** A person's code for tokens about them; the client proves itself by its key or by PKCE. */
  private String code(String tenantName, Fields fields, Instant now) throws StsRefusal {
    Tenant tenant = entra.tenant(tenantName);
    if (tenant == null && !Entra.isOpen(tenantName)) {
      throw StsRefusal.noTenant(tenantName);
    }
    String clientId = fields.required("client_id");
    Registration application = entra.registration(clientId, tenant);
    if (application == null) {
      throw StsRefusal.noApplication(
          clientId, tenant == null ? tenantName : tenant.identity().displayName());
    }
    String code = fields.required("code");
    String redirectUri = fields.required("redirect_uri");
    String assertion = assertion(fields);
    if (assertion != null) {
      verify(assertion, application, tenant, tenantName, now);
    }
    AuthorizationCodes.Granted granted =
        codes.redeem(
            code,
            now,
            one -> {
              matches(one, application, redirectUri);
              if (tenant != null && tenant != one.tenant()) {
                throw StsRefusal.invalidGrant(
                    700005,
                    "Provided Authorization Code is intended to use against other tenant, thus"
                        + " rejected.");
              }
              if (assertion == null && one.challenge().isEmpty()) {
                throw noCredential();
              }
              proven(one, fields.get("code_verifier"));
            });
    String tenantId = granted.tenant().identity().tenantId();
    ObjectNode body =
        answer(
                tokens.issue(
                    Directory.GRAPH,
                    tenantId,
                    application.clientId(),
                    List.of(),
                    now,
                    now.plus(LIFE),
                    false,
                    null))
            .put("scope", granted.scope());
    if (List.of(granted.scope().split(" ", -1)).contains("openid")) {
      body.put("id_token", idTokens.issue(granted, entra.flaw(), now));
    }
    return body.toString();
  }

  private static void matches(
      AuthorizationCodes.Granted granted, Registration application, String redirectUri)
      throws StsRefusal {
    if (!granted.application().clientId().equals(application.clientId())) {
      throw StsRefusal.invalidGrant(
          70000, "Transmission data parser failure: Authorization Code is malformed or invalid.");
    }
    if (!granted.redirectUri().equals(redirectUri)) {
      throw new StsRefusal(
          400,
          "invalid_client",
          500112,
          "The reply address '"
              + redirectUri
              + "' does not match the reply address '"
              + granted.redirectUri()
              + "' provided when requesting Authorization code.");
    }
    EnterpriseApplication there = granted.tenant().application(application.clientId());
    if (there == null || there.state() == EnterpriseApplication.State.ABSENT) {
      throw StsRefusal.noApplication(
          application.clientId(), granted.tenant().identity().displayName());
    }
    if (there.state() == EnterpriseApplication.State.DISABLED) {
      throw StsRefusal.disabled(application);
    }
  }

  private static void proven(AuthorizationCodes.Granted granted, String verifier)
      throws StsRefusal {
    if (granted.challenge().isEmpty()) {
      return;
    }
    String proof = granted.plain() ? verifier : challenge(verifier);
    if (!MessageDigest.isEqual(
        proof.getBytes(StandardCharsets.UTF_8),
        granted.challenge().getBytes(StandardCharsets.UTF_8))) {
      throw StsRefusal.invalidGrant(
          501481,
          "The Code_Verifier does not match the code_challenge supplied in the authorization"
              + " request.");
    }
  }

  private static String challenge(String verifier) {
    try {
      return Base64.getUrlEncoder()
          .withoutPadding()
          .encodeToString(
              MessageDigest.getInstance("SHA-256")
                  .digest(verifier.getBytes(StandardCharsets.UTF_8)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static JsonNode claims(@Nullable String text) throws StsRefusal {
    if (text == null) {
      return MissingNode.getInstance();
    }
    try {
      return AccessTokens.claims(text);
    } catch (JsonProcessingException e) {
      throw new StsRefusal(
          400, "invalid_request", 50000, "The 'claims' parameter is not a JSON object.");
    }
  }

  /** The one resource of the scopes; MSAL adds the three of OpenID. */
  private static String audience(String scope) throws StsRefusal {
    for (String word : scope.split("\\s+", -1)) {
      if (List.of("openid", "profile", "offline_access", "").contains(word)) {
        continue;
      }
      if (word.endsWith("/.default")) {
        return word.substring(0, word.length() - "/.default".length());
      }
      break;
    }
    throw new StsRefusal(
        400,
        "invalid_scope",
        1002012,
        "The provided value for scope "
            + scope
            + " is not valid. Client credential flows must have a scope value with /.default"
            + " suffixed to the resource identifier (application ID URI).");
  }
}
