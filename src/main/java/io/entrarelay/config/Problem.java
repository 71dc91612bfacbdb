package io.entrarelay.config;

/**
 * One thing that is wrong in what an operator wrote.
 *
 * @param file the file as it was named, {@code environment} or {@code command line}
 * @param line the line, from 1; 0 when there is none
 * @param key the key or environment variable; empty when the whole file is meant
 * @param cause what is wrong, in plain words, without a full stop
 * @param remedy what to do, in plain words, without a full stop; a question keeps its mark
 */
public record Problem(String file, int line, String key, String cause, String remedy) {

  private static final int MOST_KEY = 200;
  private static final int MOST_WORDS = 2_000;

  /** What is quoted of a file is made plain, and cut where it is long. */
  public Problem {
    key = OneLine.of(key, MOST_KEY);
    cause = OneLine.of(cause, MOST_WORDS);
    remedy = OneLine.of(remedy, MOST_WORDS);
  }

  /** The problem as one line for people. */
  @Override
  public String toString() {
    return file
        + (line > 0 ? ":" + line : "")
        + ": "
        + (key.isEmpty() ? "" : key + ": ")
        + cause
        + ". "
        + remedy
        + (remedy.endsWith("?") ? "" : ".");
  }
}
