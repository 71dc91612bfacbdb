/**
 * The console: pages in a browser, sign-in, who may do what, and Hawtio. A web application of its
 * own in the relay's process; the relay knows nothing of it.
 */
@NullMarked
package io.entrarelay.console;

import org.jspecify.annotations.NullMarked;
