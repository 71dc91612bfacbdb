package io.entrarelay.cli;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * The wish to stop: Ctrl-C or SIGTERM. The process ends when the command has come to its end in
 * order and says so.
 */
final class Stop {
  private static final Duration LONGEST = Duration.ofSeconds(30);

  private final CountDownLatch wanted = new CountDownLatch(1);
  private final CountDownLatch done = new CountDownLatch(1);

  private Stop() {}

  static Stop onSignal() {
    Stop stop = new Stop();
    Runtime.getRuntime().addShutdownHook(new Thread(stop::stop, "stop"));
    return stop;
  }

  private void stop() {
    wanted.countDown();
    try {
      done.await(LONGEST.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Waits for the wish; true when it has come. */
  boolean await(Duration time) throws InterruptedException {
    return wanted.await(time.toMillis(), TimeUnit.MILLISECONDS);
  }

  void await() throws InterruptedException {
    wanted.await();
  }

  /** All is closed: the process may end. */
  void done() {
    done.countDown();
  }
}
