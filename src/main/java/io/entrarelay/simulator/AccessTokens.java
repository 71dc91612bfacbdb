package io.entrarelay.simulator;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Access tokens in the shape of Graph's application tokens: a JWT with {@code aud, tid, appid,
 * roles, idtyp, xms_cc}, signed with a key that only this simulator knows.
 */
final class AccessTokens {
  /** A token's content, once its signature and shape are proven. */
  record Grant(
      String tenantId,
      String clientId,
      long serial,
      Instant expires,
      List<String> roles,
      boolean challengeable,
      @Nullable String claim) {}

  private static final Base64.Encoder ENCODER = Base64.getUrlEncoder().withoutPadding();
  private static final JsonMapper JSON = new JsonMapper();

  private final SecretKeySpec key;
  private final AtomicLong serial = new AtomicLong();

  AccessTokens(byte[] key) {
    this.key = new SecretKeySpec(key, "HmacSHA256");
  }

  long lastSerial() {
    return serial.get();
  }

  String issue(
      String audience,
      String tenantId,
      String clientId,
      List<String> roles,
      Instant now,
      Instant expires,
      boolean challengeable,
      @Nullable String claim) {
    ObjectNode body = JSON.createObjectNode();
    body.put("aud", audience)
        .put("iss", "https://sts.windows.net/" + tenantId + "/")
        .put("iat", now.getEpochSecond())
        .put("nbf", now.getEpochSecond())
        .put("exp", expires.getEpochSecond())
        .put("appid", clientId)
        .put("appidacr", "2")
        .put("idtyp", "app")
        .put("tid", tenantId)
        .put("uti", Long.toString(serial.incrementAndGet()))
        .put("ver", "1.0");
    if (!roles.isEmpty()) {
      roles.forEach(body.putArray("roles")::add);
    }
    if (challengeable) {
      body.putArray("xms_cc").add("cp1");
    }
    if (claim != null) {
      body.put("simulated_nbf", claim);
    }
    String signed = encode("{\"typ\":\"JWT\",\"alg\":\"HS256\"}") + "." + encode(body.toString());
    return signed + "." + ENCODER.encodeToString(sign(signed));
  }

  /** The token's content, or null when this simulator has not issued it. Says nothing of time. */
  @Nullable Grant read(String token) {
    int end = token.lastIndexOf('.');
    int middle = token.indexOf('.');
    if (middle < 0 || end <= middle) {
      return null;
    }
    try {
      byte[] signature = Base64.getUrlDecoder().decode(token.substring(end + 1));
      if (!MessageDigest.isEqual(signature, sign(token.substring(0, end)))) {
        return null;
      }
      JsonNode body =
          JSON.readTree(Base64.getUrlDecoder().decode(token.substring(middle + 1, end)));
      List<String> roles = new ArrayList<>();
      body.path("roles").forEach(role -> roles.add(role.asText()));
      return new Grant(
          body.path("tid").asText(),
          body.path("appid").asText(),
          body.path("uti").asLong(),
          Instant.ofEpochSecond(body.path("exp").asLong()),
          roles,
          body.has("xms_cc"),
          body.has("simulated_nbf") ? body.path("simulated_nbf").asText() : null);
    } catch (IllegalArgumentException | java.io.IOException e) {
      return null;
    }
  }

  private static String encode(String text) {
    return ENCODER.encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  private byte[] sign(String text) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(key);
      return mac.doFinal(text.getBytes(StandardCharsets.US_ASCII));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The value of {@code access_token.nbf} in a token request's claims, or null. */
  static @Nullable String claim(JsonNode claims) {
    JsonNode value = claims.path("access_token").path("nbf").path("value");
    return value.isMissingNode() ? null : value.asText();
  }

  /** Whether a token request's claims say that the client understands claims challenges. */
  static boolean challengeable(JsonNode claims) {
    for (JsonNode value : claims.path("access_token").path("xms_cc").path("values")) {
      if (value.asText().equals("cp1")) {
        return true;
      }
    }
    return false;
  }

  static JsonNode claims(String text) throws JsonProcessingException {
    return JSON.readTree(text);
  }
}
