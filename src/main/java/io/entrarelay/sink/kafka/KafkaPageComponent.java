package io.entrarelay.sink.kafka;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.entrarelay.sink.Delivery;
import io.entrarelay.sink.OutboxComponent;
import io.entrarelay.sink.kafka.Sending.Place;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.camel.Consumer;
import org.apache.camel.Endpoint;
import org.apache.camel.Exchange;
import org.apache.camel.Expression;
import org.apache.camel.Processor;
import org.apache.camel.Producer;
import org.apache.camel.support.DefaultComponent;
import org.apache.camel.support.DefaultEndpoint;
import org.apache.camel.support.DefaultProducer;
import org.jspecify.annotations.Nullable;

/**
 * The Camel component {@code kafka-page:BROKERS?topic=…}: sends pages of the outbox to Kafka, a
 * record a line. A page is gone when Kafka has acknowledged all of it, or with {@code
 * transactional} when its transaction was committed. Camel's own {@code kafka:} is there for other
 * routes; why it doesn't do for this one is said in decision 0002.
 */
public final class KafkaPageComponent extends DefaultComponent {
  private final Map<String, String> properties;
  private final String relay;
  private final InstantSource clock;

  /**
   * @param properties of Kafka's producer; they may hold passwords, so no endpoint shows them
   * @param seed of the store's hashes: tells this relay from others on the same cluster, and is the
   *     same for all nodes that share a state
   */
  public KafkaPageComponent(Map<String, String> properties, long seed, InstantSource clock) {
    this.properties = Map.copyOf(properties);
    this.relay = name(seed);
    this.clock = clock;
  }

  /** A name for the store that does not tell its seed. */
  static String name(long seed) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(Long.toHexString(seed).getBytes(US_ASCII));
      return HexFormat.of().formatHex(digest, 0, 6);
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException("every JDK has SHA-256", impossible);
    }
  }

  @Override
  protected Endpoint createEndpoint(String uri, String brokers, Map<String, Object> parameters)
      throws Exception {
    KafkaPageEndpoint endpoint = new KafkaPageEndpoint(uri, this, brokers);
    setProperties(endpoint, parameters);
    return endpoint;
  }

  /** Topics of a cluster. */
  public static final class KafkaPageEndpoint extends DefaultEndpoint {
    private final String brokers;
    private String topic = "";
    private boolean transactional;

    KafkaPageEndpoint(String uri, KafkaPageComponent component, String brokers) {
      super(uri, component);
      this.brokers = brokers;
    }

    /** A simple expression over the page's variables. */
    public String getTopic() {
      return topic;
    }

    public void setTopic(String topic) {
      this.topic = topic;
    }

    /** Whether a consumer with {@code read_committed} sees each record once. */
    public boolean isTransactional() {
      return transactional;
    }

    public void setTransactional(boolean transactional) {
      this.transactional = transactional;
    }

    @Override
    public Producer createProducer() {
      return new KafkaPageProducer(this, (KafkaPageComponent) getComponent());
    }

    @Override
    public Consumer createConsumer(Processor processor) {
      throw new UnsupportedOperationException(
          "kafka-page: can only be written to; kafka: reads topics");
    }
  }

  private static final class KafkaPageProducer extends DefaultProducer {
    private final KafkaPageEndpoint endpoint;
    private final KafkaPageComponent component;
    private final Expression topic;
    private final KafkaCluster cluster;
    private final Topics topics;
    private final Splitting splitting = new Splitting();
    private final PlainSender plain;

    /** By shard. */
    private final Map<Integer, ShardTransactions> transactions = new ConcurrentHashMap<>();

    /** By shard. */
    private final Map<Integer, SortedMap<Place, String>> refused = new ConcurrentHashMap<>();

    KafkaPageProducer(KafkaPageEndpoint endpoint, KafkaPageComponent component) {
      super(endpoint);
      this.endpoint = endpoint;
      this.component = component;
      this.topic =
          endpoint.getCamelContext().resolveLanguage("simple").createExpression(endpoint.topic);
      this.cluster = new KafkaCluster(endpoint.brokers, component.properties);
      this.topics = new Topics(endpoint.brokers);
      this.plain = new PlainSender(cluster, topics, splitting);
    }

    @Override
    protected void doInit() throws Exception {
      super.doInit();
      topic.init(endpoint.getCamelContext());
    }

    @Override
    public void process(Exchange exchange) throws Exception {
      Delivery delivery =
          Objects.requireNonNull(
              exchange.getVariable(OutboxComponent.DELIVERY, Delivery.class),
              "kafka-page: sends pages that come from the outbox (kamelet outbox-source)");
      @Nullable String name = topic.evaluate(exchange, String.class);
      KafkaPage page = KafkaPage.of(exchange, name == null ? "" : name);
      if (endpoint.transactional) {
        transactions.values().forEach(ShardTransactions::rest);
        ((ShardTransactions) delivery.enlist(endpoint, () -> transactions(delivery))).send(page);
      } else {
        plain.send(page, delivery);
      }
    }

    private ShardTransactions transactions(Delivery delivery) {
      ShardTransactions made =
          new ShardTransactions(
              cluster,
              topics,
              splitting,
              component.clock,
              component.relay,
              delivery,
              refused.computeIfAbsent(delivery.shard(), shard -> new TreeMap<>()));
      transactions.put(delivery.shard(), made);
      return made;
    }

    @Override
    protected void doStop() throws Exception {
      plain.close();
      transactions.values().forEach(ShardTransactions::discard);
      transactions.clear();
      super.doStop();
    }
  }
}
