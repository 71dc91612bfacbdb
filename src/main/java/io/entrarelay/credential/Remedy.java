package io.entrarelay.credential;

import java.nio.file.Path;

/** What to do about a refusal; commands name the refused file and write beside it. */
final class Remedy {
  static final String COPY_AGAIN =
      "Copy the whole file again from where it was made, from the first dash to the last.";
  static final String NEW_PAIR = "Make a new pair with: entra-relay certificate new NAME";

  static final String OR_NEW_PAIR = ", or make a new pair with: entra-relay certificate new NAME";

  private Remedy() {}

  static String decrypt(Path file) {
    return "Decrypt it into a new file, name that one as private-key, and keep it from others'"
        + " eyes: openssl pkey -in "
        + quoted(file)
        + " -out "
        + beside(file, "decrypted");
  }

  static String fromPfx(Path file) {
    return "Turn it into PEM, and name the new file as certificate and as private-key (with a store"
        + " older than OpenSSL 3, add -legacy): openssl pkcs12 -nodes -in "
        + quoted(file)
        + " -out "
        + beside(file, "converted");
  }

  static String fromJks(Path file) {
    return "Turn it into PKCS#12, and that into PEM (openssl pkcs12 -nodes): keytool"
        + " -importkeystore -srckeystore "
        + quoted(file)
        + " -deststoretype PKCS12 -destkeystore "
        + quoted(sibling(file, ".converted.p12"));
  }

  static String fromDerCertificate(Path file) {
    return "Turn it into PEM, and name the new file as certificate: openssl x509 -inform DER -in "
        + quoted(file)
        + " -out "
        + beside(file, "converted");
  }

  static String fromDerKey(Path file) {
    return "Turn it into PEM, and name the new file as private-key: openssl pkey -inform DER -in "
        + quoted(file)
        + " -out "
        + beside(file, "converted");
  }

  static String fromPkcs7(Path file, boolean binary) {
    return "Take its certificates out as PEM, and name the new file as certificate: openssl pkcs7"
        + (binary ? " -inform DER" : "")
        + " -print_certs -in "
        + quoted(file)
        + " -out "
        + beside(file, "converted");
  }

  static String fromOpenSsh(Path file) {
    return "If it is an RSA key, turn it into PKCS#8 (in place, after a backup): ssh-keygen -p -m"
        + " PKCS8 -N '' -f "
        + quoted(file);
  }

  static String signRequest(Path file, boolean binary) {
    return "Name the certificate that was issued for it, or sign it yourself with its private key:"
        + " openssl x509 -req -days 365"
        + (binary ? " -inform DER" : "")
        + " -signkey KEY.pem -in "
        + quoted(file)
        + " -out "
        + beside(file, "certificate");
  }

  /** The path for a POSIX shell. */
  static String quoted(Path file) {
    String text = file.toString();
    return text.matches("[A-Za-z0-9_./:@%+,-]+") ? text : "'" + text.replace("'", "'\\''") + "'";
  }

  private static String beside(Path file, String word) {
    return quoted(sibling(file, "." + word + ".pem"));
  }

  private static Path sibling(Path file, String ending) {
    String name = String.valueOf(file.getFileName());
    int dot = name.lastIndexOf('.');
    return file.resolveSibling((dot > 0 ? name.substring(0, dot) : name) + ending);
  }
}
