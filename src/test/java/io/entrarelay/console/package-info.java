/** The console, asked over HTTP and by a browser. */
@NullMarked
package io.entrarelay.console;

import org.jspecify.annotations.NullMarked;
