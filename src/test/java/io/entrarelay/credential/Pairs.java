package io.entrarelay.credential;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Certificates with their keys, each made once for all tests: RSA keys take their time. */
public final class Pairs {
  private static final Map<String, Credential> MADE = new ConcurrentHashMap<>();

  private Pairs() {}

  /** The pair of this common name, valid for a month. */
  public static Credential of(String name) {
    return of(name, 30);
  }

  /** The pair of this common name that is valid for so many days. */
  public static Credential of(String name, int days) {
    return MADE.computeIfAbsent(
        name + " " + days, key -> SelfSigned.make(2048, name, days, Clock.systemUTC()));
  }

  /** Writes {@code certificate.pem} and {@code key.pem}, as {@code certificate new} does. */
  public static void write(String name, Path folder) throws IOException {
    Files.createDirectories(folder);
    PemWriter.write(folder.resolve("key.pem"), of(name).privateKey());
    PemWriter.write(folder.resolve("certificate.pem"), of(name).certificate());
  }
}
