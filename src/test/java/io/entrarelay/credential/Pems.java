package io.entrarelay.credential;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Base64;
import java.util.Date;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** Keys made once for all tests, and PEM made of them. */
final class Pems {
  static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");
  static final Clock CLOCK = Clock.fixed(NOW, ZoneOffset.UTC);

  static final KeyPair KEY = pair("RSA", 2048);
  static final KeyPair OTHER_KEY = pair("RSA", 2048);
  static final KeyPair WEAK_KEY = pair("RSA", 1024);
  static final KeyPair EC_KEY = pair("EC", 256);

  static final X509Certificate LEAF = certificate(KEY, "CN=contoso", -1, 365);
  static final X509Certificate OTHER = certificate(OTHER_KEY, "CN=other", -1, 365);

  private Pems() {}

  static KeyPair pair(String algorithm, int bits) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
      generator.initialize(bits);
      return generator.generateKeyPair();
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  /** Self-signed; the days are counted from {@link #NOW}. */
  static X509Certificate certificate(KeyPair key, String subject, long fromDay, long toDay) {
    String algorithm = key.getPrivate().getAlgorithm().equals("EC") ? "ECDSA" : "RSA";
    return certificate(key, subject, fromDay, toDay, "SHA256with" + algorithm);
  }

  static X509Certificate certificate(
      KeyPair key, String subject, long fromDay, long toDay, String signature) {
    try {
      X500Name name = new X500Name(subject);
      return new JcaX509CertificateConverter()
          .getCertificate(
              new JcaX509v3CertificateBuilder(
                      name,
                      BigInteger.valueOf(4711),
                      Date.from(NOW.plus(Duration.ofDays(fromDay))),
                      Date.from(NOW.plus(Duration.ofDays(toDay))),
                      name,
                      key.getPublic())
                  .build(new JcaContentSignerBuilder(signature).build(key.getPrivate())));
    } catch (Exception impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  static String pem(String label, byte[] der) {
    return "-----BEGIN "
        + label
        + "-----\n"
        + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der)
        + "\n-----END "
        + label
        + "-----\n";
  }

  static String pem(X509Certificate certificate) {
    return pem("CERTIFICATE", der(certificate));
  }

  /** PKCS#8. */
  static String pem(KeyPair key) {
    return pem("PRIVATE KEY", key.getPrivate().getEncoded());
  }

  static String pkcs1(KeyPair key) {
    return pem("RSA PRIVATE KEY", pkcs1Der(key));
  }

  static byte[] pkcs1Der(KeyPair key) {
    try {
      return PrivateKeyInfo.getInstance(key.getPrivate().getEncoded())
          .parsePrivateKey()
          .toASN1Primitive()
          .getEncoded();
    } catch (java.io.IOException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  static byte[] der(X509Certificate certificate) {
    try {
      return certificate.getEncoded();
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException(impossible);
    }
  }
}
