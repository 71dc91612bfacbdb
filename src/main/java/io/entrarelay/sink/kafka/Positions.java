package io.entrarelay.sink.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.entrarelay.sink.SinkException;
import io.entrarelay.state.Lease;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.jspecify.annotations.Nullable;

/**
 * How far a sink has got with each shard, kept in Kafka beside the records themselves: a compacted
 * topic, written in the transaction of the records. The key is {@code <relay>/<sink>/<shard>}, the
 * value {@code {"sequence":17,"replay":0}}.
 */
final class Positions {
  static final String TOPIC = "entra-relay.positions";

  private static final ObjectMapper JSON = new ObjectMapper();

  /** Somebody else's open transaction hides what comes after it, for transaction.timeout.ms. */
  private static final Duration LONGEST = Duration.ofSeconds(90);

  private static final Duration POLL = Duration.ofMillis(100);

  /** Offsets that are read first, from the end. */
  private static final long STEP = 500;

  private final KafkaCluster cluster;

  /** The position of a shard, as Kafka keeps it. */
  record Kept(long sequence, int replay) {}

  Positions(KafkaCluster cluster) {
    this.cluster = cluster;
  }

  /**
   * @param partitions of the topic
   * @param kept null where nothing is kept
   */
  record Found(int partitions, @Nullable Kept kept) {}

  static ProducerRecord<byte[], byte[]> record(String key, int partition, Kept kept) {
    String value = "{\"sequence\":" + kept.sequence + ",\"replay\":" + kept.replay + "}";
    return new ProducerRecord<>(TOPIC, partition, key.getBytes(UTF_8), value.getBytes(UTF_8));
  }

  /**
   * What was committed for a shard last. To be asked when nobody else can commit any more for it,
   * so after the producer has its transactional id.
   *
   * @throws SinkException where that can't be told now
   */
  Found read(String key, int shard) {
    try (Admin admin = cluster.admin();
        Consumer<byte[], byte[]> reader = cluster.reader()) {
      int partitions = make(admin);
      TopicPartition partition = new TopicPartition(TOPIC, shard % partitions);
      reader.assign(List.of(partition));
      long begin = offset(admin, partition, OffsetSpec.earliest());
      // of all that was written, committed or not: what is open hides what was committed after it
      long to = offset(admin, partition, OffsetSpec.latest());
      for (long step = STEP; to > begin; step *= 4) {
        long from = Math.max(begin, to - step);
        Kept kept = last(reader, partition, from, to, key.getBytes(UTF_8));
        if (kept != null) {
          return new Found(partitions, kept);
        }
        to = from;
      }
      return new Found(partitions, null);
    } catch (ExecutionException | KafkaException e) {
      throw KafkaFault.forNow(cluster.brokers(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new SinkException("interrupted while the topic " + TOPIC + " was read", e);
    }
  }

  /** Makes the topic where it is not there; its number of partitions. */
  private static int make(Admin admin) throws ExecutionException, InterruptedException {
    try {
      return partitions(admin);
    } catch (ExecutionException e) {
      if (!(e.getCause() instanceof UnknownTopicOrPartitionException)) {
        throw e;
      }
    }
    NewTopic topic =
        new NewTopic(TOPIC, Optional.of(Lease.SHARDS), Optional.empty())
            .configs(Map.of("cleanup.policy", "compact"));
    try {
      admin.createTopics(List.of(topic)).all().get();
      return Lease.SHARDS;
    } catch (ExecutionException e) {
      if (!(e.getCause() instanceof TopicExistsException)) {
        throw e;
      }
    }
    return partitions(admin);
  }

  private static int partitions(Admin admin) throws ExecutionException, InterruptedException {
    return Objects.requireNonNull(
            admin.describeTopics(List.of(TOPIC)).allTopicNames().get().get(TOPIC))
        .partitions()
        .size();
  }

  private static long offset(Admin admin, TopicPartition partition, OffsetSpec which)
      throws ExecutionException, InterruptedException {
    return admin.listOffsets(Map.of(partition, which)).partitionResult(partition).get().offset();
  }

  private static @Nullable Kept last(
      Consumer<byte[], byte[]> reader, TopicPartition partition, long from, long to, byte[] key) {
    Kept last = null;
    long end = System.nanoTime() + LONGEST.toNanos();
    reader.seek(partition, from);
    while (reader.position(partition) < to) {
      for (ConsumerRecord<byte[], byte[]> record : reader.poll(POLL)) {
        if (record.offset() < to && Arrays.equals(record.key(), key)) {
          last = parsed(record.value());
        }
      }
      if (System.nanoTime() > end) {
        throw new SinkException(
            "the topic "
                + TOPIC
                + " is held up by an open transaction. Kafka ends it by itself after"
                + " transaction.timeout.ms of whoever began it");
      }
    }
    return last;
  }

  private static @Nullable Kept parsed(byte @Nullable [] value) {
    try {
      JsonNode node = value == null ? JSON.missingNode() : JSON.readTree(value);
      return node.hasNonNull("sequence")
          ? new Kept(node.get("sequence").asLong(), node.path("replay").asInt())
          : null;
    } catch (IOException e) {
      throw new SinkException(
          "the topic " + TOPIC + " holds what this relay has not written. Give it another cluster");
    }
  }
}
