package io.entrarelay.state;

import io.entrarelay.plan.Plan.Coverage;
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

  /** The next outbox row of a shard after this number in one of these forms, or null. */
  @Nullable OutboxEntry next(int shard, long after, Set<String> forms);

  /** The last number given out in a shard. */
  long lastSequence(int shard);

  Position position(String sink, int shard);

  /** Moves a sink's position, or notes what it is about to finish. */
  void move(Lease lease, String sink, Position position);

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
