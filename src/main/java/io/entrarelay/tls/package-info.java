/** TLS connections to where forms leave: whom they trust and what they show. */
@NullMarked
package io.entrarelay.tls;

import org.jspecify.annotations.NullMarked;
