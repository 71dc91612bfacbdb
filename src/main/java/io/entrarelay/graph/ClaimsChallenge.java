package io.entrarelay.graph;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A claims challenge: Graph wants a new token that satisfies certain claims, since something about
 * the application changed (continuous access evaluation).
 *
 * @see <a href="https://learn.microsoft.com/entra/identity-platform/claims-challenge">Claims
 *     challenges</a>
 */
final class ClaimsChallenge {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int LIMIT = 16 << 10;

  /** One field of a challenge (RFC 9110 section 11.2): a quoted string or a token. */
  private static final Pattern FIELD =
      Pattern.compile("([A-Za-z_]+)\\s*=\\s*(?:\"((?:[^\"\\\\]|\\\\.)*+)\"|([^\\s,\"]++))");

  private ClaimsChallenge() {}

  /**
   * The claims of the challenge as JSON, empty when the header holds none. Several challenges
   * joined by commas, fields in any order, base64 and base64url with and without padding are
   * understood.
   */
  static Optional<String> claims(String wwwAuthenticate) {
    if (wwwAuthenticate.length() > LIMIT || !wwwAuthenticate.contains("insufficient_claims")) {
      return Optional.empty();
    }
    Matcher field = FIELD.matcher(wwwAuthenticate);
    while (field.find()) {
      if (field.group(1).equalsIgnoreCase("claims")) {
        String value = field.group(2) != null ? field.group(2) : field.group(3);
        Optional<String> claims = decode(value);
        if (claims.isPresent()) {
          return claims;
        }
      }
    }
    return Optional.empty();
  }

  private static Optional<String> decode(String value) {
    String base64 = value.replace('-', '+').replace('_', '/').replaceAll("=+$", "");
    try {
      String text = new String(Base64.getDecoder().decode(base64), StandardCharsets.UTF_8);
      JsonNode claims = JSON.readTree(text);
      // MSAL4J throws on claims that are no objects of objects.
      boolean usable = claims.isObject() && claims.path("access_token").isObject();
      return usable ? Optional.of(claims.toString()) : Optional.empty();
    } catch (IllegalArgumentException | JsonProcessingException e) {
      return Optional.empty();
    }
  }
}
