package io.entrarelay.console;

import io.entrarelay.config.ReportedException;

/** The console can't be served as it is configured: the message says why and what to do. */
public final class ConsoleException extends ReportedException {
  private static final long serialVersionUID = 1L;

  ConsoleException(String message) {
    super(BAD_CONFIGURATION, message);
  }

  ConsoleException(String message, Throwable cause) {
    super(BAD_CONFIGURATION, message, cause);
  }
}
