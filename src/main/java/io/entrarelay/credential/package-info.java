/** Certificates and private keys in PEM: reading, refusing, making. */
@NullMarked
package io.entrarelay.credential;

import org.jspecify.annotations.NullMarked;
