/** The durable state: leases, seen sets, what has been read, outbox, positions. */
@NullMarked
package io.entrarelay.state;

import org.jspecify.annotations.NullMarked;
