@NullMarked
package io.entrarelay.simulator;

import org.jspecify.annotations.NullMarked;
