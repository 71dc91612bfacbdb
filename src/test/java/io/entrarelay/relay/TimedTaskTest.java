package io.entrarelay.relay;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class TimedTaskTest {

  @Test
  @Timeout(30)
  void aTaskThatEndsWithAnErrorIsRunAgain() throws Exception {
    CountDownLatch runs = new CountDownLatch(3);
    ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    try {
      timer.scheduleWithFixedDelay(
          Relay.quietly(
              () -> {
                runs.countDown();
                throw new LinkageError("a class is missing");
              }),
          0,
          1,
          TimeUnit.MILLISECONDS);
      assertThat(runs.await(20, TimeUnit.SECONDS)).isTrue();
    } finally {
      timer.shutdownNow();
    }
  }
}
