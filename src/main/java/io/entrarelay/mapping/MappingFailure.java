package io.entrarelay.mapping;

/** A record that a mapping can't map. */
public final class MappingFailure extends Exception {
  private static final long serialVersionUID = 1L;

  private final String reason;

  /**
   * @param where the mapping's file, and the place in it where that is known
   * @param reason may quote the record: for the dead letter beside the record, never for a log
   */
  MappingFailure(String where, String reason, Throwable cause) {
    super("a record could not be mapped by " + where, cause);
    this.reason = where + ": " + reason;
  }

  MappingFailure(String where, String reason) {
    super("a record could not be mapped by " + where);
    this.reason = where + ": " + reason;
  }

  /** Why; may quote the record. */
  public String reason() {
    return reason;
  }
}
