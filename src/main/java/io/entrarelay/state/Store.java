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
   * @param sinks those that it hands records to
   * @param held the leases that it has
   */
  Beat beat(String node, Set<String> sinks, Collection<Lease> held, Duration lasting);

  /** Gives a lease back; where another has it already, nothing. */
  void release(Lease lease);

  /** A node ends in good order. */
  void leave(String node);

  /**
   * Sets a node's part of an application's requests, fair among the nodes.
   *
   * @param lasting how long a node uses it without a word: a span of the limit later it may be
   *     another's
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
   * @throws StoreException where it failed, or where its answer got lost: then {@link #settle} and
   *     a look at the store tell whether it was made
   */
  void commit(PageCommit page);

  /**
   * Waits for earlier commits with this lease that are still under way at the database's side: what
   * is read after that tells what became of them.
   *
   * @throws StoreException.LeaseLost when the shard has another holder
   */
  void settle(Lease lease);

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
   * @throws StoreException.PositionSetBack where it was set back since it was read
   */
  void move(Lease lease, String sink, Position position, List<DeadLetter> refused);

  /**
   * A sink begins to read the outbox.
   *
   * @param forms those that it takes
   * @param fromNow where it is new, it gets nothing of what the outbox holds already
   */
  void begin(String sink, Set<String> forms, boolean fromNow);

  /**
   * Forgets sinks that no living node hands records to, and removes what only they had not passed.
   *
   * @param sinks those that stay, whether they have begun or not
   * @param gone those to be forgotten
   * @param collectedBefore epoch milliseconds: what was collected later stays for now
   * @return those of {@code gone} that stay for now, since a living node has them
   */
  Set<String> retire(Set<String> sinks, Set<String> gone, long collectedBefore);

  /**
   * Removes outbox rows of a shard that every one of these sinks has passed, and every other that
   * was not retired, up to the first that was not collected before this time; of no sinks, nothing.
   */
  int trim(Lease lease, Set<String> sinks, long collectedBefore);

  /**
   * Sets a sink back to before the first row in each shard that was collected at this time or
   * later, and that it has passed: all from there on leaves once more. Who works from the position
   * that it had can't move it any more.
   *
   * @param from epoch milliseconds
   * @return null where there is no such sink
   */
  @Nullable Replay replay(String sink, long from);

  /** Records that leave once more, by form. */
  record Replay(Map<String, Long> records) {}

  /** A number for each shard that is another one whenever rows were appended or a sink set back. */
  Map<Integer, Long> marks();

  /** What the outbox holds that not every one of these sinks has passed. Costs next to nothing. */
  Waiting waiting(Set<String> sinks);

  /**
   * What waits in the outbox.
   *
   * @param bytes compressed, all forms together
   * @param oldest when the oldest of it was collected, epoch milliseconds; 0 where nothing waits
   */
  record Waiting(long bytes, long oldest) {
    public static final Waiting NOTHING = new Waiting(0, 0);
  }

  /** The forms that each sink takes. */
  Map<String, Set<String>> sinkForms();

  /** The sinks, by name. Reads all that waits. */
  List<SinkState> sinks();

  /**
   * A sink as the store knows it.
   *
   * @param records that wait for it, in its forms
   * @param waiting what of the outbox is kept for it, in all forms
   * @param replays how often it was set back
   */
  record SinkState(String sink, Set<String> forms, long records, Waiting waiting, int replays) {}

  /**
   * What waits for each sink, by name. Costs little, whatever waits.
   *
   * @param most outbox rows that are counted for a sink
   */
  List<Backlog> backlogs(int most);

  /**
   * What waits for a sink.
   *
   * @param records in its forms
   * @param more whether there are more of them, which weren't counted
   * @param oldest when the oldest of it was collected, epoch milliseconds; 0 where nothing waits
   * @param bytes that the outbox keeps for it, compressed
   * @param movedAt when it has last taken something for good, epoch milliseconds; 0 where it isn't
   *     known
   * @param replays how often it was set back
   */
  record Backlog(
      String sink,
      Set<String> forms,
      long records,
      boolean more,
      long oldest,
      long bytes,
      long movedAt,
      int replays) {}

  /** Outbox rows and their bytes that are still held. */
  OutboxSize outboxSize();

  /** The records that were set aside. */
  DeadLetters deadLetters();

  /** Those who may sign in to the console by a password. */
  Users users();

  /** Who has changed what. */
  AuditLog auditLog();

  /** What is known of integrations besides what is declared. */
  Integrations integrations();

  /** Integrations that are in no file. */
  StoredIntegrations storedIntegrations();

  /** Rows and compressed bytes. */
  record OutboxSize(long rows, long bytes) {}

  @Override
  void close();
}
