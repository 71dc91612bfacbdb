package io.entrarelay.simulator;

import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.jspecify.annotations.Nullable;

/**
 * The simulator's certificates: an authority of its own, the server's for localhost, and one for
 * each tenant's application. The tenants' certificates differ and share one RSA key, since making
 * 200 of those would take a minute.
 */
final class Certificates {
  private static final String AUTHORITY = "Entra Relay simulator CA";
  private static final Duration LIFE = Duration.ofDays(365);

  private final Instant now;
  private @Nullable Authority authority;

  private record Authority(KeyPair keys, X509Certificate certificate) {}

  /** The tenants' key, made once per process. */
  private static final class TenantKeys {
    private static final KeyPair KEYS = make();

    private static KeyPair make() {
      try {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        return generator.generateKeyPair();
      } catch (GeneralSecurityException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  Certificates(Instant now) {
    this.now = now;
  }

  X509Certificate authority() {
    return made().certificate;
  }

  /** The authority, made when it is asked for: plain http needs none. */
  private synchronized Authority made() {
    if (authority == null) {
      try {
        KeyPair keys = ellipticKeys();
        authority = new Authority(keys, issue(AUTHORITY, keys, AUTHORITY, keys, true, LIFE));
      } catch (GeneralSecurityException e) {
        throw new IllegalStateException(e);
      }
    }
    return authority;
  }

  PrivateKey tenantKey() {
    return TenantKeys.KEYS.getPrivate();
  }

  /** A certificate that signs itself, as {@code openssl req -x509} makes one. */
  X509Certificate tenant(String name) {
    return tenant(name, LIFE);
  }

  X509Certificate tenant(String name, Duration life) {
    try {
      return issue(name, TenantKeys.KEYS, name, TenantKeys.KEYS, true, life);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /** TLS for localhost, 127.0.0.1 and ::1. */
  SSLContext server() {
    try {
      KeyPair keys = ellipticKeys();
      Authority signing = made();
      X509Certificate certificate = issue("localhost", keys, AUTHORITY, signing.keys, false, LIFE);
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(null, null);
      char[] password = new char[0];
      store.setKeyEntry(
          "server",
          keys.getPrivate(),
          password,
          new X509Certificate[] {certificate, signing.certificate});
      KeyManagerFactory managers =
          KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      managers.init(store, password);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(managers.getKeyManagers(), null, null);
      return context;
    } catch (GeneralSecurityException | IOException e) {
      throw new IllegalStateException(e);
    }
  }

  static String pem(X509Certificate certificate) {
    try {
      return pem("CERTIFICATE", certificate.getEncoded());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  static String pem(PrivateKey key) {
    return pem("PRIVATE KEY", key.getEncoded());
  }

  private static String pem(String label, byte[] der) {
    return "-----BEGIN "
        + label
        + "-----\n"
        + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der)
        + "\n-----END "
        + label
        + "-----\n";
  }

  private static KeyPair ellipticKeys() throws GeneralSecurityException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec("secp256r1"));
    return generator.generateKeyPair();
  }

  private X509Certificate issue(
      String name, KeyPair subject, String issuer, KeyPair issuerKeys, boolean self, Duration life)
      throws GeneralSecurityException {
    try {
      var subjectName = new X500NameBuilder().addRDN(BCStyle.CN, name).build();
      var issuerName = new X500NameBuilder().addRDN(BCStyle.CN, issuer).build();
      PrivateKey signer = issuerKeys.getPrivate();
      var extensions = new JcaX509ExtensionUtils();
      var builder =
          new JcaX509v3CertificateBuilder(
              issuerName,
              new BigInteger(159, new SecureRandom()).setBit(158),
              Date.from(now.minus(Duration.ofDays(1))),
              Date.from(now.plus(life)),
              subjectName,
              subject.getPublic());
      builder.addExtension(
          Extension.subjectKeyIdentifier,
          false,
          extensions.createSubjectKeyIdentifier(subject.getPublic()));
      builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(self));
      if (!self) {
        builder.addExtension(
            Extension.authorityKeyIdentifier,
            false,
            extensions.createAuthorityKeyIdentifier(issuerKeys.getPublic()));
        builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
        builder.addExtension(
            Extension.subjectAlternativeName,
            false,
            new GeneralNames(
                new GeneralName[] {
                  new GeneralName(GeneralName.dNSName, "localhost"),
                  new GeneralName(GeneralName.iPAddress, "127.0.0.1"),
                  new GeneralName(GeneralName.iPAddress, "::1")
                }));
      }
      String algorithm = signer.getAlgorithm().equals("EC") ? "SHA256withECDSA" : "SHA256withRSA";
      return new JcaX509CertificateConverter()
          .getCertificate(builder.build(new JcaContentSignerBuilder(algorithm).build(signer)));
    } catch (OperatorCreationException | IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
