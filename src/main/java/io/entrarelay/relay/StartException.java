package io.entrarelay.relay;

import io.entrarelay.config.ReportedException;

/** The relay can't start as it is configured: the message says why and what to do. */
public final class StartException extends ReportedException {
  private static final long serialVersionUID = 1L;

  StartException(String message) {
    super(BAD_CONFIGURATION, message);
  }

  StartException(String message, Throwable cause) {
    super(BAD_CONFIGURATION, message, cause);
  }
}
