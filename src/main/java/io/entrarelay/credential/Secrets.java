package io.entrarelay.credential;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.Set;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Encrypts what the state store must not show: AES-256 in GCM (NIST SP 800-38D) under the key of
 * one file, 32 random bytes in Base64. What is sealed for one owner opens for no other, so that
 * rows of the store can't be exchanged.
 */
public final class Secrets {
  private static final String VERSION = "v1:";
  private static final int KEY_BYTES = 32;
  private static final int NONCE_BYTES = 12;
  private static final int TAG_BITS = 128;

  /** Longer files are something else. */
  private static final int LONGEST = 1_000;

  private final Path file;
  private final boolean makes;
  private final SecureRandom random = new SecureRandom();
  private @Nullable SecretKeySpec key;

  private Secrets(Path file, boolean makes) {
    this.file = file;
    this.makes = makes;
  }

  /** Under the key of a file that is there. */
  public static Secrets of(Path file) {
    return new Secrets(file, false);
  }

  /** Under the key of a file that is made when something is sealed for the first time. */
  public static Secrets ofOwn(Path file) {
    return new Secrets(file, true);
  }

  /**
   * Encrypts a text.
   *
   * @throws CredentialException where the key can't be had
   */
  public String seal(String text, String owner) throws CredentialException {
    byte[] nonce = new byte[NONCE_BYTES];
    random.nextBytes(nonce);
    try {
      byte[] sealed =
          cipher(Cipher.ENCRYPT_MODE, key(makes), nonce, owner).doFinal(text.getBytes(UTF_8));
      return VERSION
          + Base64.getEncoder()
              .encodeToString(
                  ByteBuffer.allocate(nonce.length + sealed.length).put(nonce).put(sealed).array());
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException("every JDK has AES in GCM", impossible);
    }
  }

  /**
   * What was encrypted.
   *
   * @throws CredentialException where the key can't be had, or is another one
   */
  public String open(String sealed, String owner) throws CredentialException {
    try {
      if (sealed.startsWith(VERSION)) {
        byte[] bytes = Base64.getDecoder().decode(sealed.substring(VERSION.length()));
        if (bytes.length > NONCE_BYTES) {
          byte[] nonce = Arrays.copyOf(bytes, NONCE_BYTES);
          return new String(
              cipher(Cipher.DECRYPT_MODE, key(false), nonce, owner)
                  .doFinal(bytes, NONCE_BYTES, bytes.length - NONCE_BYTES),
              UTF_8);
        }
      }
    } catch (AEADBadTagException | IllegalArgumentException e) {
      // said below
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException("every JDK has AES in GCM", impossible);
    }
    throw new CredentialException(
        Refusal.SEALED,
        file,
        "a private key in the state store was encrypted under another key than this file's, or it"
            + " was changed there",
        "Bring back the key file that it was encrypted under, or rotate the integration's"
            + " certificate.");
  }

  private static Cipher cipher(int mode, SecretKeySpec key, byte[] nonce, String owner)
      throws GeneralSecurityException {
    Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
    cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, nonce));
    cipher.updateAAD(owner.getBytes(UTF_8));
    return cipher;
  }

  private synchronized SecretKeySpec key(boolean make) throws CredentialException {
    if (key == null) {
      if (make && !Files.exists(file)) {
        make();
      }
      key = new SecretKeySpec(read(), "AES");
    }
    return key;
  }

  private byte[] read() throws CredentialException {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] bytes = Base64.getMimeDecoder().decode(in.readNBytes(LONGEST));
      if (bytes.length == KEY_BYTES) {
        return bytes;
      }
    } catch (IllegalArgumentException e) {
      // said below
    } catch (IOException e) {
      throw refused(
          "the key that private keys in the state store are encrypted under can't be read ("
              + e.getClass().getSimpleName()
              + ")");
    }
    throw refused("this is not the Base64 of " + KEY_BYTES + " bytes");
  }

  private CredentialException refused(String reason) {
    return new CredentialException(
        Refusal.SEALED,
        file,
        reason,
        "Bring back the file, or make one where nothing is encrypted yet, the same on every node,"
            + " and name it in relay.secrets.key-file: openssl rand -base64 32 > "
            + Remedy.quoted(file)
            + " && chmod 600 "
            + Remedy.quoted(file));
  }

  private void make() throws CredentialException {
    byte[] bytes = new byte[KEY_BYTES];
    random.nextBytes(bytes);
    FileAttribute<?>[] attributes =
        file.getFileSystem().supportedFileAttributeViews().contains("posix")
            ? new FileAttribute<?>[] {
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
            }
            : new FileAttribute<?>[0];
    try (FileChannel out =
        FileChannel.open(
            file, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), attributes)) {
      out.write(
          ByteBuffer.wrap((Base64.getEncoder().encodeToString(bytes) + "\n").getBytes(US_ASCII)));
      out.force(true);
    } catch (FileAlreadyExistsException e) {
      // another has made it at this moment: its is read
    } catch (IOException e) {
      throw refused("the key file can't be written (" + e.getClass().getSimpleName() + ")");
    }
  }
}
