package io.entrarelay.credential;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.security.interfaces.RSAPrivateCrtKey;
import java.util.Base64;

/**
 * Writes PEM texts and files as OpenSSL does. A file appears whole or not at all, replaces the one
 * of its name, and is on the disk when the method returns; a private key is never readable by
 * others, not even for a moment.
 */
public final class PemWriter {
  private PemWriter() {}

  /** PKCS#8, not encrypted, mode 0600. */
  public static void write(Path file, RSAPrivateCrtKey key) throws IOException {
    write(file, text(key), "rw-------");
  }

  /** Mode 0644, less what the umask takes away. */
  public static void write(Path file, X509Certificate certificate) throws IOException {
    write(file, text(certificate), "rw-r--r--");
  }

  /** PKCS#8, not encrypted. */
  public static String text(RSAPrivateCrtKey key) {
    return text("PRIVATE KEY", key.getEncoded());
  }

  public static String text(X509Certificate certificate) {
    try {
      return text("CERTIFICATE", certificate.getEncoded());
    } catch (CertificateEncodingException impossible) {
      throw new IllegalStateException("a certificate has an encoding", impossible);
    }
  }

  private static String text(String label, byte[] der) {
    return "-----BEGIN "
        + label
        + "-----\n"
        + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der)
        + "\n-----END "
        + label
        + "-----\n";
  }

  private static void write(Path file, String pem, String mode) throws IOException {
    Path folder = file.toAbsolutePath().getParent();
    boolean posix = Files.getFileStore(folder).supportsFileAttributeView("posix");
    FileAttribute<?>[] attributes =
        posix
            ? new FileAttribute<?>[] {
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(mode))
            }
            : new FileAttribute<?>[0];
    Path temporary = Files.createTempFile(folder, ".", ".pem.part", attributes);
    try {
      try (FileChannel out = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
        ByteBuffer bytes = ByteBuffer.wrap(pem.getBytes(US_ASCII));
        while (bytes.hasRemaining()) {
          out.write(bytes);
        }
        out.force(true);
      }
      Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(temporary);
    }
    if (posix) { // elsewhere a folder can't be opened
      try (FileChannel opened = FileChannel.open(folder, StandardOpenOption.READ)) {
        opened.force(true);
      }
    }
  }
}
