package io.entrarelay.cli;

import java.io.Console;
import org.jspecify.annotations.Nullable;

/** The terminal that a command was started at, if it was. */
final class Terminal {
  private Terminal() {}

  /** Null where input comes from elsewhere, or output goes elsewhere. */
  static @Nullable Console console() {
    Console console = System.console();
    return console != null && isTerminal(console) ? console : null;
  }

  /** Java 22 to 24 have a console where there is no terminal, and a method that says so. */
  private static boolean isTerminal(Console console) {
    try {
      return (boolean) Console.class.getMethod("isTerminal").invoke(console);
    } catch (NoSuchMethodException e) {
      return true; // an older one has a console at a terminal alone
    } catch (ReflectiveOperationException e) {
      return false;
    }
  }
}
