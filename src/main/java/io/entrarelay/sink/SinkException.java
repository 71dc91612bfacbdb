package io.entrarelay.sink;

/** A sink can't take what it is given now: it is given again later, and nothing is lost. */
public final class SinkException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public SinkException(String message, Throwable cause) {
    super(message, cause);
  }

  public SinkException(String message) {
    super(message);
  }
}
