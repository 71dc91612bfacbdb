package io.entrarelay.sink.kafka;

import io.entrarelay.sink.Delivery;
import io.entrarelay.sink.SinkException;
import io.entrarelay.sink.kafka.Positions.Kept;
import io.entrarelay.sink.kafka.Sending.Place;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Objects;
import java.util.SortedMap;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends a shard's pages in transactions, each together with the position that it leads to: whatever
 * dies at whatever moment, the position that Kafka has kept tells which pages it has, and these are
 * passed over. Its transactional id is the shard's, so that a later holder's producer shuts out an
 * earlier one's.
 */
final class ShardTransactions implements Delivery.Participant {
  private static final Logger LOG = LoggerFactory.getLogger(ShardTransactions.class);

  private static final long LARGEST = 64 << 20;
  private static final Duration LONGEST = Duration.ofSeconds(1);

  /** A producer holds a thread and connections. */
  private static final Duration IDLE = Duration.ofMinutes(10);

  private final KafkaCluster cluster;
  private final Topics topics;
  private final Splitting splitting;
  private final InstantSource clock;
  private final Delivery delivery;
  private final String id;

  /** Lines that Kafka has refused, which has cost their transaction; and why. */
  private final SortedMap<Place, String> refused;

  private @Nullable Session session;

  /** The transaction that is open. */
  private @Nullable Open open;

  /** The page under way has records in the open transaction. */
  private boolean pageSent;

  private @Nullable SinkException problem;

  /** When a page came last. */
  private long usedAt;

  /** Up to here what Kafka has kept can be right: we have noted it before. */
  private long noted;

  /**
   * @param written the last number that Kafka has; less than all numbers where it has none
   */
  private record Session(Producer<byte[], byte[]> producer, int partitions, long written) {}

  private static final class Open {
    private final Sending sending = new Sending(true);
    private final long since;
    private long bytes;

    private Open(long since) {
      this.since = since;
    }
  }

  /**
   * @param relay tells this relay's state from others, also on the same cluster
   * @param refused outlives this participant
   */
  ShardTransactions(
      KafkaCluster cluster,
      Topics topics,
      Splitting splitting,
      InstantSource clock,
      String relay,
      Delivery delivery,
      SortedMap<Place, String> refused) {
    this.cluster = cluster;
    this.topics = topics;
    this.splitting = splitting;
    this.clock = clock;
    this.delivery = delivery;
    this.id = relay + "." + delivery.sink() + "." + delivery.shard();
    this.refused = refused;
    this.noted = delivery.closing();
  }

  /**
   * Gives a page to the open transaction, or a new one; returns before Kafka has it.
   *
   * @throws SinkException where it can't be taken now
   */
  void send(KafkaPage page) {
    pageSent = false;
    problem = null;
    usedAt = clock.millis();
    try {
      Session to = session();
      if (page.sequence() <= to.written) {
        return;
      }
      String refusal = topics.refusal(to.producer, page.topic());
      if (refusal != null) {
        page.refuse(delivery, refusal);
        return;
      }
      for (int line = 0; line < page.size(); line++) {
        String reason = refused.isEmpty() ? null : refused.get(new Place(page.sequence(), line));
        if (reason != null) {
          page.refuse(line, delivery, reason);
        } else {
          Open transaction = open == null ? begin(to) : open;
          pageSent = true;
          transaction.sending.send(to.producer, page, line, cluster.brokers());
        }
      }
      if (open != null) {
        open.bytes += page.bytes();
      }
    } catch (SinkException e) {
      problem = open == null ? e : refusedOr(open, e);
      throw problem;
    }
  }

  /** What is too large is noted, and left out the next time: that is then what has failed. */
  private SinkException refusedOr(Open transaction, SinkException other) {
    int tooLarge = transaction.sending.tooLarge().size();
    transaction.sending.tooLarge().forEach(refused::put);
    return tooLarge == 0
        ? other
        : new SinkException(
            "Kafka refuses "
                + tooLarge
                + (tooLarge == 1 ? " record" : " records")
                + " as too large: its transaction is begun anew without them");
  }

  private Session session() {
    if (session == null) {
      session = opened();
    }
    return session;
  }

  private Session opened() {
    Producer<byte[], byte[]> producer = null;
    boolean done = false;
    try {
      producer = cluster.producer("entra-relay." + id, splitting.isEndless());
      // from here on nobody else commits for this shard: what is read then stays true
      producer.initTransactions();
      Positions.Found found = new Positions(cluster).read(id, delivery.shard());
      done = true;
      return new Session(producer, found.partitions(), written(found.kept()));
    } catch (KafkaException e) {
      throw KafkaFault.forNow(cluster.brokers(), e);
    } finally {
      if (!done && producer != null) {
        producer.close(KafkaCluster.CLOSE);
      }
    }
  }

  private long written(@Nullable Kept kept) {
    if (kept == null || kept.replay() != delivery.replay()) {
      return Long.MIN_VALUE;
    }
    if (kept.sequence() > noted) {
      // before each commit its number is noted in the state: so this is not the state that did
      LOG.warn(
          "Kafka has kept a later position for {} than the relay's state knows, which was set back"
              + " or replaced: what was sent since then comes again",
          id);
      return Long.MIN_VALUE;
    }
    return kept.sequence();
  }

  private Open begin(Session to) {
    try {
      to.producer.beginTransaction();
    } catch (KafkaException | IllegalStateException e) {
      throw KafkaFault.forNow(cluster.brokers(), e);
    }
    open = new Open(clock.millis());
    return open;
  }

  @Override
  public void keep() {
    pageSent = false;
  }

  @Override
  public void undo() {
    if (pageSent) {
      throw problem != null
          ? problem
          : new SinkException(
              "a page failed when records of it were in Kafka's transaction, which is begun anew");
    }
  }

  @Override
  public boolean isDue(long now) {
    return open == null || open.bytes >= LARGEST || now - open.since >= LONGEST.toMillis();
  }

  @Override
  public void finish(long first, long last) {
    noted = last;
    if (open != null) {
      commit(Objects.requireNonNull(session), open, last);
      open = null;
    }
    refused.headMap(new Place(last + 1, 0)).clear();
  }

  private void commit(Session to, Open transaction, long last) {
    try {
      transaction.sending.await(cluster);
      Kept kept = new Kept(last, delivery.replay());
      to.producer.send(Positions.record(id, delivery.shard() % to.partitions, kept));
      to.producer.commitTransaction();
    } catch (SinkException e) {
      throw refusedOr(transaction, e);
    } catch (KafkaException | IllegalStateException e) {
      throw refusedOr(transaction, KafkaFault.forNow(cluster.brokers(), e));
    }
  }

  /** Lets the producer go where no page has come for long. */
  void rest() {
    if (session != null && open == null && clock.millis() - usedAt > IDLE.toMillis()) {
      discard();
    }
  }

  @Override
  public void discard() {
    if (session != null) {
      splitting.look(session.producer);
      // ends an open transaction, if Kafka can be reached; else the next producer does
      session.producer.close(KafkaCluster.CLOSE);
      session = null;
    }
    if (open != null) {
      open.sending.tooLarge().forEach(refused::put);
      open = null;
    }
  }
}
