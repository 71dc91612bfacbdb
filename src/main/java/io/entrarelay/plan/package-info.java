/** What to read when: a state machine over event time that knows neither clocks nor stores. */
@NullMarked
package io.entrarelay.plan;

import org.jspecify.annotations.NullMarked;
