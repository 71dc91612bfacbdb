package io.entrarelay.cli;

import io.entrarelay.credential.Subject;
import io.entrarelay.credential.Thumbprint;
import java.security.cert.X509Certificate;
import java.security.interfaces.RSAPublicKey;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** What there is to say about a certificate. */
record CertificateFacts(
    String subject,
    String issuer,
    String serial,
    Instant notBefore,
    Instant notAfter,
    long daysLeft,
    String key,
    String signature,
    String thumbprint,
    String sha256) {

  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm 'UTC'", Locale.ROOT).withZone(ZoneOffset.UTC);

  static CertificateFacts of(X509Certificate certificate, Clock clock) {
    Instant last = certificate.getNotAfter().toInstant();
    return new CertificateFacts(
        Subject.text(certificate.getSubjectX500Principal()),
        Subject.text(certificate.getIssuerX500Principal()),
        HexFormat.of().formatHex(certificate.getSerialNumber().toByteArray()),
        certificate.getNotBefore().toInstant(),
        last,
        Duration.between(clock.instant(), last).toDays(),
        certificate.getPublicKey() instanceof RSAPublicKey rsa
            ? "RSA " + rsa.getModulus().bitLength()
            : certificate.getPublicKey().getAlgorithm(),
        certificate.getSigAlgName(),
        Thumbprint.sha1(certificate),
        Thumbprint.sha256(certificate));
  }

  /** The lines of {@code certificate show}, indented. */
  String lines() {
    return String.join(
        "\n",
        "  subject     " + subject,
        "  issuer      " + issuer,
        "  serial      " + serial,
        "  valid       " + TIME.format(notBefore) + " to " + until(),
        "  key         " + key,
        "  signature   " + signature,
        "  thumbprint  " + thumbprint + "  (SHA-1, as the portal shows it)",
        "  SHA-256     " + sha256);
  }

  /** The last moment and how far away it is. */
  String until() {
    String far =
        daysLeft < 0
            ? "expired"
            : daysLeft == 0
                ? "less than a day left"
                : daysLeft + (daysLeft == 1 ? " day" : " days") + " left";
    return TIME.format(notAfter) + " (" + far + ")";
  }

  Map<String, Object> json() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("subject", subject);
    json.put("issuer", issuer);
    json.put("serial", serial);
    json.put("notBefore", notBefore.toString());
    json.put("notAfter", notAfter.toString());
    json.put("daysLeft", daysLeft);
    json.put("key", key);
    json.put("signature", signature);
    json.put("thumbprint", thumbprint);
    json.put("sha256", sha256);
    return json;
  }
}
