package io.entrarelay.sink.syslog;

/**
 * The facility of all messages, and the severity by what the record says.
 *
 * @param ordinary of a record that says neither
 * @param failure of a record of something that failed
 * @param risk of a record that says that someone or something is at risk, failed or not
 */
record Priority(Facility facility, Severity ordinary, Severity failure, Severity risk) {

  /** RFC 5424 section 6.2.1: the facility times 8, plus the severity. */
  int of(RecordFacts facts) {
    Severity severity = facts.isRisk() ? risk : facts.isFailure() ? failure : ordinary;
    return facility.ordinal() * 8 + severity.ordinal();
  }
}
