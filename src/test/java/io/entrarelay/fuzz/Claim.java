package io.entrarelay.fuzz;

/** An assertion for millions of inputs: its words are made only when it fails. */
final class Claim {
  private Claim() {}

  static void that(boolean holds, String otherwise, Object... facts) {
    if (!holds) {
      throw new AssertionError(String.format(otherwise, facts));
    }
  }

  /** What a person is shown is one line of bounded length without control characters. */
  static void isLine(String message, int most) {
    that(!message.isBlank() && message.length() <= most, "no short message: %s", message);
    that(
        message
            .codePoints()
            .noneMatch(c -> Character.isISOControl(c) || c == 0x2028 || c == 0x2029),
        "not one plain line: %s",
        message);
  }
}
