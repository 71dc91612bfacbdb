/** What to read when, inside the request budget, and the proof that all was read. */
@NullMarked
package io.entrarelay.collect;

import org.jspecify.annotations.NullMarked;
