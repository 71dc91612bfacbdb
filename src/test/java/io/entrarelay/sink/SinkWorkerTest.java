package io.entrarelay.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.entrarelay.sink.SinkWorker.Problem;
import io.entrarelay.state.OutboxEntry;
import io.entrarelay.state.Position;
import io.entrarelay.state.Steps;
import io.entrarelay.state.Store;
import io.entrarelay.state.StoreException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A sink that fails goes on by itself, and what fails holds up nothing else. */
@Timeout(60)
class SinkWorkerTest {
  private static final Duration SOON = Duration.ofSeconds(20);

  private final List<String> taken = new CopyOnWriteArrayList<>();

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

  private void add(int shard, String integration) {
    pages.add(shard, integration, integration);
    outbox.grown(shard);
  }

  private SinkWorker start(Forwarder.Handler handler) {
    return outbox.start("sink", Set.of("vendor"), false, handler);
  }

  /** Finishes when it is told that it is due. */
  private static final class Held extends IdleParticipant {
    private final AtomicBoolean due;
    private final Runnable finished;

    Held(AtomicBoolean due) {
      this(due, () -> {});
    }

    Held(AtomicBoolean due, Runnable finished) {
      this.due = due;
      this.finished = finished;
    }

    @Override
    public boolean isDue(long now) {
      return due.get();
    }

    @Override
    public void finish(long first, long last) {
      finished.run();
    }
  }

  @Test
  void aPageThatFailsHoldsUpNoOtherShard() {
    AtomicBoolean due = new AtomicBoolean();
    AtomicBoolean mended = new AtomicBoolean();
    add(3, "quiet");
    SinkWorker worker =
        start(
            (page, delivery) -> {
              if (page.integration().startsWith("bad") && !mended.get()) {
                throw new SinkException("can't write under " + page.integration());
              }
              if (page.integration().equals("quiet")) {
                delivery.enlist("quiet", () -> new Held(due));
              }
              taken.add(page.integration());
            });
    await().atMost(SOON).until(() -> taken.contains("quiet"));
    add(5, "bad-one");
    add(6, "bad-other");
    add(9, "good");
    await().atMost(SOON).until(() -> taken.contains("good"));
    due.set(true);
    await().atMost(SOON).until(() -> pages.store.position("sink", 3).equals(new Position(1, 1, 0)));
    assertThat(worker.problem())
        .extracting(Problem::message)
        .isEqualTo("can't write under bad-one; can't write under bad-other");
    assertThat(taken).containsExactly("quiet", "good");

    mended.set(true);
    await().atMost(SOON).until(() -> worker.problem() == null);
    assertThat(taken).containsExactlyInAnyOrder("quiet", "good", "bad-one", "bad-other");
  }

  @Test
  void whatWasTakenBeforeAPageThatFailsIsFinishedWhenItIsDue() {
    AtomicBoolean due = new AtomicBoolean();
    SinkWorker worker =
        start(
            (page, delivery) -> {
              if (page.integration().equals("bad")) {
                due.set(true);
                throw new SinkException("no");
              }
              delivery.enlist("held", () -> new Held(due));
            });
    pages.add(3, "good", "1");
    pages.add(3, "bad", "2");
    outbox.grown(3);
    await().atMost(SOON).until(() -> pages.store.position("sink", 3).equals(new Position(1, 1, 0)));
    assertThat(worker.problem()).extracting(Problem::message).isEqualTo("no");
  }

  /** An outbox that begins without a shard. */
  private Outbox without(Store store) {
    outbox = new Outbox(store, () -> true, Clock.systemUTC(), Steps.NONE);
    return outbox;
  }

  @Test
  void aShardThatCouldNotBeBegunAtOnceIsBegunLater() {
    AtomicBoolean away = new AtomicBoolean(true);
    AtomicInteger refused = new AtomicInteger();
    Store store =
        (Store)
            Proxy.newProxyInstance(
                Store.class.getClassLoader(),
                new Class<?>[] {Store.class},
                (proxy, method, arguments) -> {
                  if (method.getName().equals("position") && away.get()) {
                    refused.incrementAndGet();
                    throw new StoreException("the state database could not be read");
                  }
                  try {
                    return method.invoke(pages.store, arguments);
                  } catch (InvocationTargetException e) {
                    throw e.getCause();
                  }
                });
    without(store);
    SinkWorker worker = start((page, delivery) -> taken.add(page.integration()));
    pages.add(3, "contoso", "one");
    outbox.begin(pages.lease(3));
    await().atMost(SOON).until(() -> worker.problem() != null || refused.get() > 0);
    away.set(false);
    await().atMost(SOON).until(() -> taken.contains("contoso"));
    await().atMost(SOON).until(() -> worker.problem() == null);
    assertThat(refused).hasPositiveValue();
  }

  @Test
  void aShardOfAnotherNodeIsNoneToWaitFor() throws Exception {
    without(pages.store).begin(pages.lease(3));
    SinkWorker worker = start((page, delivery) -> taken.add(page.integration()));
    pages.add(3, "contoso", "one");
    pages.add(5, "elsewhere", "two");
    pages.store.marks().keySet().forEach(outbox::grown); // as where a sink was set back
    worker.grown(7); // given up just before
    assertThat(worker.awaitDone(SOON.toNanos())).isTrue();
    assertThat(worker.problem()).isNull();
    assertThat(taken).containsExactly("contoso");
  }

  /** Shards whose every page brings the next, as long as the test runs. */
  private final class Busy {
    private final AtomicBoolean over = new AtomicBoolean();

    /** Those that had a go since this was last emptied. */
    private final Set<Integer> gone = ConcurrentHashMap.newKeySet();

    private void begin(int shard) {
      add(shard, "busy");
    }

    private void take(OutboxEntry page) {
      gone.add(page.shard());
      if (!over.get()) {
        begin(page.shard());
      }
    }
  }

  @Test
  void aBusyShardHoldsUpNeitherOthersNorTheEnd() throws Exception {
    Busy busy = new Busy();
    SinkWorker worker =
        start(
            (page, delivery) -> {
              if (page.integration().equals("busy")) {
                busy.take(page);
              } else {
                taken.add(page.integration());
              }
            });
    try {
      busy.begin(3);
      await().atMost(SOON).until(() -> !busy.gone.isEmpty());
      add(5, "quiet");
      await().atMost(SOON).until(() -> taken.contains("quiet"));
      assertThat(pages.store.position("sink", 3).sequence()).isPositive();

      outbox.end(7, true).get(SOON.toSeconds(), TimeUnit.SECONDS);
      assertTimeoutPreemptively(SOON, () -> outbox.stop(worker));
    } finally {
      busy.over.set(true);
    }
  }

  @Test
  void whatIsDueAndWhatIsGivenUpWaitsForOneShardsGoAndNotForAll() throws Exception {
    Busy busy = new Busy();
    AtomicBoolean due = new AtomicBoolean();
    CompletableFuture<Set<Integer>> finished = new CompletableFuture<>();
    start(
        (page, delivery) -> {
          if (page.integration().equals("busy")) {
            busy.take(page);
          } else {
            delivery.enlist(
                "held", () -> new Held(due, () -> finished.complete(Set.copyOf(busy.gone))));
            taken.add(page.integration());
          }
        });
    try {
      add(20, "quiet");
      await().atMost(SOON).until(() -> taken.contains("quiet"));
      for (int shard = 3; shard < 11; shard++) {
        busy.begin(shard);
      }
      await().atMost(SOON).until(() -> busy.gone.contains(4));
      busy.gone.clear();
      due.set(true);
      // that whose go it is, and at most one that began before this was said
      assertThat(finished.get(SOON.toSeconds(), TimeUnit.SECONDS)).hasSizeBetween(1, 2);
      busy.gone.clear();
      outbox.end(30, true).get(SOON.toSeconds(), TimeUnit.SECONDS);
      assertThat(busy.gone).hasSizeBetween(0, 2);
    } finally {
      busy.over.set(true);
    }
  }

  @Test
  void aSpanIsFinishedWholeThoughItTakesSeveralGoes() throws Exception {
    Busy busy = new Busy();
    List<String> spans = new CopyOnWriteArrayList<>();
    SinkWorker worker =
        start(
            (page, delivery) -> {
              delivery.enlist(
                  "held",
                  () ->
                      new IdleParticipant() {
                        @Override
                        public void finish(long first, long last) {
                          spans.add(first + " to " + last);
                        }
                      });
              busy.take(page);
            });
    busy.begin(3);
    busy.begin(5);
    await().atMost(SOON).until(() -> busy.gone.size() == 2);
    outbox.finishAll();
    for (int round = 0; round < 2; round++) {
      busy.gone.clear();
      await().atMost(SOON).until(() -> busy.gone.size() == 2);
    }
    assertThat(spans).isEmpty(); // though a go has begun and ended since

    busy.over.set(true);
    outbox.finishAll();
    assertThat(worker.awaitDone(SOON.toNanos())).isTrue();
    assertThat(spans)
        .containsExactlyInAnyOrder(
            "1 to " + pages.store.lastSequence(3), "1 to " + pages.store.lastSequence(5));
  }

  @Test
  void aSpanThatACrashCutShortIsFinishedAsThatSpanOnly() {
    for (int i = 0; i < 3; i++) {
      pages.add(3, "contoso", "page-" + i);
    }
    pages.store.move(pages.lease(3), "sink", new Position(0, 3, 0), List.of());
    AtomicBoolean failing = new AtomicBoolean(true);
    List<String> spans = new CopyOnWriteArrayList<>();
    SinkWorker worker =
        start(
            (page, delivery) -> {
              delivery.enlist(
                  "held",
                  () ->
                      new IdleParticipant() {
                        @Override
                        public boolean isDue(long now) {
                          return true;
                        }

                        @Override
                        public void finish(long first, long last) {
                          spans.add(first + " to " + last);
                        }
                      });
              if (page.sequence() == 2 && failing.get()) {
                throw new SinkException("away");
              }
            });
    await().atMost(SOON).until(() -> worker.problem() != null);
    failing.set(false);
    await().atMost(SOON).until(() -> pages.store.position("sink", 3).sequence() == 3);
    assertThat(spans).containsExactly("1 to 3");
  }

  @Test
  void anErrorIsSaidAndTheSinkGoesOn() throws Exception {
    AtomicBoolean mended = new AtomicBoolean();
    SinkWorker worker =
        start(
            (page, delivery) -> {
              if (!mended.get()) {
                throw new LinkageError("a class is missing");
              }
              taken.add(page.integration());
            });
    add(3, "contoso");
    await().atMost(SOON).until(() -> worker.problem() != null);
    assertThat(worker.problem())
        .extracting(Problem::message)
        .isEqualTo("java.lang.LinkageError: a class is missing");
    mended.set(true);
    assertThat(worker.awaitDone(SOON.toNanos())).isTrue();
    assertThat(taken).containsExactly("contoso");
    assertThat(worker.problem()).isNull();
  }

  @Test
  void aSinkThatFailsIsNotPressedWhileItFinishes() throws Exception {
    AtomicBoolean mended = new AtomicBoolean();
    SinkWorker worker =
        start(
            (page, delivery) -> {
              taken.add(page.integration());
              if (!mended.get()) {
                throw new SinkException("disk full");
              }
            });
    add(3, "contoso");
    outbox.finishAll();
    assertThat(worker.awaitDone(Duration.ofSeconds(2).toNanos())).isFalse();
    assertThat(taken).hasSizeBetween(2, 10);

    mended.set(true);
    assertThat(worker.awaitDone(SOON.toNanos())).isTrue();
  }

  @Test
  void theWaitGrowsToHalfAMinuteAndIsASecondAtMostWhileFinishing() {
    long second = Duration.ofSeconds(1).toNanos();
    Problem problem = new Problem("away", Instant.EPOCH);
    BackOff backOff = BackOff.first(problem, 0);
    assertThat(backOff.isWaiting(second * 39 / 100, true)).isTrue();
    assertThat(backOff.isWaiting(second * 4 / 10, false)).isFalse();
    for (int failures = 2; failures < 10; failures++) {
      backOff = backOff.next(BackOff.first(new Problem("away", Instant.MAX), 0));
    }
    assertThat(backOff.problem()).isEqualTo(problem);
    assertThat(backOff.isWaiting(second * 29, false)).isTrue();
    assertThat(backOff.isWaiting(second * 30, false)).isFalse();
    assertThat(backOff.isWaiting(second * 9 / 10, true)).isTrue();
    assertThat(backOff.isWaiting(second, true)).isFalse();
  }
}
