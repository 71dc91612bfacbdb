package io.entrarelay.simulator;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.Signature;
import java.security.interfaces.RSAPublicKey;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.UUID;

/** OpenID Connect's side of sign-ins: what a client discovers, the keys, and the tokens. */
final class IdTokens {
  private static final Duration LIFE = Duration.ofHours(1);
  private static final Base64.Encoder ENCODER = Base64.getUrlEncoder().withoutPadding();

  private final String base;

  /** The key that signs, made once per process when it is first needed. */
  private static final class Keys {
    private static final KeyPair KEYS = make();
    private static final String ID = ENCODER.encodeToString(sha256(KEYS.getPublic().getEncoded()));

    private static KeyPair make() {
      try {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        return generator.generateKeyPair();
      } catch (GeneralSecurityException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  IdTokens(String base) {
    this.base = base;
  }

  private String issuer(String tenantId) {
    return base + "/" + tenantId + "/v2.0";
  }

  /**
   * {@code /{tenant}/v2.0/.well-known/openid-configuration}.
   *
   * @param tenantName as in the path
   * @param issuerTenant a tenant's id; or {@code {tenantid}}, literally, where the tenant is open
   */
  Reply configuration(String tenantName, String issuerTenant) {
    ObjectNode body = JsonNodeFactory.instance.objectNode();
    String paths = base + "/" + tenantName;
    body.put("issuer", issuer(issuerTenant))
        .put("authorization_endpoint", paths + "/oauth2/v2.0/authorize")
        .put("token_endpoint", paths + "/oauth2/v2.0/token")
        .put("end_session_endpoint", paths + "/oauth2/v2.0/logout")
        .put("jwks_uri", paths + "/discovery/v2.0/keys");
    add(body, "response_types_supported", List.of("code"));
    add(body, "response_modes_supported", List.of("query", "form_post"));
    add(body, "grant_types_supported", List.of("authorization_code", "client_credentials"));
    add(body, "subject_types_supported", List.of("pairwise"));
    add(body, "id_token_signing_alg_values_supported", List.of("RS256"));
    add(body, "scopes_supported", List.of("openid", "profile", "email"));
    add(body, "token_endpoint_auth_methods_supported", List.of("private_key_jwt"));
    add(body, "code_challenge_methods_supported", List.of("plain", "S256"));
    add(
        body,
        "claims_supported",
        List.of(
            "sub",
            "iss",
            "aud",
            "exp",
            "iat",
            "nonce",
            "preferred_username",
            "name",
            "tid",
            "oid",
            "ver",
            "email"));
    return Reply.json(200, body.toString());
  }

  private static void add(ObjectNode body, String name, List<String> values) {
    values.forEach(body.putArray(name)::add);
  }

  /** The public key as a set of JSON Web Keys. */
  Reply keys() {
    RSAPublicKey key = (RSAPublicKey) Keys.KEYS.getPublic();
    ObjectNode body = JsonNodeFactory.instance.objectNode();
    body.putArray("keys")
        .addObject()
        .put("kty", "RSA")
        .put("use", "sig")
        .put("kid", Keys.ID)
        .put("n", unsigned(key.getModulus()))
        .put("e", unsigned(key.getPublicExponent()));
    return Reply.json(200, body.toString());
  }

  private static String unsigned(BigInteger number) {
    byte[] bytes = number.toByteArray();
    return ENCODER.encodeToString(
        bytes[0] == 0 ? Arrays.copyOfRange(bytes, 1, bytes.length) : bytes);
  }

  String issue(AuthorizationCodes.Granted granted, IdTokenFlaw flaw, Instant now) {
    SimulatedPerson person = granted.member().person();
    String tenantId = granted.tenant().identity().tenantId();
    String clientId = granted.application().clientId();
    ObjectNode claims = JsonNodeFactory.instance.objectNode();
    claims
        .put("aud", clientId)
        .put("iss", issuer(tenantId))
        .put("iat", now.getEpochSecond())
        .put("nbf", now.getEpochSecond())
        .put("exp", now.plus(LIFE).getEpochSecond());
    if (!person.tenantId().equals(tenantId)) {
      claims.put("idp", "https://sts.windows.net/" + person.tenantId() + "/");
    }
    claims.put("name", person.displayName());
    if (!granted.nonce().isEmpty()) {
      claims.put("nonce", granted.nonce());
    }
    claims
        .put("oid", granted.member().objectId())
        .put("preferred_username", person.userName())
        .put(
            "sub",
            ENCODER.encodeToString(
                sha256((granted.member().objectId() + clientId).getBytes(StandardCharsets.UTF_8))))
        .put("tid", tenantId)
        .put("uti", UUID.randomUUID().toString())
        .put("ver", "2.0");
    if (List.of(granted.scope().split(" ", -1)).contains("email")) {
      claims.put("email", person.userName());
    }
    switch (flaw) {
      case OTHER_NONCE -> claims.put("nonce", "another");
      case OTHER_AUDIENCE -> claims.put("aud", Directory.GRAPH);
      case OTHER_ISSUER -> claims.put("iss", issuer(Directory.GRAPH));
      case EXPIRED -> claims.put("exp", now.minus(LIFE).getEpochSecond());
      case UNSIGNED -> {
        return encode("{\"typ\":\"JWT\",\"alg\":\"none\"}") + "." + encode(claims.toString()) + ".";
      }
      default -> {
        // as it should be, or changed below
      }
    }
    String signed =
        encode("{\"typ\":\"JWT\",\"alg\":\"RS256\",\"kid\":\"" + Keys.ID + "\"}")
            + "."
            + encode(claims.toString());
    String signature = ENCODER.encodeToString(sign(signed));
    if (flaw == IdTokenFlaw.CHANGED) {
      claims.put("name", "Somebody Else");
      signed = signed.substring(0, signed.indexOf('.') + 1) + encode(claims.toString());
    }
    return signed + "." + signature;
  }

  private static String encode(String text) {
    return ENCODER.encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  private static byte[] sign(String text) {
    try {
      Signature signature = Signature.getInstance("SHA256withRSA");
      signature.initSign(Keys.KEYS.getPrivate());
      signature.update(text.getBytes(StandardCharsets.US_ASCII));
      return signature.sign();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static byte[] sha256(byte[] bytes) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(bytes);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }
}
