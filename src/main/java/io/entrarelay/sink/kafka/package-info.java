/** Pages of the outbox into Kafka: {@link io.entrarelay.sink.kafka.KafkaPageComponent}. */
@NullMarked
package io.entrarelay.sink.kafka;

import org.jspecify.annotations.NullMarked;
