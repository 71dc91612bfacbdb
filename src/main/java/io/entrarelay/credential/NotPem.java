package io.entrarelay.credential;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1InputStream;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.jspecify.annotations.Nullable;

/** Says what a file without a PEM block is instead: only its outline is looked at. */
final class NotPem {
  private NotPem() {}

  static CredentialException refusal(Path path, byte[] bytes, String text) {
    if (startsWith(bytes, 0xFEEDFEED) || startsWith(bytes, 0xCECECECE)) {
      return new CredentialException(
          Refusal.JKS, path, "this is a Java key store, not PEM", Remedy.fromJks(path));
    }
    CredentialException binary = outline(path, bytes);
    if (binary != null) {
      return binary;
    }
    byte[] decoded = PemFile.strictBase64(text);
    if (decoded != null) {
      CredentialException naked = outline(path, decoded);
      if (naked != null) {
        return new CredentialException(
            Refusal.NO_PEM,
            path,
            "this is bare Base64 (of "
                + what(naked.code())
                + "), without the lines -----BEGIN …----- and -----END …-----",
            "Save it as PEM where it was made, or decode it (openssl base64 -d -A) and follow what"
                + " is then said.");
      }
    }
    return new CredentialException(
        Refusal.NO_PEM,
        path,
        "the file has no line -----BEGIN …-----, so it is not PEM",
        "Name a PEM file" + Remedy.OR_NEW_PAIR);
  }

  /** What DER with this outline is; null when it is nothing we know. */
  private static @Nullable CredentialException outline(Path path, byte[] bytes) {
    ASN1Sequence outer = sequence(bytes);
    if (outer == null || outer.size() < 2) {
      return null;
    }
    ASN1Encodable first = outer.getObjectAt(0);
    ASN1Encodable second = outer.getObjectAt(1);
    if (first instanceof ASN1Integer version) {
      if (version.hasValue(3) && second instanceof ASN1Sequence) {
        return new CredentialException(
            Refusal.PFX,
            path,
            "this is a PKCS#12 store (.pfx, .p12), not PEM",
            Remedy.fromPfx(path));
      }
      boolean pkcs8 = second instanceof ASN1Sequence && outer.size() >= 3;
      boolean pkcs1 = second instanceof ASN1Integer && outer.size() >= 9;
      boolean sec1 = second instanceof ASN1OctetString;
      return pkcs8 || pkcs1 || sec1 ? derKey(path) : null;
    }
    if (first instanceof ASN1ObjectIdentifier type) {
      return type.equals(PKCSObjectIdentifiers.signedData)
          ? new CredentialException(
              Refusal.PKCS7,
              path,
              "this is a PKCS#7 bundle (.p7b), not PEM",
              Remedy.fromPkcs7(path, true))
          : null;
    }
    if (!(first instanceof ASN1Sequence inner) || inner.size() == 0) {
      return null;
    }
    if (outer.size() == 2 && second instanceof ASN1OctetString) { // an encrypted PKCS#8 key
      return derKey(path);
    }
    if (outer.size() != 3) {
      return null;
    }
    if (inner.getObjectAt(0) instanceof ASN1Integer version && version.hasValue(0)) {
      return new CredentialException(
          Refusal.CSR,
          path,
          "this is a certificate signing request, not a certificate",
          Remedy.signRequest(path, true));
    }
    return inner.size() >= 6
        ? new CredentialException(
            Refusal.DER_CERT,
            path,
            "this is a certificate in binary DER, not PEM",
            Remedy.fromDerCertificate(path))
        : null;
  }

  private static CredentialException derKey(Path path) {
    return new CredentialException(
        Refusal.DER_KEY,
        path,
        "this is a private key in binary DER, not PEM",
        Remedy.fromDerKey(path));
  }

  private static String what(Refusal code) {
    return switch (code) {
      case PFX -> "a PKCS#12 store";
      case PKCS7 -> "a PKCS#7 bundle";
      case CSR -> "a certificate signing request";
      case DER_CERT -> "a certificate";
      default -> "a private key";
    };
  }

  private static @Nullable ASN1Sequence sequence(byte[] bytes) {
    if (bytes.length == 0 || bytes[0] != 0x30) {
      return null;
    }
    try (ASN1InputStream in = new ASN1InputStream(bytes)) {
      ASN1Primitive object = in.readObject();
      return object instanceof ASN1Sequence sequence ? sequence : null;
    } catch (IOException | RuntimeException notDer) {
      return null;
    }
  }

  private static boolean startsWith(byte[] bytes, int magic) {
    return bytes.length >= 4 && ByteBuffer.wrap(bytes).getInt() == magic;
  }
}
