package io.entrarelay.fuzz;

import org.jspecify.annotations.NullUnmarked;

/** Jazzer's way to the targets: {@code --target_class=… --target_args=page}. */
@NullUnmarked
public final class JazzerMain {
  private static FuzzTarget target;

  private JazzerMain() {}

  public static void fuzzerInitialize(String[] arguments) {
    Effort.hooksAreIn();
    for (Fuzzed fuzzed : Fuzzed.values()) {
      if (fuzzed.toString().equals(arguments[0])) {
        target = fuzzed.target();
      }
    }
  }

  public static void fuzzerTestOneInput(byte[] input) throws Exception {
    target.read(input);
  }
}
