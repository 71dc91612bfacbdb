package io.entrarelay.sink.kafka;

import java.util.Map;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.MetricName;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notices a producer that splits its batches for ever. A batch that the broker finds too large is
 * split into batches of at most {@code batch.size}; where the broker's limit is below that, Kafka's
 * client (3.9) sends the same batch again and again, until all in it has timed out. From then on
 * batches hold one record, and a single one over the limit is refused by name.
 */
final class Splitting {
  private static final Logger LOG = LoggerFactory.getLogger(Splitting.class);

  /** A second, over at least the last 30: without end it is one for each answer of the broker. */
  private static final int MANY = 3;

  private boolean endless;

  boolean isEndless() {
    return endless;
  }

  /** Looks at a producer that has failed. */
  void look(Producer<byte[], byte[]> producer) {
    for (Map.Entry<MetricName, ? extends Metric> each : producer.metrics().entrySet()) {
      if (!endless
          && each.getKey().name().equals("batch-split-rate")
          && each.getValue().metricValue() instanceof Number splits
          && splits.doubleValue() > MANY) {
        endless = true;
        LOG.warn(
            "Kafka takes no batches of batch.size: records are sent singly from now on, which is"
                + " slow. Set relay.sinks.kafka.properties.batch.size below the topic's"
                + " max.message.bytes, or raise that");
      }
    }
  }
}
