package io.entrarelay.faults;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Reads the topics whose names begin alike, as a consumer with {@code read_committed}. */
final class KafkaReceiver implements Receiver {
  private final String sink;
  private final String prefix;
  private final KafkaConsumer<byte[], byte[]> consumer;
  private final Map<TopicPartition, Long> next = new HashMap<>();

  KafkaReceiver(String sink, String brokers, String prefix) {
    this.sink = sink;
    this.prefix = prefix;
    this.consumer =
        new KafkaConsumer<>(
            Map.of(
                "bootstrap.servers", brokers,
                "isolation.level", "read_committed",
                "default.api.timeout.ms", "3000"),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer());
  }

  @Override
  public String sink() {
    return sink;
  }

  @Override
  public void receive(Received into) {
    try {
      List<TopicPartition> partitions = new ArrayList<>();
      consumer
          .listTopics()
          .forEach(
              (topic, found) -> {
                if (topic.startsWith(prefix)) {
                  found.forEach(it -> partitions.add(new TopicPartition(topic, it.partition())));
                }
              });
      consumer.assign(partitions);
      partitions.forEach(each -> consumer.seek(each, next.getOrDefault(each, 0L)));
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      // what a killed relay has left open ends by its time-out, and holds up what is behind it
      while (partitions.stream()
          .anyMatch(it -> consumer.position(it) < ends.getOrDefault(it, 0L))) {
        for (ConsumerRecord<byte[], byte[]> each : consumer.poll(Duration.ofMillis(500))) {
          into.add(each.value());
        }
      }
      partitions.forEach(each -> next.put(each, consumer.position(each)));
    } catch (TimeoutException away) {
      // the broker is down: what it has is read the next time
    }
  }

  @Override
  public void close() {
    consumer.close(Duration.ofSeconds(2));
  }
}
