package io.entrarelay.credential;

import java.security.cert.X509Certificate;
import java.security.interfaces.RSAPrivateCrtKey;

/**
 * What an integration proves itself with at the token endpoint: an RSA key and the certificate of
 * its public half. The two have been checked against each other.
 */
public record Credential(RSAPrivateCrtKey privateKey, X509Certificate certificate) {

  /** Says the certificate's subject only: a key is never printed. */
  @Override
  public String toString() {
    return "Credential[" + certificate.getSubjectX500Principal() + "]";
  }
}
