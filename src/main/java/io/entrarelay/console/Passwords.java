package io.entrarelay.console;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Map;
import org.springframework.security.crypto.bcrypt.BCrypt;
import org.springframework.security.crypto.bcrypt.BCryptPasswordEncoder;
import org.springframework.security.crypto.password.DelegatingPasswordEncoder;
import org.springframework.security.crypto.password.PasswordEncoder;

/** Passwords of local users: made, judged, and hashed for the store. */
public final class Passwords {
  /** The fewest characters of a password that a person has chosen. */
  public static final int LEAST = 12;

  /** The most bytes: bcrypt takes no more. */
  public static final int MOST = 72;

  /** Without those that look alike. */
  private static final String LETTERS = "abcdefghjkmnpqrstuvwxyz23456789";

  private static final int GROUPS = 5;
  private static final int GROUP = 5;
  private static final SecureRandom RANDOM = new SecureRandom();

  private Passwords() {}

  /** A random one of some 120 bits, in groups that can be read out. */
  public static String random() {
    StringBuilder password = new StringBuilder();
    for (int i = 0; i < GROUPS * GROUP; i++) {
      if (i > 0 && i % GROUP == 0) {
        password.append('-');
      }
      password.append(LETTERS.charAt(RANDOM.nextInt(LETTERS.length())));
    }
    return password.toString();
  }

  /** The hash, with the name of how it was made before it. */
  public static String hash(String password) {
    return encoder().encode(password);
  }

  /** A hash that costs as much to compare with as any other, and that no password has. */
  static String nobodysHash() {
    return "{bcrypt}" + BCrypt.gensalt() + ".".repeat(31);
  }

  /** Why a password can't be used; empty where it can. */
  public static String fault(String password) {
    if (password.codePointCount(0, password.length()) < LEAST) {
      return "has fewer than " + LEAST + " characters";
    }
    return password.getBytes(StandardCharsets.UTF_8).length > MOST
        ? "has more than " + MOST + " bytes"
        : "";
  }

  static PasswordEncoder encoder() {
    return new DelegatingPasswordEncoder("bcrypt", Map.of("bcrypt", new BCryptPasswordEncoder()));
  }
}
