package io.entrarelay.cli;

/** The system properties that {@code logback.xml} reads when the first line is logged. */
final class LogLevel {
  private LogLevel() {}

  /** {@code --verbose}: our own DEBUG, the libraries' INFO, and stack traces. */
  static void raise() {
    System.setProperty("entra-relay.log.own", "DEBUG");
    System.setProperty("entra-relay.log.libraries", "INFO");
    System.setProperty("entra-relay.log.kafka", "INFO");
    System.setProperty("entra-relay.log.exception", "%ex");
  }
}
