package io.entrarelay.sink.kafka;

import io.entrarelay.sink.SinkException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which topics can be written to. Asking is what makes a topic, where the brokers make topics by
 * themselves; one that they do not make is asked for again after a minute.
 */
final class Topics {
  private static final Logger LOG = LoggerFactory.getLogger(Topics.class);
  private static final long AGAIN = Duration.ofMinutes(1).toNanos();

  private final String brokers;
  private final Map<String, Refused> refused = new HashMap<>();

  /**
   * @param at nanoseconds
   */
  private record Refused(String reason, long at) {}

  Topics(String brokers) {
    this.brokers = brokers;
  }

  /**
   * Why no record for a topic will be taken, however often it is sent; null where they are.
   *
   * @throws SinkException where that can't be told now
   */
  @Nullable String refusal(Producer<byte[], byte[]> producer, String topic) {
    Refused before = refused.get(topic);
    if (before != null && System.nanoTime() - before.at < AGAIN) {
      return before.reason;
    }
    String reason;
    if (topic.isBlank()) {
      reason = "its topic has no name. Check the parameter topic of kafka-page-sink";
    } else {
      try {
        producer.partitionsFor(topic);
        refused.remove(topic);
        return null;
      } catch (KafkaException | IllegalStateException e) {
        reason = reason(topic, e);
      }
    }
    LOG.error("records are set aside with the dead letters: {}", reason);
    refused.put(topic, new Refused(reason, System.nanoTime()));
    return reason;
  }

  private String reason(String topic, Exception failed) {
    Throwable cause = KafkaFault.root(failed);
    if (cause instanceof UnknownTopicOrPartitionException) {
      return "Kafka at "
          + brokers
          + " has no topic "
          + topic
          + " and does not make it. Make it (kafka-topics --create --topic "
          + topic
          + "), or let the brokers do so (auto.create.topics.enable), or correct"
          + " relay.sinks.kafka.topic; then retry the dead letters";
    }
    if (cause instanceof InvalidTopicException) {
      return "Kafka at "
          + brokers
          + " takes no topic of the name "
          + topic
          + ": letters, digits, . _ - and at most 249 of them. Correct relay.sinks.kafka.topic; then"
          + " retry the dead letters";
    }
    throw KafkaFault.forNow(brokers, failed);
  }
}
