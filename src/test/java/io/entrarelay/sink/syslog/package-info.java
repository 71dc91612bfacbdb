/** The syslog sink against receivers of other makes. */
@NullMarked
package io.entrarelay.sink.syslog;

import org.jspecify.annotations.NullMarked;
