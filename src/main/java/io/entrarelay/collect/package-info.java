/** Reading what is due inside the request budget, and the proof that all of it was taken. */
@NullMarked
package io.entrarelay.collect;

import org.jspecify.annotations.NullMarked;
