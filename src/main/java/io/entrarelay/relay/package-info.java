/** The running relay: its parts put together, started and stopped. */
@NullMarked
package io.entrarelay.relay;

import org.jspecify.annotations.NullMarked;
