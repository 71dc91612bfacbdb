/** What can be wrong with the files under {@code routes/}, found before they run. */
@NullMarked
package io.entrarelay.routes;

import org.jspecify.annotations.NullMarked;
