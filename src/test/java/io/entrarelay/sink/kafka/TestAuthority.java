package io.entrarelay.sink.kafka;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** A certificate authority of a test, and what it signs, as PEM files that Kafka reads. */
public final class TestAuthority {
  private static final AtomicLong SERIAL = new AtomicLong(System.nanoTime());

  private final KeyPair keys = ec();
  private final X500Name name;
  private final X509Certificate certificate;

  public TestAuthority(String commonName) {
    this.name = new X500Name("CN=" + commonName);
    this.certificate = sign(name, keys, true);
  }

  /** The authority's certificate as a PEM file. */
  public Path certificate(Path file) throws IOException {
    return Files.writeString(file, pem("CERTIFICATE", encoded(certificate)));
  }

  /** A key and its certificate, for 127.0.0.1 and localhost, in one PEM file. */
  public Path keyAndCertificate(Path file, String commonName) throws IOException {
    KeyPair pair = ec();
    return Files.writeString(
        file,
        pem("PRIVATE KEY", pair.getPrivate().getEncoded())
            + pem("CERTIFICATE", encoded(sign(new X500Name("CN=" + commonName), pair, false))));
  }

  /** The properties of a broker's TLS listeners, without {@code ssl.}. */
  Map<String, String> server(Path directory) throws IOException {
    return Map.of(
        "keystore.type",
        "PEM",
        "keystore.location",
        keyAndCertificate(directory.resolve("server.pem"), "broker").toString(),
        "truststore.type",
        "PEM",
        "truststore.location",
        certificate(directory.resolve("ca.pem")).toString());
  }

  private static byte[] encoded(X509Certificate certificate) {
    try {
      return certificate.getEncoded();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String pem(String kind, byte[] bytes) {
    return "-----BEGIN "
        + kind
        + "-----\n"
        + Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII)).encodeToString(bytes)
        + "\n-----END "
        + kind
        + "-----\n";
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

  private X509Certificate sign(X500Name subject, KeyPair pair, boolean authority) {
    Instant now = Instant.now();
    try {
      var builder =
          new JcaX509v3CertificateBuilder(
              name,
              BigInteger.valueOf(SERIAL.incrementAndGet()),
              Date.from(now.minusSeconds(300)),
              Date.from(now.plus(Duration.ofDays(2))),
              subject,
              pair.getPublic());
      builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(authority));
      if (!authority) {
        builder.addExtension(
            Extension.subjectAlternativeName,
            false,
            new GeneralNames(
                new GeneralName[] {
                  new GeneralName(GeneralName.iPAddress, "127.0.0.1"),
                  new GeneralName(GeneralName.dNSName, "localhost")
                }));
      }
      return new JcaX509CertificateConverter()
          .getCertificate(
              builder.build(
                  new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate())));
    } catch (IOException | OperatorCreationException | GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }
}
