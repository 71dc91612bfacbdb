package io.entrarelay.config;

import io.entrarelay.graph.Cloud;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One connected tenant, as its file {@code config/integrations/<name>.yaml} says.
 *
 * @param name the file's name without its ending, {@code [a-z0-9-]{1,63}}
 * @param tenantId the tenant's GUID, in lower case
 * @param clientId the application's GUID, in lower case
 * @param certificate the PEM file of the certificate, absolute
 * @param privateKey the PEM file of the key, absolute; may be the same file
 * @param caCertificate a PEM file of the authorities to trust for this integration's hosts besides
 *     the JDK's, absolute; {@code cloud: custom} only
 * @param reports the reports to collect, by Graph's names, in the file's order
 */
public record Integration(
    String name,
    String displayName,
    String tenantId,
    String clientId,
    Cloud cloud,
    Path certificate,
    Path privateKey,
    @Nullable Path caCertificate,
    List<String> reports) {}
