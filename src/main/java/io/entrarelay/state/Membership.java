package io.entrarelay.state;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This node among those that share a store: the shards it works for, held by leases that it renews.
 * It takes what is free up to its fair part, gives up in good order what others lack, and stops by
 * itself when it could not renew for the length of a lease, since others then take over. What it
 * may still do late, a commit above all, is refused by the fencing number.
 */
public final class Membership {
  private static final Logger LOG = LoggerFactory.getLogger(Membership.class);

  /** How often a lease is renewed within its length. */
  private static final int BEATS = 3;

  /** What a node does with its shards. */
  public interface Work {
    /**
     * The sinks that this node hands records to: others keep for them what they have not passed.
     */
    Set<String> sinks();

    /**
     * The leases were over for so long before this beat: others may have taken what was kept for
     * this node no longer. Told before anything begins again.
     */
    void wasAway(Duration time);

    /** This node works for the shard from now on. */
    void begin(Lease lease);

    /**
     * This node stops working for the shard.
     *
     * @param inOrder whether there is time to finish what is under way
     * @return completed when nothing more is done for it
     */
    CompletableFuture<Void> end(int shard, boolean inOrder);
  }

  private final Store store;
  private final String node;
  private final Duration lease;
  private final LongSupplier nanos;
  private final Work work;
  private final Map<Integer, Lease> held = new ConcurrentSkipListMap<>();

  /** Those that are being given up: no longer worked for, and not free before all has ended. */
  private final Map<Integer, Lease> leaving = new TreeMap<>();

  private volatile long sureUntil;
  private volatile int nodes;
  private boolean left;

  /**
   * @param node its name, of no other process ever
   * @param lease how long a lease lasts
   * @param nanos a monotonic clock that goes on while the process is stopped
   */
  public Membership(Store store, String node, Duration lease, LongSupplier nanos, Work work) {
    this.store = store;
    this.node = node;
    this.lease = lease;
    this.nanos = nanos;
    this.work = work;
    this.sureUntil = nanos.getAsLong();
  }

  /** From one beat to the next. */
  public Duration pause() {
    return lease.dividedBy(BEATS);
  }

  /** The shards that this node works for, as they are at each moment. */
  public Map<Integer, Lease> held() {
    return Collections.unmodifiableMap(held);
  }

  /** Whether this node has the store to itself, and every shard of it, as of the last beat. */
  public boolean hasAll() {
    return nodes == 1 && held.size() == Lease.SHARDS;
  }

  /** Whether the leases are this node's own at this moment. */
  public boolean isSure() {
    return nanos.getAsLong() - sureUntil < 0;
  }

  /**
   * Says that this node is alive, and takes up what that changes. To be called every {@link
   * #pause()}.
   *
   * @throws StoreException where the store can't be reached: what is held is kept until its time is
   *     over
   */
  public synchronized void beat() {
    if (left) {
      return;
    }
    long begun = nanos.getAsLong(); // the store counts from a moment after this one
    List<Lease> own = new ArrayList<>(held.values());
    own.addAll(leaving.values());
    Beat beat = store.beat(node, work.sinks(), own, lease);
    for (Lease each : List.copyOf(held.values())) {
      if (!beat.renewed().containsKey(each.shard())) {
        LOG.warn("shard {} has another holder now: nothing more is done for it here", each.shard());
        drop(each.shard());
      }
    }
    // as of now, not of when the beat began: what lies between may have been long
    long over = nanos.getAsLong() - sureUntil;
    if (over > 0) {
      work.wasAway(Duration.ofNanos(over));
    }
    sureUntil = begun + lease.toNanos();
    nodes = beat.nodes();
    for (Lease claimed : beat.claimed()) {
      held.put(claimed.shard(), claimed);
      work.begin(claimed);
    }
    if (!beat.claimed().isEmpty()) {
      LOG.info("this node works for {} of {} shards", held.size(), Lease.SHARDS);
    }
    giveUp(beat.surplus() - leaving.size());
  }

  /** Stops where the leases could not be renewed in time. To be called more often than beats. */
  public void watch() {
    if (!isSure() && !held.isEmpty()) {
      expire();
    }
  }

  private void expire() {
    // not under the monitor: a beat that waits for the database may hold it
    List<Integer> lost = new ArrayList<>(held.keySet());
    LOG.warn(
        "the state database could not be reached for {} s: other nodes may have taken over, and"
            + " nothing more is done here until it is reached again",
        lease.toSeconds());
    lost.forEach(this::drop);
  }

  private void drop(int shard) {
    if (held.remove(shard) != null) {
      work.end(shard, false);
    }
  }

  private void giveUp(int shards) {
    List<Lease> last = new ArrayList<>(held.values());
    Collections.reverse(last);
    last.stream().limit(Math.max(0, shards)).forEach(this::giveUp);
  }

  private void giveUp(Lease each) {
    held.remove(each.shard());
    leaving.put(each.shard(), each);
    work.end(each.shard(), true).whenComplete((done, failed) -> gaveUp(each));
  }

  private synchronized void gaveUp(Lease each) {
    leaving.remove(each.shard());
    try {
      store.release(each);
    } catch (StoreException e) {
      LOG.warn("shard {} is free when its lease is over: {}", each.shard(), e.getMessage());
    }
  }

  /** Gives everything back: others may take it at once. What is under way must have ended. */
  public synchronized void leave() {
    left = true;
    held.values().forEach(store::release);
    held.clear();
    leaving.values().forEach(store::release);
    leaving.clear();
    store.leave(node);
  }
}
