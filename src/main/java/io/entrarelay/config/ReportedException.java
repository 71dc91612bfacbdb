package io.entrarelay.config;

/**
 * An error that a person can act on: its message says where, what is wrong and what to do. The
 * command line prints the message alone, without a stack trace, and ends with {@link #exitCode()}.
 *
 * <p>A message never holds a secret, a token or personal data.
 */
public abstract class ReportedException extends RuntimeException {
  /** Wrong configuration or usage. */
  public static final int BAD_CONFIGURATION = 2;

  /** Done, but something is degraded or undelivered. */
  public static final int DEGRADED = 3;

  private static final long serialVersionUID = 1L;

  private final int exitCode;

  protected ReportedException(int exitCode, String message) {
    super(message);
    this.exitCode = exitCode;
  }

  protected ReportedException(int exitCode, String message, Throwable cause) {
    super(message, cause);
    this.exitCode = exitCode;
  }

  /** What the process ends with. */
  public final int exitCode() {
    return exitCode;
  }
}
