package io.entrarelay.simulator;

/**
 * One tenant and the application that may read its reports.
 *
 * @param name a name fit for an integration's file: {@code contoso}
 * @param displayName the company's name: {@code Contoso}
 * @param tenantId a GUID
 * @param clientId a GUID
 * @param certificatePem the application's certificate, a PEM block
 * @param privateKeyPem its key, PKCS#8, a PEM block
 */
public record SimulatedTenant(
    String name,
    String displayName,
    String tenantId,
    String clientId,
    String certificatePem,
    String privateKeyPem) {

  /** Leaves the key out. */
  @Override
  public String toString() {
    return "SimulatedTenant[" + name + ", " + tenantId + "]";
  }
}
