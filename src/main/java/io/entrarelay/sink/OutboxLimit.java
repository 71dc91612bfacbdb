package io.entrarelay.sink;

import io.entrarelay.config.SizeText;
import io.entrarelay.sink.SinkWorker.Problem;
import io.entrarelay.state.Store;
import io.entrarelay.state.Store.Waiting;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches what waits in the outbox ({@code relay.outbox.limit}): from 70% on it is said, at 70, 80
 * and 90%, which sink holds it up; at the limit collecting waits until there is room again. Graph
 * keeps the records meanwhile.
 */
public final class OutboxLimit {
  private static final Logger LOG = LoggerFactory.getLogger(OutboxLimit.class);
  private static final int FIRST_STEP = 70;
  private static final int STEP = 10;
  private static final int FULL = 100;

  /** By so much it has to fall below a step before that is said again, and collecting goes on. */
  private static final int SLACK = 5;

  private final long limit;
  private final Store store;
  private final Outbox outbox;
  private volatile Waiting waiting = Waiting.NOTHING;
  private volatile boolean full;
  private int said;

  /**
   * @param limit bytes, compressed
   */
  public OutboxLimit(long limit, Store store, Outbox outbox) {
    this.limit = limit;
    this.store = store;
    this.outbox = outbox;
  }

  /** Whether collecting waits. */
  public boolean isFull() {
    return full;
  }

  /** What waited when it was last looked at, in bytes. */
  public long waiting() {
    return waiting.bytes();
  }

  public long limit() {
    return limit;
  }

  /** How much of the limit waits. */
  public int percent() {
    return (int) Math.min(Integer.MAX_VALUE, waiting.bytes() * 100.0 / limit);
  }

  /** What waits for each sink. */
  public Map<String, Waiting> bySink() {
    Map<String, Waiting> bySink = new TreeMap<>();
    sinks().forEach(sink -> bySink.put(sink, store.waiting(Set.of(sink))));
    return bySink;
  }

  /** Also those that another node has, or that were not retired yet: they hold it up as well. */
  private Set<String> sinks() {
    Set<String> sinks = new TreeSet<>(outbox.sinks());
    sinks.addAll(store.sinkForms().keySet());
    return sinks;
  }

  /** Looks how much waits now; to be called every second or so. */
  public synchronized void look() {
    waiting = store.waiting(sinks());
    int percent = percent();
    int step = percent >= FULL ? FULL : percent / STEP * STEP;
    if (step >= FIRST_STEP && step > said) {
      said = step;
      if (step == FULL) {
        full = true;
        LOG.error("{}", message());
      } else {
        LOG.warn("{}", message());
      }
    } else if (percent < said - SLACK) {
      boolean goesOn = full;
      full = false;
      said = step >= FIRST_STEP ? step : 0;
      if (goesOn) {
        LOG.info("the outbox has room again ({}%): collecting goes on", percent);
      }
    }
  }

  /** How full it is, what holds it up and what to do; null below the first step. */
  public @Nullable String problem() {
    return percent() >= FIRST_STEP || full ? message() : null;
  }

  private String message() {
    return "the outbox is "
        + percent()
        + "% full ("
        + SizeText.rounded(waiting.bytes())
        + " of relay.outbox.limit "
        + SizeText.rounded(limit)
        + "): "
        + cause()
        + (full || percent() >= FULL
            ? ". Collecting waits until there is room, and nothing is lost while Graph keeps it"
            : ". At 100% collecting waits")
        + ". See to the sink, take its route away, or raise the limit";
  }

  private String cause() {
    Map<String, Waiting> bySink = bySink();
    String slowest =
        bySink.entrySet().stream()
            .max(Map.Entry.comparingByValue((a, b) -> Long.compare(a.bytes(), b.bytes())))
            .map(Map.Entry::getKey)
            .orElse(null);
    if (slowest == null) {
      return "no sink is on";
    }
    Waiting most = bySink.getOrDefault(slowest, Waiting.NOTHING);
    SinkWorker worker = outbox.workers().get(slowest);
    Problem problem = worker == null ? null : worker.problem();
    return "sink "
        + slowest
        + " holds it up, "
        + SizeText.rounded(most.bytes())
        + " wait for it, the oldest collected at "
        + Instant.ofEpochMilli(most.oldest())
        + (worker == null
            ? "; its route does not run"
            : problem == null ? "" : "; " + problem.message());
  }
}
