package io.entrarelay.console;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.entrarelay.config.Integration;
import io.entrarelay.graph.TrustException;
import io.entrarelay.onboard.IntegrationCheck.Line;
import io.entrarelay.onboard.IntegrationCheck.Outcome;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Checks of integrations, which take their time: one at a time for each, two at once, and some that
 * wait. What the last one of an integration has said is kept for an hour.
 */
final class CheckActions implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(CheckActions.class);
  private static final int AT_ONCE = 2;
  private static final int WAITING = 20;
  private static final int KEPT = 1_000;
  private static final Duration KEPT_FOR = Duration.ofHours(1);

  /** Probes an integration and the sinks, and tells each line as it is known. */
  @FunctionalInterface
  public interface Probes {
    /**
     * @throws TrustException where the settings name authorities that can't be read
     */
    void run(Integration integration, Consumer<Line> lines) throws TrustException;
  }

  /** One check of an integration. */
  static final class Run {
    private final long startedAt;
    private final List<Line> lines = new CopyOnWriteArrayList<>();
    private volatile boolean over;

    private Run(long startedAt) {
      this.startedAt = startedAt;
    }

    /** Epoch milliseconds. */
    public long startedAt() {
      return startedAt;
    }

    /** What is known so far, in order. */
    public List<Line> lines() {
      return List.copyOf(lines);
    }

    /** Whether nothing more comes. */
    public boolean isOver() {
      return over;
    }
  }

  private final ConsoleParts parts;
  private final IntegrationActions integrations;
  private final Cache<String, Run> runs =
      Caffeine.newBuilder().maximumSize(KEPT).expireAfterWrite(KEPT_FOR).build();
  private final ThreadPoolExecutor workers =
      new ThreadPoolExecutor(
          AT_ONCE,
          AT_ONCE,
          10,
          TimeUnit.SECONDS,
          new ArrayBlockingQueue<>(WAITING),
          task -> {
            Thread thread = new Thread(task, "console-check");
            thread.setDaemon(true);
            return thread;
          });

  CheckActions(ConsoleParts parts) {
    this.parts = parts;
    this.integrations = new IntegrationActions(parts);
    workers.allowCoreThreadTimeOut(true);
  }

  /**
   * Begins to check.
   *
   * @throws Refusal where the integration is being checked, or too many are
   */
  synchronized Run start(String name, String who) {
    Integration integration = integrations.named(name);
    Run before = runs.getIfPresent(name);
    if (before != null && !before.isOver()) {
      throw Refusal.invalid("It is being checked already: its lines appear below.");
    }
    Run run = new Run(parts.clock().millis());
    try {
      workers.execute(() -> check(integration, run));
    } catch (RejectedExecutionException e) {
      throw Refusal.unavailable("Too many checks are under way. Try again in a minute.");
    }
    runs.put(name, run);
    parts.auditLog().write(who, "checked", name, null, null);
    return run;
  }

  private void check(Integration integration, Run run) {
    try {
      parts.probes().run(integration, run.lines::add);
    } catch (TrustException e) {
      run.lines.add(new Line("trust", Outcome.FAILED, String.valueOf(e.getMessage())));
    } catch (RuntimeException e) {
      LOG.error("the check of integration {} has failed", integration.name(), e);
      run.lines.add(
          new Line("check", Outcome.FAILED, "It ended by an error; the relay's log says more."));
    } finally {
      run.over = true;
    }
  }

  /** The last check of an integration within an hour; null where there was none. */
  @Nullable Run last(String name) {
    return runs.getIfPresent(name);
  }

  @Override
  public void close() {
    workers.shutdownNow();
  }
}
