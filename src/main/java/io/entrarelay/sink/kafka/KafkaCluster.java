package io.entrarelay.sink.kafka;

import io.entrarelay.sink.SinkException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/**
 * A Kafka cluster with the operator's way of reaching it: makes the clients. Producers are
 * idempotent and wait for all replicas, whatever the properties say; the other defaults are for
 * pages of records of a few kB.
 */
public final class KafkaCluster {
  /**
   * Waiting for metadata, for room, for a coordinator: a broker that is away is noticed so fast.
   */
  private static final int MAX_BLOCK = 10_000;

  private static final int REQUEST = 10_000;

  /**
   * A record that was not taken for so long fails its page. While it is tried, the broker knows
   * what it has got already: a broker that is back sooner gets nothing twice.
   */
  private static final int DELIVERY = 60_000;

  /** In a transaction nothing that failed is seen, so that the fault may be told sooner. */
  private static final int TRANSACTION_DELIVERY = 20_000;

  /** How long a client that is closed may take to end in good order. */
  static final Duration CLOSE = Duration.ofSeconds(2);

  private final String brokers;
  private final Map<String, String> properties;

  /**
   * @param brokers {@code host:port}, separated by commas
   * @param properties of Kafka's producer
   */
  public KafkaCluster(String brokers, Map<String, String> properties) {
    this.brokers = brokers;
    this.properties = properties;
  }

  public String brokers() {
    return brokers;
  }

  /**
   * A producer.
   *
   * @param transactionalId null for one without transactions
   * @param singly a batch holds one record
   * @throws KafkaException where the properties can't be used
   */
  Producer<byte[], byte[]> producer(@Nullable String transactionalId, boolean singly) {
    Map<String, Object> config = new HashMap<>();
    config.put(ProducerConfig.CLIENT_ID_CONFIG, "entra-relay");
    config.put(ProducerConfig.LINGER_MS_CONFIG, 1);
    config.put(ProducerConfig.BATCH_SIZE_CONFIG, 256 << 10);
    config.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, "lz4");
    // of a record before compression: how much of it is taken is the broker's to say
    config.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, 16 << 20);
    config.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, MAX_BLOCK);
    config.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, REQUEST);
    config.put(
        ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG,
        (int) delivery(transactionalId != null).toMillis());
    config.putAll(properties);
    config.put(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, brokers);
    config.put(ProducerConfig.ACKS_CONFIG, "all");
    config.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
    if (singly) {
      config.put(ProducerConfig.BATCH_SIZE_CONFIG, 0);
    }
    if (transactionalId != null) {
      config.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, transactionalId);
    }
    return new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer());
  }

  /** After so long a producer has said of a record whether it was taken, if it can. */
  Duration delivery(boolean inTransaction) {
    String said = properties.get(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG);
    int usual = inTransaction ? TRANSACTION_DELIVERY : DELIVERY;
    return Duration.ofMillis(said == null ? usual : Integer.parseInt(said));
  }

  /** A consumer without a group that sees what was committed. */
  Consumer<byte[], byte[]> reader() {
    Map<String, Object> config = shared(ConsumerConfig.configNames());
    config.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    config.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    config.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
    config.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
    // what is there is read, nothing is waited for: its close would wait as long for its last fetch
    config.put(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, 0);
    config.put(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, MAX_BLOCK);
    return new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
  }

  Admin admin() {
    Map<String, Object> config = shared(AdminClientConfig.configNames());
    config.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, MAX_BLOCK);
    return Admin.create(config);
  }

  /**
   * Connects, and asks how many brokers there are.
   *
   * @throws SinkException where that fails; its message says why and what to do
   */
  public int reach() {
    try (Admin admin = admin()) {
      return admin.describeCluster().nodes().get().size();
    } catch (ExecutionException | KafkaException e) {
      throw KafkaFault.forNow(brokers, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new SinkException("interrupted while Kafka at " + brokers + " was asked", e);
    }
  }

  /** What a producer's properties and another client's have in common. */
  private Map<String, Object> shared(Set<String> names) {
    Map<String, Object> config = new HashMap<>();
    config.put(CommonClientConfigs.CLIENT_ID_CONFIG, "entra-relay");
    config.put(CommonClientConfigs.REQUEST_TIMEOUT_MS_CONFIG, REQUEST);
    properties.forEach(
        (name, value) -> {
          if (names.contains(name) && !name.equals(ProducerConfig.INTERCEPTOR_CLASSES_CONFIG)) {
            config.put(name, value);
          }
        });
    config.put(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, brokers);
    return config;
  }
}
