package io.entrarelay.sink;

import static org.assertj.core.api.Assertions.assertThat;

import io.entrarelay.CapturedLog;
import io.entrarelay.state.Steps;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What waits is said from 70% on, with the sink that holds it up; at 100% collecting waits. */
@Timeout(60)
class OutboxLimitTest {
  private static final int SHARD = 7;

  private final AtomicBoolean away = new AtomicBoolean(true);

  @SuppressWarnings("NullAway.Init") // set before each test
  private OutboxPages pages;

  @SuppressWarnings("NullAway.Init") // set before each test
  private Outbox outbox;

  @BeforeEach
  void open(@TempDir Path directory) {
    pages = new OutboxPages(directory, Steps.NONE);
    outbox = new Outbox(pages.store, () -> true, Clock.systemUTC(), Steps.NONE);
    pages.leases.values().forEach(outbox::begin);
  }

  @AfterEach
  void close() {
    outbox.workers().values().forEach(outbox::stop);
    pages.close();
  }

  private void add(int count) {
    for (int i = 0; i < count; i++) {
      pages.add(SHARD, "contoso", "x");
    }
    outbox.grown(SHARD);
  }

  @Test
  void eachStepIsSaidOnceAndAtTheLimitCollectingWaitsUntilThereIsRoom() throws Exception {
    outbox.start("files", Set.of("vendor"), false, (page, delivery) -> {});
    SinkWorker kafka =
        outbox.start(
            "kafka",
            Set.of("vendor"),
            false,
            (page, delivery) -> {
              if (away.get()) {
                throw new SinkException("the broker is away");
              }
            });
    outbox.complete();
    add(1);
    long page = pages.store.waiting(Set.of("kafka")).bytes();
    OutboxLimit limit = new OutboxLimit(20 * page, pages.store, outbox);
    Awaitility.await().until(() -> kafka.problem() != null);
    try (CapturedLog log = new CapturedLog(OutboxLimit.class)) {
      limit.look();
      add(12); // 13 of 20
      limit.look();
      assertThat(limit.percent()).isEqualTo(65);
      assertThat(limit.problem()).isNull();
      assertThat(log.lines()).isEmpty();
      add(1);
      limit.look();
      limit.look();
      String cause =
          "sink kafka holds it up, "
              + 14 * page
              + "B wait for it, the oldest collected at "
              + Instant.ofEpochMilli(OutboxPages.COLLECTED)
              + "; the broker is away";
      assertThat(log.lines())
          .containsExactly(
              "WARN the outbox is 70% full ("
                  + 14 * page
                  + "B of relay.outbox.limit "
                  + 20 * page
                  + "B): "
                  + cause
                  + ". At 100% collecting waits. See to the sink, take its route away, or raise"
                  + " the limit");
      add(5); // 19: 90 is said, not 80 as well
      limit.look();
      assertThat(log.lines()).hasSize(2);
      assertThat(limit.isFull()).isFalse();
      add(1);
      limit.look();
      assertThat(limit.isFull()).isTrue();
      assertThat(log.lines().get(2))
          .startsWith("ERROR the outbox is 100% full")
          .contains(". Collecting waits until there is room, and nothing is lost while Graph");
      add(1);
      limit.look();
      assertThat(log.lines()).hasSize(3);

      away.set(false);
      assertThat(outbox.awaitDelivered(Duration.ofSeconds(20))).isTrue();
      limit.look();
      assertThat(limit.isFull()).isFalse();
      assertThat(limit.waiting()).isZero();
      assertThat(log.lines().subList(3, log.lines().size()))
          .containsExactly("INFO the outbox has room again (0%): collecting goes on");
    }
  }
}
