package io.entrarelay.sink.kafka;

import io.entrarelay.record.FormLines;
import io.entrarelay.sink.Outbox;
import io.entrarelay.sink.OutboxComponent;
import io.entrarelay.state.JdbcStore;
import io.entrarelay.state.Lease;
import io.entrarelay.state.OutboxEntry;
import io.entrarelay.state.Steps;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;

/** How fast what an outbox holds gets into Kafka, and how fast a bare producer is. */
public final class KafkaThroughput {
  private static final int SAMPLE = 20_000;

  private final Path database;
  private final KafkaCluster cluster;

  public KafkaThroughput(Path database, String brokers) {
    this.database = database;
    this.cluster = new KafkaCluster(brokers, Map.of());
  }

  /** Records a second from the outbox, all of it, until acknowledged. */
  public double route(String sink, boolean transactional) throws Exception {
    try (JdbcStore store = JdbcStore.sqlite(database, Steps.NONE)) {
      Outbox outbox = new Outbox(store, () -> true, InstantSource.system(), Steps.NONE);
      outbox.keepFor(Duration.ofDays(1)); // for the next one
      store.takeAll("bench").values().forEach(outbox::begin);
      DefaultCamelContext camel = new DefaultCamelContext();
      camel.disableJMX();
      camel.addComponent("outbox", new OutboxComponent(outbox));
      camel.addComponent(
          "kafka-page", new KafkaPageComponent(Map.of(), store.hashSeed(), InstantSource.system()));
      camel.addRoutes(
          new RouteBuilder() {
            @Override
            public void configure() {
              from("outbox:" + sink + "?forms=vendor")
                  .to(
                      "kafka-page:"
                          + cluster.brokers()
                          + "?topic=bench&transactional="
                          + transactional);
            }
          });
      long start = System.nanoTime();
      camel.start();
      outbox.complete();
      boolean done = false;
      long end = start + TimeUnit.MINUTES.toNanos(10);
      while (!done && System.nanoTime() < end) {
        outbox.finishAll();
        done = outbox.awaitDelivered(Duration.ofMillis(50));
      }
      double seconds = (System.nanoTime() - start) / 1e9;
      long records = Objects.requireNonNull(outbox.workers().get(sink)).delivered();
      camel.stop();
      if (!done || records == 0) {
        throw new IllegalStateException("not delivered");
      }
      return records / seconds;
    }
  }

  /** Records a second of a producer that is given the same records, made before. */
  public double bare(long records) throws IOException {
    List<ProducerRecord<byte[], byte[]>> sample = sample();
    try (Producer<byte[], byte[]> producer = cluster.producer(null, false)) {
      producer.partitionsFor("bench");
      long start = System.nanoTime();
      long sent = 0;
      while (sent < records) {
        sample.forEach(producer::send);
        sent += sample.size();
      }
      producer.flush();
      return sent / ((System.nanoTime() - start) / 1e9);
    }
  }

  private List<ProducerRecord<byte[], byte[]>> sample() throws IOException {
    List<ProducerRecord<byte[], byte[]>> sample = new ArrayList<>();
    try (JdbcStore store = JdbcStore.sqlite(database, Steps.NONE)) {
      for (int shard = 0; shard < Lease.SHARDS; shard++) {
        OutboxEntry entry = store.next("bare", shard, 0, Set.of("vendor"));
        while (entry != null && sample.size() < SAMPLE) {
          KafkaPage page =
              new KafkaPage(
                  "bench",
                  entry.sequence(),
                  entry.tenantId(),
                  FormLines.read(entry.zstd(), 256 << 20),
                  KafkaPage.headers(entry.integration(), entry.report(), entry.form()));
          for (int line = 0; line < page.size(); line++) {
            sample.add(page.record(line));
          }
          entry = store.next("bare", shard, entry.sequence(), Set.of("vendor"));
        }
      }
    }
    return sample;
  }
}
