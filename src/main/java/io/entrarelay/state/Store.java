package io.entrarelay.state;

import io.entrarelay.plan.Plan.Coverage;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The relay's memory. Every method is one transaction: it takes place whole or not at all, and what
 * returned without an exception survives the process and the machine.
 */
public interface Store extends AutoCloseable {

  /** The seed of the store's hashes: random, so that nobody can prepare collisions. */
  long hashSeed();

  /**
   * Takes all shards: their fencing numbers grow, and any earlier holder's commits are refused.
   *
   * @return the leases by shard
   */
  Map<Integer, Lease> takeAll(String holder);

  /**
   * A node says that it is alive, until {@code lasting} from now by the database's clock: its
   * leases are renewed, and free ones are taken up to its fair part.
   *
   * @param held the leases that it has
   */
  Beat beat(String node, Collection<Lease> held, Duration lasting);

  /** Gives a lease back; where another has it already, nothing. */
  void release(Lease lease);

  /** A node ends in good order. */
  void leave(String node);

  /**
   * Sets a node's part of an application's requests, fair among the nodes.
   *
   * @param lasting how long it is the node's, should that not come back
   */
  void share(String node, Allowance allowance, Duration lasting);

  /**
   * The feed of a report, made where it is new.
   *
   * @param since the start of its coverage where it is new, epoch milliseconds
   */
  FeedState feed(String tenantId, String clientId, String report, long since);

  /** The pairs taken of one minute, in one array of 24 bytes a pair; empty where there are none. */
  byte[] seen(long feed, long minute);

  /**
   * Commits a page: lease, seen pairs, outbox, tally, coverage.
   *
   * @throws StoreException.LeaseLost when the shard has another holder
   */
  void commit(PageCommit page);

  /** Stores a coverage that changed without a page: a clamp, a span someone asked for. */
  void coverage(Lease lease, long feed, Coverage coverage);

  /** Graph asked a tenant to wait: no request before then, also after a restart. */
  void notBefore(Lease lease, long feed, long until);

  /** Forgets pairs of minutes before this one that were last taken before {@code takenBefore}. */
  int forget(Lease lease, long feed, long minuteBefore, long takenBefore);

  /** The next outbox row for a sink: of a shard, after this number, in one of these forms. */
  @Nullable OutboxEntry next(String sink, int shard, long after, Set<String> forms);

  /** The last number given out in a shard. */
  long lastSequence(int shard);

  Position position(String sink, int shard);

  /**
   * Moves a sink's position, or notes what it is about to finish.
   *
   * @param refused what its receiver has refused for good on the way there
   */
  void move(Lease lease, String sink, Position position, List<DeadLetter> refused);

  /**
   * Forgets the positions of all sinks but these, and removes what only the others had not passed.
   */
  void retire(Set<String> sinks);

  /** Removes outbox rows of a shard that every one of these sinks has passed; of none, nothing. */
  int trim(Lease lease, Set<String> sinks);

  /** Outbox rows and their bytes that are still held. */
  OutboxSize outboxSize();

  /** Rows and compressed bytes. */
  record OutboxSize(long rows, long bytes) {}

  @Override
  void close();
}
