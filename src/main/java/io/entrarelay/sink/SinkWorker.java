package io.entrarelay.sink;

import io.entrarelay.state.Lease;
import io.entrarelay.state.StoreException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One sink's thread: hands on what is new, finishes what is due, and after a failure tries the same
 * page again without end, waiting longer each time. A sink that is away holds back only itself, a
 * page that fails only its own shard, and a shard that brings pages as fast as they are taken has
 * its go and lets the others have theirs.
 */
public final class SinkWorker {
  private static final Logger LOG = LoggerFactory.getLogger(SinkWorker.class);
  private static final long LOOK = 200;
  private static final int NAMED = 3;

  /**
   * How long a shard that brings more and more has the thread at a time. Long beside what a go
   * costs by itself, a position that is read and one that may move; short beside the time in which
   * a shard is to be given up and a transaction to be ended.
   */
  private static final Duration GO = Duration.ofSeconds(1);

  private static final Duration LONGEST_STOP = Duration.ofSeconds(30);

  /** Why a sink stands still, in part or as a whole. */
  public record Problem(String message, Instant since) {}

  private final Forwarder forwarder;
  private final InstantSource clock;
  private final Thread thread;

  /** Where there may be something to take. */
  private final BitSet grown = new BitSet();

  /** What is to be finished, due or not. */
  private final BitSet finishing = new BitSet();

  /** Where the outbox may hold something that has not left for good. */
  private final BitSet open = new BitSet();

  private final Map<Integer, BackOff> failed = new ConcurrentSkipListMap<>();

  /** What others want done with the forwarder, which is this thread's alone. */
  private final Queue<Runnable> orders = new ArrayDeque<>();

  private boolean stopping;

  SinkWorker(Forwarder forwarder, InstantSource clock) {
    this.forwarder = forwarder;
    this.clock = clock;
    forwarder.held().forEach(grown::set);
    open.or(grown);
    this.thread = new Thread(this::work, "sink-" + forwarder.sink());
  }

  public String sink() {
    return forwarder.sink();
  }

  /** Records that have left for good since the start. */
  public long delivered() {
    return forwarder.delivered();
  }

  /** Why the sink stands still, null while it does not; where shards differ, what each says. */
  public @Nullable Problem problem() {
    List<Problem> problems = failed.values().stream().map(BackOff::problem).toList();
    return problems.stream()
        .map(Problem::since)
        .min(Comparator.naturalOrder())
        .map(since -> new Problem(messages(problems), since))
        .orElse(null);
  }

  private static String messages(List<Problem> problems) {
    List<String> all = problems.stream().map(Problem::message).distinct().toList();
    String some = all.stream().limit(NAMED).collect(Collectors.joining("; "));
    return all.size() <= NAMED
        ? some
        : some + "; and " + (all.size() - NAMED) + " more, see the log";
  }

  void start() {
    thread.start();
  }

  synchronized void grown(int shard) {
    grown.set(shard);
    open.set(shard);
    notifyAll();
  }

  private synchronized void order(Runnable order) {
    orders.add(order);
    notifyAll();
  }

  /** A shard is to be worked for from now on. */
  void begin(Lease lease) {
    order(
        () -> {
          forwarder.begin(lease);
          grown(lease.shard());
        });
  }

  /**
   * A shard is no longer to be worked for.
   *
   * @param inOrder whether what was taken is finished first, as far as that goes at once
   * @return completed when nothing more is done for it here
   */
  CompletableFuture<Void> end(int shard, boolean inOrder) {
    CompletableFuture<Void> ended = new CompletableFuture<>();
    order(
        () -> {
          try {
            if (inOrder) {
              forwarder.finish(shard, true);
            }
          } catch (RuntimeException e) {
            LOG.info("sink {}: shard {} is left unfinished: {}", sink(), shard, e.getMessage());
          } finally {
            forwarder.end(shard);
            forget(shard);
            ended.complete(null);
          }
        });
    return ended;
  }

  private synchronized void forget(int shard) {
    failed.remove(shard);
    grown.clear(shard);
    finishing.clear(shard);
    open.clear(shard);
    notifyAll();
  }

  /** Finishes all that was taken as soon as nothing more is there to take. */
  synchronized void finishAll() {
    finishing.or(open);
    notifyAll();
  }

  /** Waits until all that the outbox held has left for good; false when the time is over. */
  synchronized boolean awaitDone(long nanos) throws InterruptedException {
    long end = System.nanoTime() + nanos;
    while (!open.isEmpty()) {
      long left = (end - System.nanoTime()) / 1_000_000;
      if (left <= 0) {
        return false;
      }
      wait(left);
    }
    return true;
  }

  void stop() {
    synchronized (this) {
      stopping = true;
      notifyAll();
    }
    try {
      thread.join(LONGEST_STOP.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void work() {
    while (!isStopping()) {
      carryOut();
      for (int shard : open()) {
        if (isReady(shard)) {
          boolean look = take(grown, shard);
          boolean finish = take(finishing, shard);
          attempt(shard, finish, () -> go(shard, look, finish));
          if (look) {
            between();
          }
        }
      }
      pause();
    }
  }

  /** What can't wait until all others have had their go. */
  private void between() {
    carryOut();
    for (int shard : open()) {
      if (isReady(shard) && !failed.containsKey(shard)) {
        attempt(shard, false, () -> forwarder.finish(shard, false));
      }
    }
  }

  private void carryOut() {
    for (Runnable order = nextOrder(); order != null; order = nextOrder()) {
      try {
        order.run();
      } catch (Throwable e) { // as below: nobody else would go on
        LOG.error("sink {}: {}", sink(), e.toString(), e);
      }
    }
  }

  private synchronized @Nullable Runnable nextOrder() {
    return orders.poll();
  }

  private synchronized boolean isStopping() {
    return stopping;
  }

  /** Where something is to be done; a shard that is another node's is forgotten. */
  private synchronized int[] open() {
    int[] all = open.stream().toArray();
    for (int shard : all) {
      if (!forwarder.holds(shard)) {
        forget(shard);
      }
    }
    return open.stream().toArray();
  }

  private synchronized boolean isReady(int shard) {
    return !stopping && open.get(shard) && forwarder.holds(shard) && !isWaiting(shard);
  }

  private synchronized boolean isWaiting(int shard) {
    BackOff backOff = failed.get(shard);
    return backOff != null && backOff.isWaiting(System.nanoTime(), finishing.get(shard));
  }

  /** Something that a sink does for a shard. */
  private interface Attempt {
    void run() throws Exception;
  }

  private void attempt(int shard, boolean finish, Attempt attempt) {
    try {
      attempt.run();
    } catch (StoreException.PositionSetBack e) {
      LOG.info("sink {} begins anew in shard {}: its position was set back", sink(), shard);
      putBack(shard, finish);
    } catch (Throwable e) { // an error, too, must not end the thread: nobody else would go on
      putBack(shard, finish);
      stuck(shard, e);
    }
  }

  private void go(int shard, boolean look, boolean finish) throws Exception {
    boolean more = false;
    try {
      more = look && forwarder.forward(shard, enough());
    } finally {
      // what was taken before a page that fails is due as ever
      forwarder.finish(shard, finish && !more);
    }
    if (more) {
      putBack(shard, finish);
    }
    well(shard, !more && forwarder.isDone(shard));
  }

  private BooleanSupplier enough() {
    long begun = System.nanoTime();
    return () -> System.nanoTime() - begun >= GO.toNanos() || isStopping();
  }

  private synchronized boolean take(BitSet shards, int shard) {
    boolean is = shards.get(shard);
    shards.clear(shard);
    return is;
  }

  private synchronized void putBack(int shard, boolean finish) {
    grown.set(shard);
    if (finish) {
      finishing.set(shard);
    }
  }

  private void well(int shard, boolean done) {
    if (failed.remove(shard) != null && failed.isEmpty()) {
      LOG.info("sink {} goes on", sink());
    }
    synchronized (this) {
      if (done && !grown.get(shard)) {
        open.clear(shard);
        finishing.clear(shard);
        notifyAll();
      }
    }
  }

  private void stuck(int shard, Throwable e) {
    String message = e instanceof Error || e.getMessage() == null ? e.toString() : e.getMessage();
    boolean known = failed.values().stream().anyMatch(it -> it.problem().message().equals(message));
    Instant now = clock.instant();
    failed.merge(
        shard,
        BackOff.first(new Problem(message, now), System.nanoTime()),
        (before, first) -> before.next(first));
    if (!known) {
      LOG.error(
          "sink {} waits and tries again, nothing is lost: {}",
          sink(),
          message,
          e instanceof Error ? e : null);
    }
  }

  private synchronized void pause() {
    boolean idle =
        Stream.of(grown, finishing).flatMapToInt(BitSet::stream).allMatch(this::isWaiting);
    if (idle && !stopping && orders.isEmpty()) {
      try {
        wait(LOOK);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        stopping = true;
      }
    }
  }
}
