/** Tests of the Kafka sink, on a real broker. */
@NullMarked
package io.entrarelay.sink.kafka;

import org.jspecify.annotations.NullMarked;
