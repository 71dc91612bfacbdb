package io.entrarelay.graph;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.proc.BadJOSEException;
import com.nimbusds.jose.util.Base64URL;
import com.nimbusds.jwt.JWTParser;
import com.nimbusds.oauth2.sdk.AuthorizationCode;
import com.nimbusds.oauth2.sdk.AuthorizationCodeGrant;
import com.nimbusds.oauth2.sdk.ResponseType;
import com.nimbusds.oauth2.sdk.Scope;
import com.nimbusds.oauth2.sdk.TokenRequest;
import com.nimbusds.oauth2.sdk.auth.JWTAuthenticationClaimsSet;
import com.nimbusds.oauth2.sdk.auth.PrivateKeyJWT;
import com.nimbusds.oauth2.sdk.id.Audience;
import com.nimbusds.oauth2.sdk.id.ClientID;
import com.nimbusds.oauth2.sdk.id.Issuer;
import com.nimbusds.oauth2.sdk.id.JWTID;
import com.nimbusds.oauth2.sdk.id.State;
import com.nimbusds.oauth2.sdk.pkce.CodeChallengeMethod;
import com.nimbusds.oauth2.sdk.pkce.CodeVerifier;
import com.nimbusds.openid.connect.sdk.AuthenticationRequest;
import com.nimbusds.openid.connect.sdk.Nonce;
import com.nimbusds.openid.connect.sdk.claims.IDTokenClaimsSet;
import com.nimbusds.openid.connect.sdk.validators.IDTokenValidator;
import io.entrarelay.credential.Credential;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.text.ParseException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.classic.methods.HttpPost;
import org.apache.hc.client5.http.classic.methods.HttpUriRequestBase;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.io.entity.StringEntity;
import org.jspecify.annotations.Nullable;

/**
 * Proves which tenant an administrator has consented for: what the redirect after the consent says
 * could come from anyone, and a token of the application's own says nothing about who came back. So
 * the administrator signs in at that tenant (OpenID Connect Core, code flow with a nonce and RFC
 * 7636), and the ID token's {@code tid} tells.
 *
 * <p>Requests go to the configured authority and nowhere else; the sign-in's own access token is
 * thrown away.
 */
public final class AdministratorSignIn {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Pattern AADSTS = Pattern.compile("AADSTS(\\d{4,9})");
  private static final Scope SCOPE = new Scope("openid", "profile");
  private static final int BODY_LIMIT = 1 << 20;
  private static final Duration ASSERTION_LIFE = Duration.ofMinutes(5);

  private final ClientID clientId;
  private final Cloud cloud;
  private final Supplier<Credential> credential;
  private final GraphHttpClientConfigurer connections;
  private final Clock clock;

  /**
   * @param clientId the shared application's GUID
   * @param credential the application's; throws with a message that names file and remedy
   */
  public AdministratorSignIn(
      String clientId,
      Cloud cloud,
      Supplier<Credential> credential,
      GraphHttpClientConfigurer connections,
      Clock clock) {
    this.clientId = new ClientID(clientId);
    this.cloud = cloud;
    this.credential = credential;
    this.connections = connections;
    this.clock = clock;
  }

  /**
   * What is kept of a sign-in until its answer comes.
   *
   * @param tenantId the tenant that is to be proven
   * @param state comes back with the answer
   * @param nonce stands in the ID token
   * @param verifier RFC 7636
   */
  public record Begun(String tenantId, String state, String nonce, String verifier) {
    /** Random ones. */
    public static Begun at(String tenantId) {
      return new Begun(
          tenantId, new State().getValue(), new Nonce().getValue(), new CodeVerifier().getValue());
    }

    /** Without what only the two sides may know. */
    @Override
    public String toString() {
      return "Begun[" + tenantId + "]";
    }
  }

  /**
   * Where an administrator consents to all that the application is registered for.
   *
   * @param tenantId null where the one who consents shall say which tenant it is
   */
  public URI consent(@Nullable String tenantId, URI redirectUri, String state) {
    return URI.create(
        cloud.authority()
            + "/"
            + (tenantId == null ? "organizations" : tenantId)
            + "/v2.0/adminconsent?client_id="
            + encoded(clientId.getValue())
            + "&scope="
            + encoded(cloud.scope())
            + "&redirect_uri="
            + encoded(redirectUri.toString())
            + "&state="
            + encoded(state));
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  /** Where the administrator signs in at the tenant. */
  public URI signIn(Begun begun, URI redirectUri) {
    return new AuthenticationRequest.Builder(ResponseType.CODE, SCOPE, clientId, redirectUri)
        .endpointURI(at(begun.tenantId, "/oauth2/v2.0/authorize"))
        .state(new State(begun.state))
        .nonce(new Nonce(begun.nonce))
        .codeChallenge(new CodeVerifier(begun.verifier), CodeChallengeMethod.S256)
        .build()
        .toURI();
  }

  /**
   * Whether the sign-in was one at the tenant.
   *
   * @param code as the answer has it
   * @param redirectUri as in {@link #signIn}
   * @return who signed in, for the audit log
   * @throws ConsentException where it was none, or can't be told
   */
  public String proven(Begun begun, String code, URI redirectUri) throws ConsentException {
    HttpClientBuilder client = HttpClientBuilder.create();
    connections.configureHttpClient(client);
    try (CloseableHttpClient http = client.build()) {
      String idToken = redeem(http, begun, code, redirectUri);
      JsonNode configuration =
          json(http, new HttpGet(at(begun.tenantId, "/v2.0/.well-known/openid-configuration")));
      String issuer = configuration.path("issuer").asText();
      if (!issuer.endsWith("/" + begun.tenantId + "/v2.0")) {
        throw unproven("the tenant's OpenID configuration names another issuer");
      }
      JsonNode keys = json(http, new HttpGet(at(begun.tenantId, "/discovery/v2.0/keys")));
      return name(claims(begun, idToken, issuer, keys));
    } catch (IOException e) {
      throw new ConsentException(
          "the sign-in can't be checked: " + NetworkProblem.of(e, cloud.authority()).text(),
          "Authorize again when Entra is reached");
    }
  }

  private String redeem(CloseableHttpClient http, Begun begun, String code, URI redirectUri)
      throws IOException, ConsentException {
    URI endpoint = at(begun.tenantId, "/oauth2/v2.0/token");
    TokenRequest request =
        new TokenRequest(
            endpoint,
            assertion(endpoint),
            new AuthorizationCodeGrant(
                new AuthorizationCode(code), redirectUri, new CodeVerifier(begun.verifier)),
            SCOPE,
            null,
            // which RFC 7521 leaves out beside an assertion, and Entra wants
            Map.of("client_id", List.of(clientId.getValue())));
    HttpPost post = new HttpPost(endpoint);
    post.setEntity(
        new StringEntity(
            request.toHTTPRequest().getQuery(), ContentType.APPLICATION_FORM_URLENCODED));
    return json(http, post).path("id_token").asText();
  }

  private PrivateKeyJWT assertion(URI endpoint) throws ConsentException {
    Credential with;
    try {
      with = credential.get();
    } catch (IllegalStateException e) {
      throw new ConsentException(
          "the application's certificate can't be used: " + e.getMessage(), "Then authorize again");
    }
    Instant now = clock.instant();
    try {
      return new PrivateKeyJWT(
          new JWTAuthenticationClaimsSet(
              clientId,
              new Audience(endpoint).toSingleAudienceList(),
              Date.from(now.plus(ASSERTION_LIFE)),
              Date.from(now),
              Date.from(now),
              new JWTID()),
          JWSAlgorithm.RS256,
          with.privateKey(),
          null,
          null,
          Base64URL.encode(
              MessageDigest.getInstance("SHA-256").digest(with.certificate().getEncoded())),
          null);
    } catch (JOSEException | GeneralSecurityException e) {
      throw new IllegalStateException("a credential that was checked signs", e);
    }
  }

  private IDTokenClaimsSet claims(Begun begun, String idToken, String issuer, JsonNode keys)
      throws ConsentException {
    IDTokenClaimsSet claims;
    try {
      claims =
          new IDTokenValidator(
                  new Issuer(issuer), clientId, JWSAlgorithm.RS256, JWKSet.parse(keys.toString()))
              .validate(JWTParser.parse(idToken), new Nonce(begun.nonce));
    } catch (ParseException | BadJOSEException | JOSEException e) {
      // its message may quote the token's claims
      throw unproven("the ID token of the sign-in is not one for this application and this moment");
    }
    if (!begun.tenantId.equals(claims.getStringClaim("tid"))) {
      throw unproven("who signed in did so at another tenant than the one that consented");
    }
    return claims;
  }

  private static String name(IDTokenClaimsSet claims) {
    String name = claims.getStringClaim("preferred_username");
    return Printable.line(name == null ? String.valueOf(claims.getSubject()) : name, 120);
  }

  private static ConsentException unproven(String cause) {
    return new ConsentException(
        cause, "Nothing was changed. Authorize again, as an administrator of the tenant itself");
  }

  private JsonNode json(CloseableHttpClient http, HttpUriRequestBase request)
      throws IOException, ConsentException {
    request.setHeader("Accept", "application/json");
    Answer answer =
        http.execute(
            request,
            response -> {
              HttpEntity entity = response.getEntity();
              if (entity == null) {
                return new Answer(response.getCode(), new byte[0]);
              }
              try (InputStream in = entity.getContent()) {
                return new Answer(response.getCode(), in.readNBytes(BODY_LIMIT));
              }
            });
    JsonNode json = JSON.missingNode();
    try {
      json = JSON.readTree(new String(answer.body, StandardCharsets.UTF_8));
    } catch (JsonProcessingException e) {
      // said below; the exception may quote what is a secret
    }
    if (answer.status == 200 && json.isObject()) {
      return json;
    }
    throw refused(answer.status, json.path("error_description").asText(""));
  }

  private ConsentException refused(int status, String description) {
    Matcher code = AADSTS.matcher(description);
    boolean coded = code.find();
    StsError known = coded ? StsError.of(Integer.parseInt(code.group(1)), description) : null;
    return new ConsentException(
        "Entra does not confirm the sign-in"
            + (known == null ? "" : ": " + filled(known.cause()))
            + (coded ? " (" + code.group() + ")" : " (status " + status + ")"),
        known == null ? "Authorize again" : filled(known.remedy()));
  }

  private String filled(String text) {
    return text.replace("{client}", clientId.getValue())
        .replace("{tenant}", "that consented")
        .replace("{consent}", "Microsoft's consent page");
  }

  /** What an endpoint of the authority has answered. */
  private record Answer(int status, byte[] body) {}

  private URI at(String tenantId, String path) {
    return URI.create(cloud.authority() + "/" + tenantId + path);
  }
}
