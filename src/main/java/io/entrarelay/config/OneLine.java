package io.entrarelay.config;

import java.util.regex.Pattern;

/**
 * Makes a text that quotes a file fit for a terminal and a log: one line, without control
 * characters and marks that turn the direction of writing, and not too long.
 */
public final class OneLine {
  private static final Pattern NOT_PLAIN = Pattern.compile("[\\p{C}\\p{Zl}\\p{Zp}]");

  private OneLine() {}

  /**
   * @param most characters, the … of what is left out among them
   */
  public static String of(String text, int most) {
    String head = text.length() <= most ? text : text.substring(0, most - 1) + "…";
    return NOT_PLAIN.matcher(head).replaceAll(" ");
  }
}
