@NullMarked
package io.entrarelay.mapping;

import org.jspecify.annotations.NullMarked;
