package io.entrarelay.sink.syslog;

import java.io.IOException;

/** The receiver did not end its side of the connection after ours had ended. */
final class NoEndException extends IOException {
  private static final long serialVersionUID = 1L;

  private final int seconds;

  NoEndException(int seconds) {
    this.seconds = seconds;
  }

  int seconds() {
    return seconds;
  }
}
