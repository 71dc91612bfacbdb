package io.entrarelay.state;

/**
 * Told at each step of a commit and of finishing a file, so that a test can stop the relay at any
 * of them. Does nothing in a running relay.
 */
@FunctionalInterface
public interface Steps {
  Steps NONE = step -> {};

  void reached(String step);
}
