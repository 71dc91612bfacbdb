/**
 * The table of faults: each row starts a relay against the simulator, injects a fault, ends it, and
 * counts for every sink what was visible, delivered, lost and twice, and how long it took from the
 * end of the fault until all that was visible then had been delivered.
 */
@NullMarked
package io.entrarelay.faults;

import org.jspecify.annotations.NullMarked;
