package io.entrarelay.credential;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.interfaces.RSAPrivateCrtKey;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Date;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/**
 * Makes a key and its self-signed certificate as {@code openssl req -newkey rsa:2048 -nodes -x509
 * -days 365} (3.0) does: X.509 v3, SHA256withRSA, a random serial of 20 bytes, the key identifiers,
 * CA:TRUE. BouncyCastle only builds; its provider is not registered.
 */
public final class SelfSigned {
  /** Entra compares times with its own clock; a machine a little ahead must not wait. */
  private static final Duration BACKDATED = Duration.ofMinutes(5);

  private SelfSigned() {}

  /**
   * Makes both.
   *
   * @param bits of the RSA key: 2048 (a quarter of a second), 3072 or 4096 (some seconds)
   * @param commonName any text; becomes the subject's only part, at most 64 characters (RFC 5280,
   *     ub-common-name)
   * @param days from now to the certificate's end
   */
  public static Credential make(int bits, String commonName, int days, Clock clock) {
    if (commonName.isBlank() || commonName.length() > 64) {
      throw new IllegalArgumentException("a common name has 1 to 64 characters");
    }
    Instant now = clock.instant().truncatedTo(ChronoUnit.SECONDS);
    X500Name subject = new X500NameBuilder(BCStyle.INSTANCE).addRDN(BCStyle.CN, commonName).build();
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
      generator.initialize(bits);
      KeyPair pair = generator.generateKeyPair();
      JcaX509ExtensionUtils identifiers = new JcaX509ExtensionUtils();
      X509v3CertificateBuilder builder =
          new JcaX509v3CertificateBuilder(
              subject,
              serial(),
              Date.from(now.minus(BACKDATED)),
              Date.from(now.plus(Duration.ofDays(days))),
              subject,
              pair.getPublic());
      builder
          .addExtension(
              Extension.subjectKeyIdentifier,
              false,
              identifiers.createSubjectKeyIdentifier(pair.getPublic()))
          .addExtension(
              Extension.authorityKeyIdentifier,
              false,
              identifiers.createAuthorityKeyIdentifier(pair.getPublic()))
          .addExtension(Extension.basicConstraints, true, new BasicConstraints(true));
      X509Certificate certificate =
          new JcaX509CertificateConverter()
              .getCertificate(
                  builder.build(
                      new JcaContentSignerBuilder("SHA256withRSA").build(pair.getPrivate())));
      return new Credential((RSAPrivateCrtKey) pair.getPrivate(), certificate);
    } catch (GeneralSecurityException | OperatorCreationException | CertIOException impossible) {
      throw new IllegalStateException("this JDK can't make an RSA certificate", impossible);
    }
  }

  /** Positive and, as OpenSSL's, of 20 bytes (RFC 5280 section 4.1.2.2 allows no more). */
  private static BigInteger serial() {
    return new BigInteger(159, new SecureRandom()).setBit(158);
  }
}
