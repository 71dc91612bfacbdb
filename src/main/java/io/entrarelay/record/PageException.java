package io.entrarelay.record;

/**
 * A page that can't be cut into records. The message says in plain words what came instead; it
 * never holds anything of a record.
 */
public final class PageException extends Exception {
  private static final long serialVersionUID = 1L;

  /** What is wrong with the page (facts of Graph in use: T6, T25 and what proxies do). */
  public enum Kind {
    /** Nothing came, or white space only. */
    EMPTY,
    /** Something else than JSON in UTF-8: HTML, text, damaged JSON. */
    NOT_JSON,
    /** JSON that stops before its end. */
    TRUNCATED,
    /** Graph reports an error inside an answer that began as a success. */
    ERROR_OBJECT,
    /** JSON without the array {@code value}. */
    NO_VALUE,
    /** More than {@link PageBody#MAX_BYTES} or {@link RecordBatch#MAX_RECORDS}. */
    TOO_LARGE,
    /** Nested too deep, or with names made to slow a parser down. */
    TOO_COMPLEX
  }

  private final Kind kind;
  private final int ordinal;
  private final String code;

  PageException(Kind kind, String message) {
    this(kind, -1, "", message);
  }

  PageException(Kind kind, int ordinal, String message) {
    this(kind, ordinal, "", message);
  }

  PageException(Kind kind, int ordinal, String code, String message) {
    super(message);
    this.kind = kind;
    this.ordinal = ordinal;
    this.code = code;
  }

  public Kind kind() {
    return kind;
  }

  /** The record that is at fault, counted from 0; -1 where none is. */
  public int ordinal() {
    return ordinal;
  }

  /** Graph's error code of an {@link Kind#ERROR_OBJECT}; else "". */
  public String code() {
    return code;
  }
}
