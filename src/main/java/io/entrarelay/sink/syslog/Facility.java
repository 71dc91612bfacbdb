package io.entrarelay.sink.syslog;

/** RFC 5424 section 6.2.1, table 1; the ordinal is the numerical code. */
enum Facility {
  kern,
  user,
  mail,
  daemon,
  auth,
  syslog,
  lpr,
  news,
  uucp,
  cron,
  authpriv,
  ftp,
  ntp,
  audit,
  alert,
  clock,
  local0,
  local1,
  local2,
  local3,
  local4,
  local5,
  local6,
  local7
}
