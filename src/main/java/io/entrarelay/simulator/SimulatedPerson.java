package io.entrarelay.simulator;

/**
 * Somebody who can sign in.
 *
 * @param objectId a GUID, in the tenant at home
 * @param tenantId the tenant at home
 * @param userName as typed at the sign-in: {@code adele.vance0@contoso.example}
 * @param displayName the full name
 * @param administrator whether they are a Global Administrator at home, who may consent
 */
public record SimulatedPerson(
    String objectId, String tenantId, String userName, String displayName, boolean administrator) {}
