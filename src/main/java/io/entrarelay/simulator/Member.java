package io.entrarelay.simulator;

/**
 * Somebody in a tenant, at home there or as a guest.
 *
 * @param objectId a GUID, in this tenant
 * @param administrator whether they may consent for this tenant
 */
record Member(SimulatedPerson person, String objectId, boolean administrator) {}
