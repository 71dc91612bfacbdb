package io.entrarelay.sink.kafka;

import io.entrarelay.sink.Delivery;
import io.entrarelay.sink.SinkException;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;

/**
 * Sends pages without transactions, by one producer for all shards: a page is gone when all its
 * records were acknowledged. A page that fails comes again whole.
 */
final class PlainSender implements AutoCloseable {
  private final KafkaCluster cluster;
  private final Topics topics;
  private final Splitting splitting;
  private @Nullable Producer<byte[], byte[]> producer;

  PlainSender(KafkaCluster cluster, Topics topics, Splitting splitting) {
    this.cluster = cluster;
    this.topics = topics;
    this.splitting = splitting;
  }

  /**
   * Sends a page and waits until Kafka has it; what it refuses for good is left to the delivery.
   *
   * @throws SinkException where it can't take the page now
   */
  void send(KafkaPage page, Delivery delivery) {
    Producer<byte[], byte[]> open = open();
    boolean done = false;
    try {
      String refusal = topics.refusal(open, page.topic());
      if (refusal == null) {
        send(open, page, delivery);
      } else {
        page.refuse(delivery, refusal);
      }
      done = true;
    } finally {
      if (!done) {
        // a new one begins with what the cluster says then
        splitting.look(open);
        close();
      }
    }
  }

  private void send(Producer<byte[], byte[]> open, KafkaPage page, Delivery delivery) {
    Sending sending = new Sending(false);
    try {
      for (int line = 0; line < page.size(); line++) {
        sending.send(open, page, line, cluster.brokers());
      }
    } finally {
      // also where one has failed: none may be on its way when the page comes again
      sending.await(cluster);
    }
    sending.tooLarge().forEach((place, reason) -> page.refuse(place.line(), delivery, reason));
  }

  private Producer<byte[], byte[]> open() {
    if (producer == null) {
      try {
        producer = cluster.producer(null, splitting.isEndless());
      } catch (KafkaException e) {
        throw KafkaFault.forNow(cluster.brokers(), e);
      }
    }
    return producer;
  }

  @Override
  public void close() {
    if (producer != null) {
      producer.close(KafkaCluster.CLOSE);
      producer = null;
    }
  }
}
