package io.entrarelay.sink.syslog;

/** How messages get to the receiver. */
enum Protocol {
  /** RFC 6587, by octet counting. */
  tcp,
  /** RFC 5425. */
  tls,
  /** RFC 5426. */
  udp
}
