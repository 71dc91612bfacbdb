package io.entrarelay.sink;

import io.entrarelay.state.Lease;
import io.entrarelay.state.Steps;
import io.entrarelay.state.Store;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The outbox as sinks see it: who reads it, and when there is something new. Nothing leaves it
 * before all its sinks are known, and a sink whose route is stopped is waited for.
 */
public final class Outbox {
  private static final Logger LOG = LoggerFactory.getLogger(Outbox.class);

  private final Store store;
  private final Map<Integer, Lease> leases = new ConcurrentHashMap<>();
  private final BooleanSupplier sure;
  private final InstantSource clock;
  private final Steps steps;
  private final Map<String, SinkWorker> workers = new ConcurrentHashMap<>();
  private final Set<String> sinks = ConcurrentHashMap.newKeySet();

  /** Sinks that were there before this process and that it lacks: other nodes may have them. */
  private final Set<String> gone = ConcurrentHashMap.newKeySet();

  /** Of each shard, what tells whether anything was appended or set back. */
  private final Map<Integer, Long> marks = new ConcurrentHashMap<>();

  private volatile boolean complete;
  private volatile Duration retention = Duration.ZERO;

  /**
   * @param sure whether the leases are this process's own at this moment: nothing is handed on
   *     while they may be another's
   */
  public Outbox(Store store, BooleanSupplier sure, InstantSource clock, Steps steps) {
    this.store = store;
    this.sure = sure;
    this.clock = clock;
    this.steps = steps;
  }

  /** A shard is this process's to work for. */
  public synchronized void begin(Lease lease) {
    leases.put(lease.shard(), lease);
    workers.values().forEach(worker -> worker.begin(lease));
  }

  /**
   * A shard is no longer this process's to work for.
   *
   * @param inOrder whether sinks finish what they have taken
   * @return completed when no sink works for it any more
   */
  public synchronized CompletableFuture<Void> end(int shard, boolean inOrder) {
    leases.remove(shard);
    return CompletableFuture.allOf(
        workers.values().stream()
            .map(worker -> worker.end(shard, inOrder))
            .toArray(CompletableFuture[]::new));
  }

  /** A route reads the outbox as this sink, now or when it is started. */
  void add(String sink) {
    sinks.add(sink);
  }

  /**
   * All sinks are known, since all routes were loaded: forgets how far others had got, once no
   * other node has them, and from now on what all have taken for good leaves the outbox.
   */
  public void complete() {
    gone.addAll(store.sinkForms().keySet());
    gone.removeAll(sinks);
    retire();
    if (!gone.isEmpty()) {
      LOG.warn(
          "other nodes have sinks that this one lacks: {}. What they have not passed is kept until"
              + " no node has them; every node should have the same settings and routes",
          String.join(", ", gone));
    }
    complete = true;
  }

  private void retire() {
    gone.retainAll(store.retire(sinks(), Set.copyOf(gone), collectedBefore()));
  }

  /** How long a page stays after it was collected, also when all sinks have taken it. */
  public void keepFor(Duration retention) {
    this.retention = retention;
  }

  /** What was collected before may leave. */
  private long collectedBefore() {
    return retention.isZero() ? Long.MAX_VALUE : clock.millis() - retention.toMillis();
  }

  /** A sink has passed something in a shard. */
  private void passed(Lease lease) {
    if (complete) {
      store.trim(lease, sinks(), collectedBefore());
    }
  }

  /**
   * Removes what was kept for long enough, where no sink does so since nothing comes, and what was
   * kept for sinks that no node has any more.
   */
  public void trim() {
    if (!gone.isEmpty()) {
      retire();
    }
    if (!retention.isZero()) {
      leases.values().forEach(this::passed);
    }
  }

  /**
   * Starts to take a sink along the outbox, in a thread of its own.
   *
   * @param fromNow a sink that is new gets nothing of what the outbox holds already
   * @throws IllegalArgumentException where another route has a sink of this name
   */
  synchronized SinkWorker start(
      String sink, Set<String> forms, boolean fromNow, Forwarder.Handler handler) {
    add(sink);
    store.begin(sink, forms, fromNow);
    Forwarder.Handler careful =
        (page, delivery) -> {
          if (!sure.getAsBoolean()) {
            throw new SinkException(
                "the state database has not been reached for so long that another node may have"
                    + " taken over: nothing leaves here until it is. Check the database");
          }
          handler.handle(page, delivery);
        };
    SinkWorker worker =
        new SinkWorker(
            new Forwarder(sink, forms, this::passed, store, leases, careful, clock, steps), clock);
    if (workers.putIfAbsent(sink, worker) != null) {
      throw new IllegalArgumentException(
          "two routes read the outbox as sink " + sink + ": give each a name of its own");
    }
    worker.start();
    return worker;
  }

  void stop(SinkWorker worker) {
    worker.stop();
    workers.remove(worker.sink());
  }

  /** The names of the sinks that read the outbox, whether their routes run or not. */
  public Set<String> sinks() {
    return Set.copyOf(sinks);
  }

  /** What each sink does whose route runs, by its name. */
  public Map<String, SinkWorker> workers() {
    return Map.copyOf(workers);
  }

  /**
   * Takes up what other processes have done: appended something, or set a sink back. To be called
   * every second or so.
   */
  public void look() {
    store
        .marks()
        .forEach(
            (shard, mark) -> {
              Long before = marks.put(shard, mark);
              if (!mark.equals(before)) {
                grown(shard);
              }
            });
  }

  /** A shard's outbox has grown; where the shard is another node's, that one sees to it. */
  public void grown(int shard) {
    if (leases.containsKey(shard)) {
      workers.values().forEach(worker -> worker.grown(shard));
    }
  }

  /** Asks all sinks to finish what they have taken, due or not. */
  public void finishAll() {
    workers.values().forEach(SinkWorker::finishAll);
  }

  /** Waits until every sink has let go of all that the outbox held; false when the time is over. */
  public boolean awaitDelivered(Duration atMost) throws InterruptedException {
    long end = System.nanoTime() + atMost.toNanos();
    for (SinkWorker worker : workers.values()) {
      if (!worker.awaitDone(end - System.nanoTime())) {
        return false;
      }
    }
    return true;
  }
}
