package io.entrarelay.credential;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.entrarelay.credential.PemFile.Block;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.pkcs.RSAPrivateKey;
import org.bouncycastle.asn1.sec.ECPrivateKey;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;

/**
 * What this side of a TLS connection shows: a certificate with those that it was issued by, and its
 * key of any kind that the JDK knows (RSA, EC, Ed25519).
 *
 * @param chain the key's own certificate first, each followed by its issuer's where the file has it
 */
public record ClientCertificate(PrivateKey privateKey, List<X509Certificate> chain) {
  private static final byte[] SPECIMEN = "entra-relay".getBytes(US_ASCII);

  /**
   * Reads the pair from PEM files, which may be one.
   *
   * @throws CredentialException with the cause, where the pair can't be used
   */
  public static ClientCertificate read(Path certificate, Path privateKey)
      throws CredentialException {
    PrivateKey key = key(CredentialReader.keyBlock(PemFile.read(privateKey)));
    List<X509Certificate> all = CredentialReader.certificates(certificate);
    for (X509Certificate each : all) {
      if (signsFor(key, each.getPublicKey())) {
        return new ClientCertificate(key, chain(each, all));
      }
    }
    throw new CredentialException(
        Refusal.MISMATCH,
        certificate,
        "no certificate of this file belongs to the private key in " + privateKey,
        "Name the certificate and the key that were made together.");
  }

  private static PrivateKey key(Block block) throws CredentialException {
    if (block.encrypted()) {
      throw new CredentialException(
          Refusal.ENCRYPTED_KEY,
          block.path(),
          "the private key in line " + block.line() + " is encrypted with a passphrase",
          Remedy.decrypt(block.path()));
    }
    byte[] der = block.der();
    try {
      ASN1Primitive content = ASN1Primitive.fromByteArray(der);
      PrivateKeyInfo key =
          switch (block.label()) {
            case "RSA PRIVATE KEY" ->
                new PrivateKeyInfo(
                    new AlgorithmIdentifier(PKCSObjectIdentifiers.rsaEncryption),
                    RSAPrivateKey.getInstance(content));
            case "EC PRIVATE KEY" -> sec1(ECPrivateKey.getInstance(content));
            default -> PrivateKeyInfo.getInstance(content);
          };
      return new JcaPEMKeyConverter().getPrivateKey(key);
    } catch (IOException | RuntimeException notAKey) {
      throw new CredentialException(
          Refusal.KEY_PARSE,
          block.path(),
          "the private key in line " + block.line() + " is damaged, or of a kind that is not known",
          Remedy.COPY_AGAIN);
    }
  }

  private static PrivateKeyInfo sec1(ECPrivateKey key) throws IOException {
    return new PrivateKeyInfo(
        new AlgorithmIdentifier(X9ObjectIdentifiers.id_ecPublicKey, key.getParametersObject()),
        key);
  }

  private static boolean signsFor(PrivateKey key, PublicKey publicKey) {
    String algorithm =
        switch (key.getAlgorithm()) {
          case "EC" -> "SHA256withECDSA";
          case "RSA" -> "SHA256withRSA";
          default -> key.getAlgorithm();
        };
    try {
      Signature signature = Signature.getInstance(algorithm);
      signature.initSign(key);
      signature.update(SPECIMEN);
      byte[] signed = signature.sign();
      signature.initVerify(publicKey);
      signature.update(SPECIMEN);
      return signature.verify(signed);
    } catch (GeneralSecurityException | RuntimeException notSigned) {
      return false;
    }
  }

  private static List<X509Certificate> chain(X509Certificate leaf, List<X509Certificate> all) {
    List<X509Certificate> chain = new ArrayList<>(List.of(leaf));
    for (int i = 0; i < all.size(); i++) {
      X509Certificate last = chain.get(chain.size() - 1);
      all.stream()
          .filter(each -> each.getSubjectX500Principal().equals(last.getIssuerX500Principal()))
          .filter(each -> !chain.contains(each))
          .findFirst()
          .ifPresent(chain::add);
    }
    return List.copyOf(chain);
  }

  /** Says the certificate's subject only: a key is never printed. */
  @Override
  public String toString() {
    return "ClientCertificate[" + chain.get(0).getSubjectX500Principal() + "]";
  }
}
