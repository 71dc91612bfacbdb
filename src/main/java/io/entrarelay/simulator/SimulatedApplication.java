package io.entrarelay.simulator;

/**
 * The operator's application that any tenant may consent to.
 *
 * @param displayName what a consent page calls it
 * @param clientId a GUID
 * @param certificatePem its certificate, a PEM block
 * @param privateKeyPem the key, PKCS#8, a PEM block
 */
public record SimulatedApplication(
    String displayName, String clientId, String certificatePem, String privateKeyPem) {

  /** Leaves the key out. */
  @Override
  public String toString() {
    return "SimulatedApplication[" + displayName + ", " + clientId + "]";
  }
}
