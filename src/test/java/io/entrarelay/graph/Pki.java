package io.entrarelay.graph;

import io.entrarelay.credential.Credential;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.security.interfaces.RSAPrivateCrtKey;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** A certificate authority of a test, and what it signs. */
public final class Pki {
  private static final AtomicLong SERIAL = new AtomicLong(System.nanoTime());

  /** By the file that they are written to: RSA keys take their time. */
  private static final Map<String, KeyPair> KEYS = new ConcurrentHashMap<>();

  /** Made when a test first asks for it. */
  private static final class Shared {
    private static final Credential CREDENTIAL = makeCredential();
  }

  private final KeyPair keys = ec();
  private final X500Name name;
  final X509Certificate certificate;

  public Pki(String commonName) {
    this.name = new X500Name("CN=" + commonName);
    Instant now = Instant.now();
    this.certificate =
        sign(name, keys, name, keys, now.minusSeconds(300), now.plus(Duration.ofDays(2)), true);
  }

  /** The authority's certificate as a PEM file. */
  public Path write(Path file) throws IOException {
    return Files.writeString(file, pem(certificate));
  }

  static String pem(X509Certificate certificate) {
    try {
      return pem("CERTIFICATE", certificate.getEncoded());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String pem(String label, byte[] der) {
    byte[] newline = "\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII);
    return "-----BEGIN "
        + label
        + "-----\n"
        + Base64.getMimeEncoder(64, newline).encodeToString(der)
        + "\n-----END "
        + label
        + "-----\n";
  }

  /** A certificate with its key, as PEM files. */
  public record Pair(Path certificate, Path privateKey) {}

  /** A pair for these names, valid now, as files NAME.pem and NAME-key.pem. */
  public Pair write(Path directory, String file, String... names) throws IOException {
    return write(directory, file, Instant.now().plus(Duration.ofDays(1)), names);
  }

  public Pair write(Path directory, String file, Instant notAfter, String... names)
      throws IOException {
    // RSA, since GnuTLS reads no EC key as the JDK writes it
    KeyPair pair = KEYS.computeIfAbsent(file, key -> rsa());
    X509Certificate leaf =
        sign(
            new X500Name("CN=" + file),
            pair,
            name,
            keys,
            notAfter.minus(Duration.ofDays(2)),
            notAfter,
            false,
            names);
    Path key = directory.resolve(file + "-key.pem");
    Files.writeString(key, pem("PRIVATE KEY", pair.getPrivate().getEncoded()));
    return new Pair(Files.writeString(directory.resolve(file + ".pem"), pem(leaf)), key);
  }

  /** The context of a server with a certificate for these names, valid now. */
  SSLContext server(String... names) {
    return server(Instant.now().plus(Duration.ofDays(1)), names);
  }

  SSLContext server(Instant notAfter, String... names) {
    try {
      KeyPair pair = ec();
      X509Certificate leaf =
          sign(
              new X500Name("CN=server"),
              pair,
              name,
              keys,
              notAfter.minus(Duration.ofDays(2)),
              notAfter,
              false,
              names);
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(null, null);
      store.setKeyEntry("s", pair.getPrivate(), new char[0], new Certificate[] {leaf, certificate});
      KeyManagerFactory managers =
          KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      managers.init(store, new char[0]);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(managers.getKeyManagers(), null, null);
      return context;
    } catch (GeneralSecurityException | IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** An integration's certificate and key. */
  static Credential credential() {
    return Shared.CREDENTIAL;
  }

  static Credential makeCredential() {
    KeyPair pair = rsa();
    X500Name self = new X500Name("CN=Entra Relay test");
    Instant now = Instant.now();
    return new Credential(
        (RSAPrivateCrtKey) pair.getPrivate(),
        sign(self, pair, self, pair, now.minusSeconds(300), now.plus(Duration.ofDays(1)), false));
  }

  private static KeyPair rsa() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
      generator.initialize(2048);
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static KeyPair ec() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(256);
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static X509Certificate sign(
      X500Name subject,
      KeyPair subjectKeys,
      X500Name issuer,
      KeyPair issuerKeys,
      Instant notBefore,
      Instant notAfter,
      boolean authority,
      String... names) {
    try {
      var builder =
          new JcaX509v3CertificateBuilder(
              issuer,
              BigInteger.valueOf(SERIAL.incrementAndGet()),
              Date.from(notBefore),
              Date.from(notAfter),
              subject,
              subjectKeys.getPublic());
      builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(authority));
      if (names.length > 0) {
        GeneralName[] alternatives = new GeneralName[names.length];
        for (int i = 0; i < names.length; i++) {
          boolean address = Character.isDigit(names[i].charAt(0));
          alternatives[i] =
              new GeneralName(address ? GeneralName.iPAddress : GeneralName.dNSName, names[i]);
        }
        builder.addExtension(
            Extension.subjectAlternativeName, false, new GeneralNames(alternatives));
      }
      String algorithm =
          issuerKeys.getPrivate().getAlgorithm().equals("EC") ? "SHA256withECDSA" : "SHA256withRSA";
      return new JcaX509CertificateConverter()
          .getCertificate(
              builder.build(new JcaContentSignerBuilder(algorithm).build(issuerKeys.getPrivate())));
    } catch (CertIOException | OperatorCreationException | GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }
}
