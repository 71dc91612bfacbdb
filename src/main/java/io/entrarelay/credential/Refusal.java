package io.entrarelay.credential;

/**
 * Why a credential is not taken. Each code has one cause and one remedy; the words are in {@link
 * CredentialException}.
 */
public enum Refusal {
  /** There is no such file. */
  NOT_FOUND,
  /** The file is there but can't be read, or is a directory or device. */
  UNREADABLE,
  /** No byte, or blanks only. */
  EMPTY,
  /** More than {@link PemFile#LIMIT} bytes. */
  TOO_LARGE,
  /** No whole {@code -----BEGIN …-----} line, or a damaged one. */
  NO_PEM,
  /** A block without its {@code -----END …-----} line. */
  TRUNCATED,
  /** A block whose body is not Base64 to the letter (RFC 4648 section 4). */
  BASE64,
  /** A private key whose Base64 is sound, but whose content is not a key. */
  KEY_PARSE,
  /** A certificate whose Base64 is sound, but whose content is not a certificate. */
  CERT_PARSE,
  /** A private key behind a passphrase. */
  ENCRYPTED_KEY,
  /** EC, Ed25519, DSA, RSASSA-PSS: Entra takes certificates of RSA keys only. */
  NOT_RSA,
  /** A key in OpenSSH's own format. */
  OPENSSH_KEY,
  /** A PKCS#7 bundle (.p7b, .p7c). */
  PKCS7,
  /** A certificate signing request where the certificate should be. */
  CSR,
  /** A certificate in binary DER. */
  DER_CERT,
  /** A private key in binary DER. */
  DER_KEY,
  /** A PKCS#12 store (.pfx, .p12). */
  PFX,
  /** A Java key store. */
  JKS,
  /** The private key's file holds none. */
  NO_KEY,
  /** The certificate's file holds none. */
  NO_CERT,
  /** The private key's file holds more than one. */
  TWO_KEYS,
  /** No certificate belongs to the private key, or what the key signs doesn't verify. */
  MISMATCH,
  /** Fewer than {@link CredentialReader#LEAST_KEY_BITS} bits. */
  WEAK,
  /** The certificate's last day is past. */
  EXPIRED,
  /** The certificate's first day is yet to come. */
  NOT_YET,
  /** The key file of {@link Secrets} is not there, or is another one. */
  SEALED
}
