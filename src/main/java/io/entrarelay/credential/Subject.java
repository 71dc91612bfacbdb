package io.entrarelay.credential;

import java.util.regex.Pattern;
import javax.security.auth.x500.X500Principal;

/** A certificate's names for people: they come from outside and may hold anything. */
public final class Subject {
  private static final int LONGEST = 200;
  private static final Pattern CONTROL = Pattern.compile("\\p{Cntrl}");

  private Subject() {}

  /** As RFC 2253 writes it, on one line, cut after 200 characters. */
  public static String text(X500Principal name) {
    String text = CONTROL.matcher(name.getName()).replaceAll("?");
    return text.length() <= LONGEST ? text : text.substring(0, LONGEST) + "…";
  }
}
