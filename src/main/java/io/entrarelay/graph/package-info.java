/** Microsoft's side: clouds, tokens, and what its answers mean. */
@NullMarked
package io.entrarelay.graph;

import org.jspecify.annotations.NullMarked;
