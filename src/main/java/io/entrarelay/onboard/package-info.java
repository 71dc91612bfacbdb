/** Connecting a tenant, and finding out what a connected one lacks. */
@NullMarked
package io.entrarelay.onboard;

import org.jspecify.annotations.NullMarked;
