package io.entrarelay.graph;

/**
 * A nextLink that isn't followed; the window has to be read again. The message names the host that
 * it pointed to, never its query.
 */
public final class NextLinkException extends Exception {
  private static final long serialVersionUID = 1L;
  private final boolean lost;

  NextLinkException(String message, boolean lost) {
    super(message);
    this.lost = lost;
  }

  /** Whether Graph lost the place itself (an empty skip token) rather than pointing elsewhere. */
  public boolean lost() {
    return lost;
  }
}
