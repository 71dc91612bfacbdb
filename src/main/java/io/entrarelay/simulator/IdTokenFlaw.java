package io.entrarelay.simulator;

/** What is wrong with id tokens, for tests of a client that must not take them. */
public enum IdTokenFlaw {
  /** Nothing. */
  NONE,
  /** The nonce is another than was asked for. */
  OTHER_NONCE,
  /** The audience is another application. */
  OTHER_AUDIENCE,
  /** The issuer is another than the tenant's. */
  OTHER_ISSUER,
  /** The time of its end has passed by an hour. */
  EXPIRED,
  /** {@code alg} is {@code none}, and there is no signature. */
  UNSIGNED,
  /** The content was changed after it was signed. */
  CHANGED
}
