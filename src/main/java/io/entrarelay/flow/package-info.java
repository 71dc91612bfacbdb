/** What the routes under {@code routes/} call: Camel's side of collecting and forwarding. */
@NullMarked
package io.entrarelay.flow;

import org.jspecify.annotations.NullMarked;
