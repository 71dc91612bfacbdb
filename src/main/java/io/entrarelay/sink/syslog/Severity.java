package io.entrarelay.sink.syslog;

/** RFC 5424 section 6.2.1, table 2; the ordinal is the numerical code. */
enum Severity {
  emergency,
  alert,
  critical,
  error,
  warning,
  notice,
  informational,
  debug
}
