package io.entrarelay.graph;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * No token could be had. The message names the integration and its tenant, the cause in plain words
 * and the remedy; it holds no part of a token or an assertion.
 */
public final class TokenException extends Exception {
  private static final long serialVersionUID = 1L;

  /** What stands in the way, by who can put it right. */
  public enum Kind {
    /** The tenant doesn't exist in this cloud. */
    TENANT,
    /** The application isn't in the tenant, or is disabled there. */
    APPLICATION,
    /** Nobody has consented, or the registration asks for the wrong things. */
    CONSENT,
    /** The certificate isn't registered, has expired, or can't be used. */
    CERTIFICATE,
    /** This machine's clock. */
    CLOCK,
    /** Conditional Access or a security policy of the tenant. */
    POLICY,
    /** Too many requests. */
    THROTTLED,
    /** Entra has a fault that passes. */
    UNAVAILABLE,
    /** No connection, or one that broke. */
    NETWORK,
    /** The server's certificate, or the TLS connection as such. */
    TLS,
    /** The proxy. */
    PROXY,
    /** No answer within the deadline. */
    TIMEOUT,
    /** An answer that no token endpoint gives: a portal's page, a redirect, broken JSON. */
    ANSWER,
    /** Entra refused with a code that isn't known here. */
    OTHER
  }

  private final Kind kind;
  private final @Nullable String aadsts;
  private final boolean retryable;
  private final boolean lags;
  private final @Nullable Duration retryAfter;

  TokenException(
      String message,
      Kind kind,
      @Nullable String aadsts,
      boolean retryable,
      boolean lags,
      @Nullable Duration retryAfter) {
    super(message);
    this.kind = kind;
    this.aadsts = aadsts;
    this.retryable = retryable;
    this.lags = lags;
    this.retryAfter = retryAfter;
  }

  /** The same failure for another caller, with the time that is left to wait. */
  TokenException again(Duration left) {
    return new TokenException(String.valueOf(getMessage()), kind, aadsts, retryable, lags, left);
  }

  public Kind kind() {
    return kind;
  }

  /** Entra's code as {@code AADSTS700027}, null where Entra named none. */
  public @Nullable String aadsts() {
    return aadsts;
  }

  /** Whether it may pass without anybody doing anything. */
  public boolean retryable() {
    return retryable;
  }

  /**
   * Whether Entra says so also for some minutes after a consent or an upload, until all its servers
   * have learnt of it.
   */
  public boolean lags() {
    return lags;
  }

  /** How long to wait before asking again, null where nothing says so. */
  public @Nullable Duration retryAfter() {
    return retryAfter;
  }
}
