package io.entrarelay.cli;

import java.io.Console;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What a command asks the person at the terminal; where there is no terminal, nothing. */
final class Question {
  private Question() {}

  static boolean isPossible() {
    return Terminal.console() != null;
  }

  /** Whether the person says yes; false where nobody can be asked. */
  static boolean yes(String question) {
    String answer = text(question + " [y/N]");
    return answer != null && answer.toLowerCase(Locale.ROOT).startsWith("y");
  }

  /** What the person answers; null for nothing, and where nobody can be asked. */
  static @Nullable String text(String question) {
    Console console = Terminal.console();
    String answer = console == null ? null : console.readLine("%s: ", question);
    return answer == null || answer.isBlank() ? null : answer.strip();
  }
}
