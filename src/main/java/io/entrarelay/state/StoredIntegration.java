package io.entrarelay.state;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An integration that is in no file.
 *
 * @param tenantId null while nobody has consented and the tenant is not known
 * @param authority with cloud {@code custom}; else null
 * @param graph as {@code authority}
 * @param certificate PEM text; null where the application is the shared one
 * @param privateKey the sealed PEM text; null as the certificate
 * @param addedAt epoch milliseconds
 * @param consentedAt epoch milliseconds; null while consent is awaited
 */
public record StoredIntegration(
    String name,
    String displayName,
    @Nullable String tenantId,
    String clientId,
    String cloud,
    @Nullable String authority,
    @Nullable String graph,
    List<String> reports,
    @Nullable String certificate,
    @Nullable String privateKey,
    long addedAt,
    String addedBy,
    @Nullable Long consentedAt) {

  /** Whether an administrator of the tenant has yet to consent. */
  public boolean awaitsConsent() {
    return consentedAt == null;
  }

  /** Without certificate and key. */
  @Override
  public String toString() {
    return "StoredIntegration[" + name + ", " + tenantId + ", " + clientId + "]";
  }
}
