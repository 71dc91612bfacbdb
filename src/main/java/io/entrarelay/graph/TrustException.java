package io.entrarelay.graph;

/** A file of certificate authorities can't be used; the message names the file and the remedy. */
public final class TrustException extends Exception {
  private static final long serialVersionUID = 1L;

  TrustException(String message) {
    super(message);
  }
}
