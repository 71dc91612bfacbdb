package io.entrarelay.state;

/**
 * One application in one tenant, by which the store knows an integration whatever its name is.
 *
 * @param tenantId GUID, in lower case
 * @param clientId GUID, in lower case
 */
public record Tenancy(String tenantId, String clientId) {}
