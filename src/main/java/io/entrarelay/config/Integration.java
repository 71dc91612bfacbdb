package io.entrarelay.config;

import io.entrarelay.credential.CredentialSource;
import io.entrarelay.graph.Cloud;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One connected tenant, as its file {@code config/integrations/<name>.yaml} says, or as the state
 * store keeps it.
 *
 * @param name the file's name without its ending where it has one, {@code [a-z0-9-]{1,63}}
 * @param tenantId the tenant's GUID, in lower case
 * @param clientId the application's GUID, in lower case
 * @param credential where its certificate and key are kept
 * @param caCertificate a PEM file of the authorities to trust for this integration's hosts besides
 *     the JDK's, absolute; {@code cloud: custom} only
 * @param reports the reports to collect, by Graph's names, in the order they were given
 * @param file the file that declares it; null where the state store keeps it
 */
public record Integration(
    String name,
    String displayName,
    String tenantId,
    String clientId,
    Cloud cloud,
    CredentialSource credential,
    @Nullable Path caCertificate,
    List<String> reports,
    @Nullable Path file) {

  /** Whether its file decides about it, and nothing else does. */
  public boolean isDeclared() {
    return file != null;
  }
}
