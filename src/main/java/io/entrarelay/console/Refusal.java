package io.entrarelay.console;

import org.springframework.http.HttpStatus;

/** Why something is not done that was asked for, in words for the person who asked. */
final class Refusal extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final HttpStatus status;

  private Refusal(HttpStatus status, String message) {
    super(message);
    this.status = status;
  }

  /** What is named isn't there. */
  static Refusal unknown(String message) {
    return new Refusal(HttpStatus.NOT_FOUND, message);
  }

  /** What was given can't be taken; nothing was changed. */
  static Refusal invalid(String message) {
    return new Refusal(HttpStatus.BAD_REQUEST, message);
  }

  /** It doesn't go with what there is; nothing was changed. */
  static Refusal conflict(String message) {
    return new Refusal(HttpStatus.CONFLICT, message);
  }

  /** It can't be now. */
  static Refusal unavailable(String message) {
    return new Refusal(HttpStatus.SERVICE_UNAVAILABLE, message);
  }

  HttpStatus status() {
    return status;
  }

  /** The message, which is never null. */
  String why() {
    return String.valueOf(getMessage());
  }
}
