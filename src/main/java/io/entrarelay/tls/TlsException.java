package io.entrarelay.tls;

/** A file of a TLS connection can't be used; the message names it, the cause and the remedy. */
public final class TlsException extends Exception {
  private static final long serialVersionUID = 1L;

  TlsException(String message) {
    super(message);
  }
}
