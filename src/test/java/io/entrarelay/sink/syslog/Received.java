package io.entrarelay.sink.syslog;

import java.util.Map;

/**
 * A message as a receiver read it.
 *
 * @param time as the receiver writes it, RFC 3339
 * @param parameters of the element {@code relay@32473}, unescaped
 * @param message without a byte order mark
 */
public record Received(
    int priority,
    String time,
    String host,
    String program,
    String process,
    String messageId,
    Map<String, String> parameters,
    String message) {

  /** The parameter {@code recordId}; empty where there is none. */
  public String recordId() {
    return parameters.getOrDefault("recordId", "");
  }
}
