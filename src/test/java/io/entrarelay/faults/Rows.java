package io.entrarelay.faults;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;

/**
 * Rows that run at the same time, since most of a row is waiting; each is a test of its own. {@code
 * -Dfaults.rows=3,13a} for these alone, {@code -Dfaults.soak=true} also for those that take long.
 */
final class Rows implements AutoCloseable {
  private static final List<String> CHOSEN =
      Arrays.stream(System.getProperty("faults.rows", "").split(",", -1))
          .filter(it -> !it.isEmpty())
          .toList();

  private static final boolean SOAK = Boolean.getBoolean("faults.soak");
  private static final Duration LIMIT = Duration.ofMinutes(SOAK ? 180 : 30);

  private final ExecutorService threads;
  private final List<DynamicTest> tests = new ArrayList<>();

  interface Trial {
    void run() throws Exception;
  }

  Rows(int atOnce) {
    this.threads = Executors.newFixedThreadPool(atOnce);
  }

  static boolean isChosen(String number) {
    return CHOSEN.isEmpty() || CHOSEN.contains(number);
  }

  /** Starts a row as soon as a thread is free for it. */
  Rows add(String number, String fault, Trial trial) {
    if (isChosen(number)) {
      Future<?> done =
          threads.submit(
              () -> {
                trial.run();
                return number;
              });
      tests.add(DynamicTest.dynamicTest(number + " " + fault, () -> outcome(done)));
    }
    return this;
  }

  /** Ends as the row did: it may have found that a program is missing, and is skipped then. */
  private static void outcome(Future<?> done) throws Throwable {
    try {
      done.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw Objects.requireNonNull(e.getCause());
    }
  }

  /** As {@link #add}, where long rows are wanted or this one was asked for. */
  Rows addLong(String number, String fault, Trial trial) {
    return SOAK || CHOSEN.contains(number) ? add(number, fault, trial) : this;
  }

  Stream<DynamicTest> tests() {
    return tests.stream();
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}
