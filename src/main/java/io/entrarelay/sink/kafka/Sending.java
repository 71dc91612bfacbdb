package io.entrarelay.sink.kafka;

import io.entrarelay.sink.SinkException;
import java.time.Duration;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Records on their way, and what Kafka said of them; it answers in a thread of its own. */
final class Sending {
  /** A line of a page. */
  record Place(long sequence, int line) implements Comparable<Place> {
    @Override
    public int compareTo(Place other) {
      int pages = Long.compare(sequence, other.sequence);
      return pages == 0 ? Integer.compare(line, other.line) : pages;
    }
  }

  private static final Duration SLACK = Duration.ofSeconds(1);
  private static final long LOOK = 100;

  private final Map<Place, String> tooLarge = new ConcurrentSkipListMap<>();
  private final boolean inTransaction;

  /** Exceptions by identity; used by the producer's thread. */
  private final Set<Exception> told = Collections.newSetFromMap(new IdentityHashMap<>());

  /** Records that a producer has taken. */
  private int given;

  /** Records that something was said of. */
  private final AtomicInteger answered = new AtomicInteger();

  /** As many of them are waited for. */
  private volatile int awaited = Integer.MAX_VALUE;

  private volatile @Nullable Exception failure;

  Sending(boolean inTransaction) {
    this.inTransaction = inTransaction;
  }

  /**
   * Gives a record to a producer; it is sent when its batch is.
   *
   * @throws SinkException where one that was given before has failed, or this one does at once
   */
  void send(Producer<byte[], byte[]> producer, KafkaPage page, int line, String brokers) {
    check(brokers);
    var record = page.record(line);
    try {
      producer.send(record, (metadata, failed) -> answered(page, line, brokers, failed));
    } catch (KafkaException | IllegalStateException e) {
      throw KafkaFault.forNow(brokers, e);
    }
    given++;
  }

  private void answered(KafkaPage page, int line, String brokers, @Nullable Exception failed) {
    if (failed instanceof RecordTooLargeException && isFirst(failed)) {
      tooLarge.put(new Place(page.sequence(), line), page.tooLarge(brokers, line));
    } else if (failed != null && failure == null) {
      failure = failed;
    }
    if (answered.incrementAndGet() >= awaited) {
      synchronized (this) {
        notifyAll();
      }
    }
  }

  /**
   * Waits for what Kafka says of each record. The producer's own {@code flush} would not do: it
   * doesn't wait for batches that were split since the broker found them too large, and it waits
   * without end where the broker went away before it gave a producer its number (Kafka 3.9).
   *
   * @throws SinkException where a record has failed that may be taken later
   */
  void await(KafkaCluster cluster) {
    long end = System.nanoTime() + cluster.delivery(inTransaction).plus(SLACK).toNanos();
    awaited = given;
    try {
      synchronized (this) {
        while (answered.get() < given && System.nanoTime() < end) {
          wait(LOOK);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new SinkException("interrupted while Kafka was to answer", e);
    }
    check(cluster.brokers());
    int missing = given - answered.get();
    if (missing > 0) {
      throw KafkaFault.forNow(
          cluster.brokers(), new TimeoutException(missing + " records are not acknowledged"));
    }
  }

  /**
   * A transaction that one record has failed fails its other records with that one's exception, and
   * they may well fit: only the first that comes with it is surely too large itself.
   */
  private boolean isFirst(Exception failed) {
    return !inTransaction || told.add(failed);
  }

  /**
   * @throws SinkException where a record has failed that may be taken later
   */
  private void check(String brokers) {
    Exception failed = failure;
    if (failed != null) {
      throw KafkaFault.forNow(brokers, failed);
    }
  }

  /** The lines that are over the broker's limit, and what to do about it. */
  Map<Place, String> tooLarge() {
    return tooLarge;
  }
}
