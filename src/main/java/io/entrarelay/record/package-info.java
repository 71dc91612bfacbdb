/**
 * Cutting a page of Graph into its records, and the form a record leaves in. Knows no Camel route.
 */
@NullMarked
package io.entrarelay.record;

import org.jspecify.annotations.NullMarked;
