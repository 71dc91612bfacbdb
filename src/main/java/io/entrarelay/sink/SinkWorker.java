package io.entrarelay.sink;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.BitSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One sink's thread: hands on what is new, finishes what is due, and after a failure tries the same
 * page again without end, waiting longer each time. A sink that is away holds back only itself.
 */
public final class SinkWorker {
  private static final Logger LOG = LoggerFactory.getLogger(SinkWorker.class);
  private static final long LOOK = 200;
  private static final long LONGEST_WAIT = Duration.ofSeconds(30).toMillis();

  /** Why a sink stands still. */
  public record Problem(String message, Instant since) {}

  private final Forwarder forwarder;
  private final InstantSource clock;
  private final BitSet grown = new BitSet();
  private final Thread thread;
  private boolean finishing;
  private boolean stopping;
  private boolean done;
  private volatile @Nullable Problem problem;

  SinkWorker(Forwarder forwarder, Set<Integer> shards, InstantSource clock) {
    this.forwarder = forwarder;
    this.clock = clock;
    shards.forEach(grown::set);
    this.thread = new Thread(this::work, "sink-" + forwarder.sink());
  }

  public String sink() {
    return forwarder.sink();
  }

  /** Records handed on since the start. */
  public long delivered() {
    return forwarder.delivered();
  }

  /** Why the sink stands still, null while it does not. */
  public @Nullable Problem problem() {
    return problem;
  }

  void start() {
    thread.start();
  }

  synchronized void grown(int shard) {
    grown.set(shard);
    done = false;
    notifyAll();
  }

  /** Finishes all that was taken as soon as nothing more is there to take. */
  synchronized void finishAll() {
    finishing = true;
    done = false;
    notifyAll();
  }

  /** Waits until all that the outbox held has left for good; false when the time is over. */
  synchronized boolean awaitDone(long nanos) throws InterruptedException {
    long end = System.nanoTime() + nanos;
    while (!done) {
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
      thread.join(LONGEST_WAIT);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void work() {
    long wait = LOOK;
    while (true) {
      BitSet shards;
      boolean finish;
      synchronized (this) {
        if (stopping) {
          return;
        }
        shards = (BitSet) grown.clone();
        grown.clear();
        finish = finishing;
        finishing = false;
      }
      try {
        for (int shard = shards.nextSetBit(0); shard >= 0; shard = shards.nextSetBit(shard + 1)) {
          forwarder.forward(shard);
          shards.clear(shard);
        }
        forwarder.finishDue();
        if (finish) {
          forwarder.finishAll();
        }
        well();
        wait = LOOK;
      } catch (Exception e) {
        stuck(e);
        wait = Math.min(LONGEST_WAIT, wait * 2);
        putBack(shards, finish);
      }
      pause(wait);
    }
  }

  private void well() {
    if (problem != null) {
      LOG.info("sink {} goes on", sink());
      problem = null;
    }
    synchronized (this) {
      if (grown.isEmpty() && !finishing) {
        done = forwarder.isDone();
        notifyAll();
      }
    }
  }

  private void stuck(Exception e) {
    String message = e.getMessage() == null ? e.toString() : e.getMessage();
    Problem before = problem;
    if (before == null || !before.message.equals(message)) {
      problem = new Problem(message, clock.instant());
      LOG.error("sink {} waits and tries again, nothing is lost: {}", sink(), message);
    }
  }

  private synchronized void putBack(BitSet shards, boolean finish) {
    grown.or(shards);
    finishing |= finish;
  }

  private synchronized void pause(long wait) {
    if ((grown.isEmpty() || wait > LOOK) && !finishing && !stopping) {
      try {
        wait(wait);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        stopping = true;
      }
    }
  }
}
