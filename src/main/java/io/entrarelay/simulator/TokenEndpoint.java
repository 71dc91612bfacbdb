package io.entrarelay.simulator;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * {@code POST /{tenant}/oauth2/v2.0/token}: client credentials with a certificate, verified as
 * Entra does, and its errors (facts: graph.md sections 6.1 and 6.4, entra-auth.md section 1.3).
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
  private static final String ASSERTION_TYPE =
      "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
  private static final Duration LIFE = Duration.ofMinutes(75);
  // Entra's tolerance between clocks
  private static final Duration SKEW = Duration.ofMinutes(5);
  private static final DateTimeFormatter TIMESTAMP =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss'Z'").withZone(ZoneOffset.UTC);
  private static final JsonMapper JSON = new JsonMapper();

  private final String base;
  private final Function<String, @Nullable Tenant> tenants;
  private final AccessTokens tokens;

  TokenEndpoint(String base, Function<String, @Nullable Tenant> tenants, AccessTokens tokens) {
    this.base = base;
    this.tenants = tenants;
    this.tokens = tokens;
  }

  /** A refusal in Entra's words. */
  private static final class Refusal extends Exception {
    private static final long serialVersionUID = 1;
    private final int status;
    private final String error;
    private final int code;

    Refusal(int status, String error, int code, String text) {
      super(text, null, false, false);
      this.status = status;
      this.error = error;
      this.code = code;
    }
  }

  Reply answer(String tenantName, String form, String correlationId, Instant now) {
    try {
      return Reply.json(200, grant(tenantName, fields(form), now));
    } catch (Refusal refusal) {
      return refuse(refusal, correlationId, now);
    }
  }

  /** Entra's own trouble, to be tried again. */
  Reply transientError(String correlationId, Instant now) {
    return refuse(
        new Refusal(
            500, "server_error", 90033, "A transient error has occurred. Please try again."),
        correlationId,
        now);
  }

  Reply throttled(String correlationId, Instant now) {
    return refuse(
        new Refusal(
            429,
            "temporarily_unavailable",
            90055,
            "The server has terminated the request because there are too many concurrent requests"
                + " from the tenant."),
        correlationId,
        now);
  }

  private static Reply refuse(Refusal refusal, String correlationId, Instant now) {
    String trace = UUID.randomUUID().toString();
    String timestamp = TIMESTAMP.format(now);
    ObjectNode body = JSON.createObjectNode();
    body.put("error", refusal.error)
        .put(
            "error_description",
            "AADSTS"
                + refusal.code
                + ": "
                + refusal.getMessage()
                + " Trace ID: "
                + trace
                + " Correlation ID: "
                + correlationId
                + " Timestamp: "
                + timestamp);
    body.putArray("error_codes").add(refusal.code);
    body.put("timestamp", timestamp)
        .put("trace_id", trace)
        .put("correlation_id", correlationId)
        .put("error_uri", "https://login.microsoftonline.com/error?code=" + refusal.code);
    return Reply.json(refusal.status, body.toString());
  }

  private static Map<String, String> fields(String form) throws Refusal {
    Map<String, String> fields = new HashMap<>();
    for (String part : form.split("&", -1)) {
      int equals = part.indexOf('=');
      if (equals > 0) {
        try {
          fields.put(
              URLDecoder.decode(part.substring(0, equals), StandardCharsets.UTF_8),
              URLDecoder.decode(part.substring(equals + 1), StandardCharsets.UTF_8));
        } catch (IllegalArgumentException e) {
          throw new Refusal(400, "invalid_request", 900144, "The request body is malformed.");
        }
      }
    }
    return fields;
  }

  private String grant(String tenantName, Map<String, String> fields, Instant now) throws Refusal {
    String grantType = required(fields, "grant_type");
    if (!grantType.equals("client_credentials")) {
      throw new Refusal(
          400,
          "unsupported_grant_type",
          70003,
          "The app requested an unsupported grant type '" + grantType + "'.");
    }
    Tenant tenant = tenants.apply(tenantName);
    if (tenant == null) {
      throw new Refusal(
          400,
          "invalid_request",
          90002,
          "Tenant '"
              + tenantName
              + "' not found. Check to make sure you have the correct tenant ID and are signing"
              + " into the correct cloud. Check with your subscription administrator, this may"
              + " happen if there are no active subscriptions for the tenant.");
    }
    SimulatedTenant identity = tenant.identity();
    String clientId = required(fields, "client_id");
    if (!clientId.equalsIgnoreCase(identity.clientId())
        || tenant.condition() == TenantCondition.APPLICATION_MISSING) {
      throw new Refusal(
          400,
          "unauthorized_client",
          700016,
          "Application with identifier '"
              + clientId
              + "' was not found in the directory '"
              + identity.displayName()
              + "'. This can happen if the application has not been installed by the administrator"
              + " of the tenant or consented to by any user in the tenant. You may have sent your"
              + " authentication request to the wrong tenant.");
    }
    if (tenant.condition() == TenantCondition.CONSENT_MISSING) {
      throw new Refusal(
          401,
          "invalid_client",
          7000229,
          "The client application "
              + clientId
              + " is missing service principal in the tenant "
              + identity.tenantId()
              + ". See instructions here: https://go.microsoft.com/fwlink/?linkid=2225119");
    }
    String audience = audience(required(fields, "scope"));
    String assertion = fields.get("client_assertion");
    if (assertion == null || !ASSERTION_TYPE.equals(fields.get("client_assertion_type"))) {
      throw new Refusal(
          401,
          "invalid_client",
          7000218,
          "The request body must contain the following parameter: 'client_assertion' or"
              + " 'client_secret'.");
    }
    verify(assertion, tenant, now);
    JsonNode claims = claims(fields.get("claims"));
    String claim = AccessTokens.claim(claims);
    Instant expires = now.plus(LIFE);
    List<String> roles =
        tenant.condition() == TenantCondition.PERMISSION_MISSING ? List.of() : ROLES;
    String token =
        tokens.issue(
            audience, identity, roles, now, expires, AccessTokens.challengeable(claims), claim);
    ObjectNode body = JSON.createObjectNode();
    body.put("token_type", "Bearer")
        .put("expires_in", LIFE.toSeconds() - 1)
        .put("ext_expires_in", LIFE.toSeconds() - 1)
        .put("access_token", token);
    return body.toString();
  }

  private static JsonNode claims(@Nullable String text) throws Refusal {
    if (text == null) {
      return MissingNode.getInstance();
    }
    try {
      return AccessTokens.claims(text);
    } catch (JsonProcessingException e) {
      throw new Refusal(
          400, "invalid_request", 50000, "The 'claims' parameter is not a JSON object.");
    }
  }

  private static String required(Map<String, String> fields, String name) throws Refusal {
    String value = fields.get(name);
    if (value == null || value.isBlank()) {
      throw new Refusal(
          400,
          "invalid_request",
          900144,
          "The request body must contain the following parameter: '" + name + "'.");
    }
    return value;
  }

  /** The one resource of the scopes; MSAL adds the three of OpenID. */
  private static String audience(String scope) throws Refusal {
    for (String word : scope.split("\\s+", -1)) {
      if (List.of("openid", "profile", "offline_access", "").contains(word)) {
        continue;
      }
      if (word.endsWith("/.default")) {
        return word.substring(0, word.length() - "/.default".length());
      }
      break;
    }
    throw new Refusal(
        400,
        "invalid_scope",
        1002012,
        "The provided value for scope "
            + scope
            + " is not valid. Client credential flows must have a scope value with /.default"
            + " suffixed to the resource identifier (application ID URI).");
  }

  private void verify(String assertion, Tenant tenant, Instant now) throws Refusal {
    String[] parts = assertion.split("\\.", -1);
    JsonNode header = parts.length == 3 ? part(parts[0]) : null;
    JsonNode body = parts.length == 3 ? part(parts[1]) : null;
    if (header == null || body == null) {
      throw new Refusal(401, "invalid_client", 50027, "JWT token is invalid or malformed.");
    }
    String clientId = tenant.identity().clientId();
    byte[] thumbprint = thumbprint(header);
    byte[] sha1 = digest("SHA-1", tenant.certificate());
    boolean known =
        Arrays.equals(thumbprint, digest("SHA-256", tenant.certificate()))
            || Arrays.equals(thumbprint, sha1);
    if (!known || tenant.condition() == TenantCondition.CERTIFICATE_MISSING) {
      throw invalidSignature(
          "The key was not found.", HexFormat.of().withUpperCase().formatHex(thumbprint), clientId);
    }
    if (!signed(header.path("alg").asText(), parts, tenant.certificate())) {
      throw invalidSignature(
          "Signature verification failed.",
          HexFormat.of().withUpperCase().formatHex(thumbprint),
          clientId);
    }
    if (now.isAfter(tenant.certificate().getNotAfter().toInstant())) {
      throw invalidSignature(
          "The key used is expired.",
          HexFormat.of().withUpperCase().formatHex(thumbprint),
          clientId);
    }
    String own = base + "/" + tenant.identity().tenantId() + "/oauth2/v2.0/token";
    String real =
        "https://login.microsoftonline.com/" + tenant.identity().tenantId() + "/oauth2/v2.0/token";
    String audience = body.path("aud").asText();
    if (!audience.equalsIgnoreCase(own) && !audience.equalsIgnoreCase(real)) {
      throw new Refusal(
          401,
          "invalid_client",
          700023,
          "Client assertion audience claim does not match Realm issuer. Review the documentation"
              + " at https://docs.microsoft.com/azure/active-directory/develop/active-directory-certificate-credentials .");
    }
    if (!body.path("iss").asText().equalsIgnoreCase(clientId)
        || !body.path("sub").asText().equalsIgnoreCase(clientId)) {
      throw new Refusal(
          401,
          "invalid_client",
          700021,
          "Client assertion application identifier doesn't match 'client_id' parameter.");
    }
    Instant from = Instant.ofEpochSecond(body.path("nbf").asLong());
    Instant to = Instant.ofEpochSecond(body.path("exp").asLong());
    if (!body.path("exp").isNumber()
        || now.isBefore(from.minus(SKEW))
        || !now.isBefore(to.plus(SKEW))) {
      throw new Refusal(
          401,
          "invalid_client",
          700024,
          "Client assertion is not within its valid time range. Current time: "
              + now
              + ", assertion valid from "
              + from
              + ", expiry time of assertion "
              + to
              + ". Review the documentation at"
              + " https://docs.microsoft.com/azure/active-directory/develop/active-directory-certificate-credentials .");
    }
  }

  private static Refusal invalidSignature(String reason, String thumbprint, String clientId) {
    return new Refusal(
        401,
        "invalid_client",
        700027,
        "Client assertion contains an invalid signature. [Reason - "
            + reason
            + ", Thumbprint of key used by client: '"
            + thumbprint
            + "', Please visit the Azure Portal, Graph Explorer or directly use MS Graph to see"
            + " configured keys for app Id '"
            + clientId
            + "'. Review the documentation at"
            + " https://docs.microsoft.com/en-us/graph/deployments to determine the corresponding"
            + " service endpoint and https://docs.microsoft.com/en-us/graph/api/application-get?view=graph-rest-1.0&tabs=http"
            + " to build a query request URL, such as 'https://graph.microsoft.com/beta/applications/"
            + clientId
            + "'].");
  }

  private static @Nullable JsonNode part(String encoded) {
    try {
      JsonNode node = JSON.readTree(Base64.getUrlDecoder().decode(encoded));
      return node.isObject() ? node : null;
    } catch (IllegalArgumentException | java.io.IOException e) {
      return null;
    }
  }

  /** MSAL4J writes the thumbprint in plain base64 with padding, the RFC asks for base64url. */
  private static byte[] thumbprint(JsonNode header) {
    String text = header.path("x5t#S256").asText(header.path("x5t").asText());
    try {
      return Base64.getUrlDecoder()
          .decode(text.replace('+', '-').replace('/', '_').replace("=", ""));
    } catch (IllegalArgumentException e) {
      return new byte[0];
    }
  }

  private static byte[] digest(String algorithm, X509Certificate certificate) {
    try {
      return MessageDigest.getInstance(algorithm).digest(certificate.getEncoded());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static boolean signed(String algorithm, String[] parts, X509Certificate certificate) {
    try {
      Signature signature;
      switch (algorithm) {
        case "RS256" -> signature = Signature.getInstance("SHA256withRSA");
        case "PS256" -> {
          signature = Signature.getInstance("RSASSA-PSS");
          signature.setParameter(
              new PSSParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, 32, 1));
        }
        default -> {
          return false;
        }
      }
      signature.initVerify(certificate.getPublicKey());
      signature.update((parts[0] + "." + parts[1]).getBytes(StandardCharsets.US_ASCII));
      return signature.verify(Base64.getUrlDecoder().decode(parts[2]));
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      return false;
    }
  }
}
