package io.entrarelay.console;

import io.entrarelay.config.Problem;
import io.entrarelay.credential.CredentialException;
import io.entrarelay.credential.CredentialReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.web.multipart.MultipartFile;

/**
 * A certificate and its key as a form brings them: each pasted, or as a file, which goes before
 * what is pasted.
 *
 * @param certificate PEM text; may hold the key
 * @param privateKey PEM text; null where none was given by itself
 * @param problems what can be said without reading them as a pair
 */
record PemPair(String certificate, @Nullable String privateKey, List<Problem> problems) {
  static final String CERTIFICATE = "certificate";
  static final String PRIVATE_KEY = "private-key";

  private static final Pattern CERTIFICATES =
      Pattern.compile(
          "\\s*(-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\\s]{1,20000}-----END CERTIFICATE-----\\s*){1,9}");

  private static final Pattern BASE_NAME = Pattern.compile("[^/\\\\]{1,100}$");

  static PemPair of(
      String certificate,
      @Nullable MultipartFile certificateFile,
      String privateKey,
      @Nullable MultipartFile privateKeyFile) {
    List<Problem> problems = new ArrayList<>();
    String chosen = text(CERTIFICATE, certificate, certificateFile, problems);
    String key = text(PRIVATE_KEY, privateKey, privateKeyFile, problems);
    if (problems.isEmpty() && chosen.isBlank()) {
      problems.add(missing(CERTIFICATE));
    }
    if (problems.isEmpty() && key.isBlank() && !chosen.contains("PRIVATE KEY-----")) {
      problems.add(missing(PRIVATE_KEY));
    }
    return new PemPair(chosen, key.isBlank() ? null : key, problems);
  }

  private static Problem missing(String key) {
    return new Problem("", 0, key, "is missing", "Paste its PEM text, or choose its file");
  }

  private static String text(
      String key, String pasted, @Nullable MultipartFile file, List<Problem> problems) {
    if (file == null || file.isEmpty()) {
      return pasted;
    }
    try {
      return CredentialReader.text(name(key, file), file.getBytes());
    } catch (CredentialException e) {
      String remedy = e.remedy().replaceAll("\\.$", "");
      problems.add(new Problem("", 0, key, e.reason(), remedy));
      return "";
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The file's own name, without any folder: it is in commands that can be pasted. */
  private static Path name(String key, MultipartFile file) {
    var name = BASE_NAME.matcher(String.valueOf(file.getOriginalFilename()));
    try {
      return Path.of(name.find() ? name.group().replaceAll("\\p{Cntrl}", "") : key);
    } catch (InvalidPathException e) {
      return Path.of(key);
    }
  }

  /** What a page may show again: certificates to the letter, and nothing else. */
  String shown() {
    return CERTIFICATES.matcher(certificate).matches() ? certificate.strip() : "";
  }

  /** Without what is in it. */
  @Override
  public String toString() {
    return "PemPair[" + problems + "]";
  }
}
