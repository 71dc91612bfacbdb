package io.entrarelay.relay;

import io.entrarelay.config.RelaySettings;
import io.entrarelay.state.Allowance;
import io.entrarelay.state.Lease;
import io.entrarelay.state.Membership;
import io.entrarelay.state.Store;
import io.entrarelay.state.StoreException;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The shards that this process works for: all of them where it has the store to itself, by leases
 * where it shares it.
 */
final class Shards implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Shards.class);
  private static final Duration LOOK = Duration.ofMillis(200);

  private final Store store;
  private final Membership.Work work;
  private final String node;
  private final Duration lease;
  private final @Nullable Membership membership;
  private final Map<Integer, Lease> all = new ConcurrentHashMap<>();

  Shards(Store store, RelaySettings.State state, Membership.Work work) {
    this.store = store;
    this.work = work;
    this.lease = state.lease();
    // the machine's name for people, the rest so that no process ever has another's name
    this.node = ManagementFactory.getRuntimeMXBean().getName() + "-" + UUID.randomUUID();
    this.membership =
        state.isShared() ? new Membership(store, node, lease, System::nanoTime, work) : null;
  }

  /** The shards that are held, as they are at each moment. */
  Map<Integer, Lease> held() {
    return membership == null ? all : membership.held();
  }

  /** Whether they are this process's own at this moment. */
  boolean areSure() {
    return membership == null || membership.isSure();
  }

  /**
   * Takes what there is, and goes on doing so.
   *
   * @param beats has threads for the leases alone: one to renew them, one to notice their end
   * @param timer for what may wait
   * @param allowances this node's parts of what applications may send
   * @param alone whether no other process may work with the store
   * @throws StoreException where another does
   */
  void start(
      ScheduledExecutorService beats,
      ScheduledExecutorService timer,
      Supplier<List<Allowance>> allowances,
      boolean alone) {
    if (membership == null) {
      all.putAll(store.takeAll(node));
      all.values().forEach(work::begin);
      return;
    }
    membership.beat();
    if (alone) {
      awaitAll(membership);
    }
    long pause = membership.pause().toMillis();
    beats.scheduleWithFixedDelay(
        Relay.quietly(() -> beat(membership)), pause, pause, TimeUnit.MILLISECONDS);
    beats.scheduleWithFixedDelay(
        Relay.quietly(membership::watch), pause / 4, pause / 4, TimeUnit.MILLISECONDS);
    timer.scheduleWithFixedDelay(
        Relay.quietly(() -> share(allowances)), 100, pause / 2, TimeUnit.MILLISECONDS);
  }

  /** Waits for as long as a process that was killed before is taken to be alive. */
  private void awaitAll(Membership membership) {
    long end = System.nanoTime() + lease.plus(lease.dividedBy(2)).toNanos();
    while (!membership.hasAll()) {
      if (System.nanoTime() > end) {
        throw new StoreException(
            "other nodes work with this state database: they collect what is due by themselves."
                + " Stop them first, or ask them how they fare with entra-relay check");
      }
      LockSupport.parkNanos(LOOK.toNanos()); // another process ends: it can't wake this one
      membership.beat();
    }
  }

  private static void beat(Membership membership) {
    try {
      membership.beat();
    } catch (StoreException e) {
      LOG.warn("this node could not say that it is alive: {}", e.getMessage());
    }
  }

  private void share(Supplier<List<Allowance>> allowances) {
    try {
      for (Allowance allowance : allowances.get()) {
        store.share(node, allowance, lease);
      }
    } catch (StoreException e) {
      LOG.warn("requests could not be shared out among the nodes: {}", e.getMessage());
    }
  }

  /** Gives all back, so that others need not wait for the leases' end. */
  @Override
  public void close() {
    if (membership != null) {
      try {
        membership.leave();
      } catch (StoreException e) {
        LOG.warn("others take over when the leases are over: {}", e.getMessage());
      }
    }
  }
}
