package io.entrarelay.credential;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.HexFormat;

/** A certificate's fingerprints, in capitals without colons, as the Azure portal shows them. */
public final class Thumbprint {
  private Thumbprint() {}

  /** What the portal calls the thumbprint: 40 hexadecimal digits. */
  public static String sha1(X509Certificate certificate) {
    return digest("SHA-1", certificate);
  }

  /** 64 hexadecimal digits. */
  public static String sha256(X509Certificate certificate) {
    return digest("SHA-256", certificate);
  }

  private static String digest(String algorithm, X509Certificate certificate) {
    try {
      return HexFormat.of()
          .withUpperCase()
          .formatHex(MessageDigest.getInstance(algorithm).digest(certificate.getEncoded()));
    } catch (NoSuchAlgorithmException | CertificateEncodingException impossible) {
      throw new IllegalStateException("every JDK has " + algorithm, impossible);
    }
  }
}
