package io.entrarelay.mapping;

/** A JSLT text that can't be used as it is: where, and why. */
public final class JsltFault extends Exception {
  private static final long serialVersionUID = 1L;

  private final String source;
  private final int line;
  private final int column;
  private final String reason;

  /**
   * @param source the file as its user knows it
   * @param line from 1; 0 where it is not known
   * @param column from 1; 0 where it is not known
   * @param reason what is wrong, in plain words, without a full stop
   */
  JsltFault(String source, int line, int column, String reason) {
    super(source + (line > 0 ? ":" + line + ":" + column : "") + ": " + reason);
    this.source = source;
    this.line = line;
    this.column = column;
    this.reason = reason;
  }

  public String source() {
    return source;
  }

  public int line() {
    return line;
  }

  public int column() {
    return column;
  }

  public String reason() {
    return reason;
  }
}
