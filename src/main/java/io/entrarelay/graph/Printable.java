package io.entrarelay.graph;

import java.util.regex.Pattern;

/** Makes a foreign text fit for a message: one line, bounded, and free of what may be a secret. */
final class Printable {
  private static final Pattern NOT_PRINTABLE = Pattern.compile("[\\p{C}\\p{Z}\\s]+");

  /** A JWT, or the beginning of one; and a continuation token in a URL. */
  private static final Pattern SECRET =
      Pattern.compile("eyJ[A-Za-z0-9_.=-]{8,}|(?i)(?<=skiptoken=)[^&\\s]+");

  private Printable() {}

  static String line(String text, int limit) {
    String head = text.length() > 8192 ? text.substring(0, 8192) : text;
    String line = SECRET.matcher(head).replaceAll("***");
    line = NOT_PRINTABLE.matcher(line).replaceAll(" ").strip();
    if (line.length() <= limit) {
      return line;
    }
    int end = Character.isHighSurrogate(line.charAt(limit - 2)) ? limit - 2 : limit - 1;
    return line.substring(0, end) + "…";
  }
}
