@NullMarked
package io.entrarelay.relay;

import org.jspecify.annotations.NullMarked;
