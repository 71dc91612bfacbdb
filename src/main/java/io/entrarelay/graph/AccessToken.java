package io.entrarelay.graph;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A bearer token for Microsoft Graph. Formally opaque; an application's is a JWT in practice, and
 * what can be read of it is read for diagnosis only, never to decide on access.
 *
 * @param value the secret itself, for the {@code Authorization} header
 * @param expiresOn by this machine's clock
 */
public record AccessToken(String value, Instant expiresOn) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** The granted application permissions, empty where there are none or the token can't be read. */
  public List<String> roles() {
    List<String> roles = new ArrayList<>();
    JsonNode claims = claims();
    if (claims != null) {
      claims.path("roles").forEach(role -> roles.add(role.asText()));
    }
    return List.copyOf(roles);
  }

  /** The tenant's GUID, null where the token can't be read. */
  public @Nullable String tid() {
    JsonNode claims = claims();
    return claims == null ? null : claims.path("tid").textValue();
  }

  private @Nullable JsonNode claims() {
    String[] parts = value.split("\\.", -1);
    if (parts.length != 3) {
      return null;
    }
    try {
      return JSON.readTree(Base64.getUrlDecoder().decode(parts[1]));
    } catch (IOException | IllegalArgumentException e) {
      return null;
    }
  }

  /** Says when it expires, never the secret. */
  @Override
  public String toString() {
    return "AccessToken[***, expires " + expiresOn + "]";
  }
}
