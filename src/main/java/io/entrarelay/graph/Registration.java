package io.entrarelay.graph;

import java.util.regex.Pattern;

/**
 * An application's registration in one tenant: what a token is asked for.
 *
 * @param integration the integration's name, for messages
 * @param tenantId the tenant's GUID
 * @param clientId the application's GUID
 * @param cloud where the tenant lives
 */
public record Registration(String integration, String tenantId, String clientId, Cloud cloud) {
  private static final Pattern GUID =
      Pattern.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}");

  /** Refuses ids that are no GUIDs: the tenant's becomes part of the token endpoint's address. */
  public Registration {
    if (!GUID.matcher(tenantId).matches()) {
      throw new IllegalArgumentException(integration + ": tenant-id is no GUID");
    }
    if (!GUID.matcher(clientId).matches()) {
      throw new IllegalArgumentException(integration + ": client-id is no GUID");
    }
  }
}
