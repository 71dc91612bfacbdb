package io.entrarelay.graph;

/** An administrator's consent or sign-in that proves nothing; cause and remedy for people. */
public final class ConsentException extends Exception {
  private static final long serialVersionUID = 1L;

  private final String cause;
  private final String remedy;

  ConsentException(String cause, String remedy) {
    super(cause + ". " + remedy + ".");
    this.cause = cause;
    this.remedy = remedy;
  }

  /** What happened, without a full stop. */
  public String reason() {
    return cause;
  }

  /** What to do, without a full stop. */
  public String remedy() {
    return remedy;
  }
}
