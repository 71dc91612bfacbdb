package io.entrarelay.credential;

import static java.nio.charset.StandardCharsets.UTF_16BE;
import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.Charset;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The blocks of a PEM file (RFC 7468). Lenient about what editors, shells, PowerShell, Kubernetes
 * and YAML do to text around and between the lines (byte order marks, UTF-16, any line ends or
 * none, line ends as literal {@code \n}, indentation, text between the blocks, blocks glued
 * together); strict about what carries the content: dashes, labels, Base64.
 *
 * @param blocks at least one, in the file's order
 */
record PemFile(Path path, List<Block> blocks) {
  /** Longest file read, in bytes. */
  static final int LIMIT = 1 << 20;

  private static final Pattern BEGIN = Pattern.compile("-----BEGIN ([A-Z0-9 ]{1,40})-----");

  /** A header with too few dashes, or dashes that a word processor made longer, or in small. */
  private static final Pattern DAMAGED_BEGIN =
      Pattern.compile(
          "[-\u2010-\u2015\u2212] ?BEGIN |BEGIN [A-Z0-9 ]{0,40}(CERTIFICATE|PRIVATE KEY) ?[-\u2010-\u2015\u2212]",
          Pattern.CASE_INSENSITIVE);

  /** RFC 1421 section 4.6.1.1: how OpenSSL marks an encrypted key of the old kind. */
  private static final Pattern ENCRYPTED = Pattern.compile("Proc-Type:\\s{0,4}4,\\s{0,4}ENCRYPTED");

  /**
   * One block.
   *
   * @param label what stands behind BEGIN
   * @param body all between the BEGIN and the END line, as in the file
   * @param line of the BEGIN, from 1
   */
  record Block(Path path, String label, String body, int line) {
    boolean encrypted() {
      return label.equals("ENCRYPTED PRIVATE KEY") || ENCRYPTED.matcher(body).find();
    }

    /** The content: Base64 with its padding, blanks and line ends left out, nothing else. */
    byte[] der() throws CredentialException {
      byte @Nullable [] der = strictBase64(body);
      if (der == null || der.length == 0) {
        throw new CredentialException(
            Refusal.BASE64,
            path,
            "the block "
                + label
                + " that begins in line "
                + line
                + (der == null
                    ? " is not Base64: a character was lost, added or changed"
                    : " is empty"),
            Remedy.COPY_AGAIN);
      }
      return der;
    }
  }

  static PemFile read(Path path) throws CredentialException {
    return scan(path, bytes(path));
  }

  /** Reads the blocks of a file's bytes; {@code path} is for messages. */
  static PemFile scan(Path path, byte[] bytes) throws CredentialException {
    if (bytes.length > LIMIT) {
      throw new CredentialException(
          Refusal.TOO_LARGE,
          path,
          "the file is larger than 1 MiB, so it is hardly a certificate or key",
          "Name the PEM file itself.");
    }
    String text = text(bytes);
    if (text.isBlank()) {
      throw new CredentialException(
          Refusal.EMPTY,
          path,
          "the file is empty",
          "Put the PEM text into it, or name the file that holds it.");
    }
    List<Block> blocks = new ArrayList<>();
    Matcher begin = BEGIN.matcher(text);
    Matcher damaged = DAMAGED_BEGIN.matcher(text);
    int at = 0;
    int line = 1;
    int counted = 0;
    while (begin.find(at)) {
      refuseDamaged(path, text, damaged.region(at, begin.start()));
      line += lineEnds(text, counted, begin.start());
      counted = begin.start();
      String label = begin.group(1);
      int end = end(path, text, label, begin.end(), line);
      blocks.add(new Block(path, label, text.substring(begin.end(), end), line));
      at = end + ("-----END " + label + "-----").length();
    }
    refuseDamaged(path, text, damaged.region(at, text.length()));
    if (blocks.isEmpty()) {
      throw NotPem.refusal(path, bytes, text);
    }
    return new PemFile(path, List.copyOf(blocks));
  }

  /** Base64 to the letter, white space aside; null when it is not. */
  static byte @Nullable [] strictBase64(String body) {
    String packed = body.replaceAll("[ \t\r\n\f\u000B]", "");
    if (packed.length() % 4 != 0) { // the JDK takes a missing padding
      return null;
    }
    try {
      byte[] decoded = Base64.getDecoder().decode(packed);
      // the JDK takes any bits behind the last byte
      return Base64.getEncoder().encodeToString(decoded).equals(packed) ? decoded : null;
    } catch (IllegalArgumentException notBase64) {
      return null;
    }
  }

  private static int end(Path path, String text, String label, int from, int line)
      throws CredentialException {
    int end = text.indexOf("-----END ", from);
    int next = text.indexOf("-----BEGIN ", from);
    boolean none = end < 0 || (next >= 0 && next < end);
    if (none || !text.startsWith(label + "-----", end + "-----END ".length())) {
      throw new CredentialException(
          Refusal.TRUNCATED,
          path,
          "the block "
              + label
              + " that begins in line "
              + line
              + (none ? " has no END line" : " has an END line that is damaged or another block's"),
          Remedy.COPY_AGAIN);
    }
    return end;
  }

  private static void refuseDamaged(Path path, String text, Matcher damaged)
      throws CredentialException {
    if (damaged.find()) {
      throw new CredentialException(
          Refusal.NO_PEM,
          path,
          "the header in line "
              + (1 + lineEnds(text, 0, damaged.start()))
              + " is damaged: it must read -----BEGIN …-----, in capitals, with five hyphens before"
              + " and behind",
          Remedy.COPY_AGAIN);
    }
  }

  private static byte[] bytes(Path path) throws CredentialException {
    try {
      if (Files.exists(path) && !Files.isRegularFile(path)) {
        throw new CredentialException(
            Refusal.UNREADABLE,
            path,
            Files.isDirectory(path) ? "this is a directory" : "this is not a regular file",
            "Name the PEM file itself.");
      }
      try (InputStream in = Files.newInputStream(path)) {
        return in.readNBytes(LIMIT + 1);
      }
    } catch (NoSuchFileException missing) {
      throw new CredentialException(
          Refusal.NOT_FOUND,
          path,
          "there is no such file",
          "Correct the path" + Remedy.OR_NEW_PAIR);
    } catch (AccessDeniedException denied) {
      throw new CredentialException(
          Refusal.UNREADABLE,
          path,
          "the user " + System.getProperty("user.name") + " may not read this file",
          "Give the file to that user with chown, and keep its mode at 0600.");
    } catch (IOException failed) {
      throw new CredentialException(
          Refusal.UNREADABLE,
          path,
          "the file can't be read (" + failed.getClass().getSimpleName() + ")",
          "Check the disk or the mount it is on.");
    }
  }

  /**
   * The bytes as text: line ends are {@code \n} or blanks, and a line end written as two characters
   * (as environment variables and JSON have it) is two blanks.
   */
  static String text(byte[] bytes) {
    String text = new String(bytes, charset(bytes));
    if (text.startsWith("\uFEFF")) {
      text = text.substring(1);
    }
    return text.replace("\\r", "  ").replace("\\n", "  ").replace("\r\n", "\n").replace('\r', '\n');
  }

  private static Charset charset(byte[] bytes) {
    if (bytes.length >= 2 && bytes[0] == (byte) 0xFF && bytes[1] == (byte) 0xFE) {
      return UTF_16LE;
    }
    if (bytes.length >= 2 && bytes[0] == (byte) 0xFE && bytes[1] == (byte) 0xFF) {
      return UTF_16BE;
    }
    // UTF-16 without a mark: in text that is mostly ASCII, every other byte is zero
    int sample = Math.min(bytes.length, 512) & ~1;
    int even = 0;
    int odd = 0;
    for (int i = 0; i < sample; i += 2) {
      even += bytes[i] == 0 ? 1 : 0;
      odd += bytes[i + 1] == 0 ? 1 : 0;
    }
    if (odd > sample / 4 && even == 0) {
      return UTF_16LE;
    }
    if (even > sample / 4 && odd == 0) {
      return UTF_16BE;
    }
    return UTF_8;
  }

  private static int lineEnds(String text, int from, int to) {
    return (int) text.substring(from, to).chars().filter(c -> c == '\n').count();
  }
}
