/** The command line. */
@NullMarked
package io.entrarelay.cli;

import org.jspecify.annotations.NullMarked;
