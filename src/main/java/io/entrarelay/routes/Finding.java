package io.entrarelay.routes;

import io.entrarelay.config.OneLine;

/**
 * One thing that is wrong with the files under {@code routes/}.
 *
 * @param file as its user knows it
 * @param line from 1; 0 where the whole file is meant
 * @param rule the rule that it breaks, in a word
 * @param cause what is wrong, in plain words, without a full stop
 * @param remedy what to do, in plain words, without a full stop; a question keeps its mark
 */
public record Finding(String file, int line, String rule, String cause, String remedy) {

  private static final int MOST_WORDS = 1_000;

  /** What is quoted of a file is made plain, and cut where it is long. */
  public Finding {
    cause = OneLine.of(cause, MOST_WORDS);
    remedy = OneLine.of(remedy, MOST_WORDS);
  }

  /** The finding as one line for people. */
  @Override
  public String toString() {
    return file
        + (line > 0 ? ":" + line : "")
        + ": ["
        + rule
        + "] "
        + cause
        + ". "
        + remedy
        + (remedy.endsWith("?") ? "" : ".");
  }
}
