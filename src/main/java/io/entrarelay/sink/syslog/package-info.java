/** Records as syslog messages (RFC 5424), over TLS, TCP or UDP, and what is known of their fate. */
@NullMarked
package io.entrarelay.sink.syslog;

import org.jspecify.annotations.NullMarked;
