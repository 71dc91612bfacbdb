/** A tenant without an account: the token endpoint and Graph's report collections, with faults. */
@NullMarked
package io.entrarelay.simulator;

import org.jspecify.annotations.NullMarked;
