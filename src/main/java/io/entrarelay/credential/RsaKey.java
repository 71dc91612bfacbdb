package io.entrarelay.credential;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.entrarelay.credential.PemFile.Block;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.interfaces.RSAPrivateCrtKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.KeySpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.RSAPrivateCrtKeySpec;
import java.util.stream.Stream;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.edec.EdECObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.pkcs.RSAPrivateKey;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;

/** Reads an RSA private key from its block, and tries it. */
final class RsaKey {
  private static final byte[] SPECIMEN = "entra-relay".getBytes(UTF_8);

  private RsaKey() {}

  /** PKCS#8 ({@code PRIVATE KEY}) or PKCS#1 ({@code RSA PRIVATE KEY}), not encrypted. */
  static RSAPrivateCrtKey read(Block block) throws CredentialException {
    Path path = block.path();
    switch (block.label()) {
      case "PRIVATE KEY", "RSA PRIVATE KEY", "ENCRYPTED PRIVATE KEY" -> {}
      case "OPENSSH PRIVATE KEY" ->
          throw new CredentialException(
              Refusal.OPENSSH_KEY,
              path,
              "the private key in line " + block.line() + " is in OpenSSH's own format",
              Remedy.fromOpenSsh(path));
      default -> throw notRsa(block, block.label().replace(" PRIVATE KEY", ""));
    }
    if (block.encrypted()) {
      throw new CredentialException(
          Refusal.ENCRYPTED_KEY,
          path,
          "the private key in line " + block.line() + " is encrypted with a passphrase",
          Remedy.decrypt(path));
    }
    byte[] der = block.der();
    try {
      ASN1Primitive content = ASN1Primitive.fromByteArray(der);
      KeySpec spec;
      if (block.label().equals("PRIVATE KEY")) {
        ASN1ObjectIdentifier algorithm =
            PrivateKeyInfo.getInstance(content).getPrivateKeyAlgorithm().getAlgorithm();
        if (!algorithm.equals(PKCSObjectIdentifiers.rsaEncryption)) {
          throw notRsa(block, name(algorithm));
        }
        spec = new PKCS8EncodedKeySpec(der);
      } else {
        spec = pkcs1(RSAPrivateKey.getInstance(content));
      }
      PrivateKey key = KeyFactory.getInstance("RSA").generatePrivate(spec);
      if (key instanceof RSAPrivateCrtKey rsa && plausible(rsa)) {
        return rsa;
      }
    } catch (IOException | GeneralSecurityException | RuntimeException notAKey) {
      // said below: the libraries' own words explain nothing
    }
    throw new CredentialException(
        Refusal.KEY_PARSE,
        path,
        "the private key in line "
            + block.line()
            + " is damaged: it is Base64, but not of a whole RSA key; a line may be missing",
        Remedy.COPY_AGAIN);
  }

  static boolean belongsTo(RSAPrivateCrtKey key, RSAPublicKey publicKey) {
    return key.getModulus().equals(publicKey.getModulus())
        && key.getPublicExponent().equals(publicKey.getPublicExponent());
  }

  /** Whether what the key signs verifies with the public key: finds keys with a damaged part. */
  static boolean signsFor(RSAPrivateCrtKey key, RSAPublicKey publicKey) {
    try {
      Signature signature = Signature.getInstance("SHA256withRSA");
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

  /** The parts are no longer than the modulus: keeps a forged key from costing minutes. */
  private static boolean plausible(RSAPrivateCrtKey key) {
    return Stream.of(
            key.getPublicExponent(),
            key.getPrivateExponent(),
            key.getPrimeP(),
            key.getPrimeQ(),
            key.getPrimeExponentP(),
            key.getPrimeExponentQ(),
            key.getCrtCoefficient())
        .allMatch(
            (BigInteger part) ->
                part.signum() > 0 && part.bitLength() <= key.getModulus().bitLength());
  }

  private static KeySpec pkcs1(RSAPrivateKey key) {
    return new RSAPrivateCrtKeySpec(
        key.getModulus(),
        key.getPublicExponent(),
        key.getPrivateExponent(),
        key.getPrime1(),
        key.getPrime2(),
        key.getExponent1(),
        key.getExponent2(),
        key.getCoefficient());
  }

  private static CredentialException notRsa(Block block, String algorithm) {
    return new CredentialException(
        Refusal.NOT_RSA,
        block.path(),
        "the private key in line "
            + block.line()
            + " is "
            + algorithm
            + ", and Microsoft Entra takes plain RSA keys only",
        Remedy.NEW_PAIR);
  }

  private static String name(ASN1ObjectIdentifier algorithm) {
    if (algorithm.equals(PKCSObjectIdentifiers.id_RSASSA_PSS)) {
      return "RSASSA-PSS";
    }
    if (algorithm.equals(X9ObjectIdentifiers.id_ecPublicKey)) {
      return "EC";
    }
    if (algorithm.equals(EdECObjectIdentifiers.id_Ed25519)) {
      return "Ed25519";
    }
    return "of the algorithm " + algorithm.getId();
  }
}
