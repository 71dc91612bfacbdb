/** From the outbox to where a form leaves. */
@NullMarked
package io.entrarelay.sink;

import org.jspecify.annotations.NullMarked;
