package io.entrarelay.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.entrarelay.state.Position;
import io.entrarelay.state.Steps;
import io.entrarelay.state.Store.Replay;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.camel.Exchange;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A page leaves the outbox when all its sinks have taken it, and not before. */
@Timeout(60)
class OutboxTest {
  private static final int SHARD = 7;

  private final Map<String, List<Long>> taken = new ConcurrentHashMap<>();

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

  private SinkWorker start(String sink) {
    return outbox.start(
        sink, Set.of("vendor"), false, (page, delivery) -> take(sink, page.sequence()));
  }

  private void take(String sink, long sequence) {
    taken.computeIfAbsent(sink, name -> new CopyOnWriteArrayList<>()).add(sequence);
  }

  private static long sequence(Exchange exchange) {
    return exchange.getVariable("sequence", Long.class);
  }

  private static void awaitDone(SinkWorker worker) throws InterruptedException {
    assertThat(worker.awaitDone(Duration.ofSeconds(20).toNanos())).isTrue();
  }

  private void addPages(int count) {
    for (int i = 0; i < count; i++) {
      pages.add(SHARD, "contoso", "page-" + i);
    }
  }

  @Test
  void aSinkThatIsStartedLaterStillGetsWhatAnEarlierOneHasPassed() throws Exception {
    addPages(5);
    pages.store.move(pages.lease(SHARD), "quick", new Position(3, 3, 0), List.of());
    pages.store.move(pages.lease(SHARD), "slow", new Position(1, 1, 0), List.of());
    awaitDone(start("quick"));
    SinkWorker slow = start("slow");
    outbox.complete();
    awaitDone(slow);
    assertThat(taken).containsEntry("quick", List.of(4L, 5L));
    assertThat(taken).containsEntry("slow", List.of(2L, 3L, 4L, 5L));
    pages.add(SHARD, "contoso", "next");
    outbox.grown(SHARD);
    assertThat(outbox.awaitDelivered(Duration.ofSeconds(20))).isTrue();
    assertThat(pages.store.outboxSize().rows()).isZero();
  }

  @Test
  void aSinkThatIsStoppedGetsWhatCameMeanwhile() throws Exception {
    SinkWorker one = start("one");
    SinkWorker other = start("other");
    outbox.complete();
    addPages(1);
    outbox.grown(SHARD);
    awaitDone(other);
    outbox.stop(other);
    addPages(1);
    outbox.grown(SHARD);
    awaitDone(one);
    awaitDone(start("other"));
    assertThat(taken.get("other")).containsExactly(1L, 2L);
  }

  @Test
  void aSinkOfAnotherNodeKeepsWhatItHasNotPassedUntilNoNodeHasIt() throws Exception {
    pages.store.begin("kafka", Set.of("vendor"), false);
    pages.store.beat(
        "other", Set.of("one", "kafka"), pages.leases.values(), Duration.ofMinutes(10));
    SinkWorker one = start("one");
    outbox.complete();
    addPages(2);
    outbox.grown(SHARD);
    awaitDone(one);
    outbox.trim();
    assertThat(pages.store.outboxSize().rows()).isEqualTo(2);
    pages.store.leave("other");
    outbox.trim();
    assertThat(pages.store.outboxSize().rows()).isZero();
    assertThat(pages.store.sinkForms()).containsOnlyKeys("one");
  }

  @Test
  void whatAllHaveTakenStaysForItsTimeAndCanBeSentAgain() throws Exception {
    long now = System.currentTimeMillis();
    outbox.keepFor(Duration.ofHours(1));
    SinkWorker one = start("one");
    SinkWorker other = start("other");
    outbox.complete();
    pages.add(SHARD, "contoso", "old", now - Duration.ofHours(2).toMillis());
    pages.add(SHARD, "contoso", "new", now);
    pages.add(SHARD, "contoso", "newer", now + 1);
    pages.add(SHARD + 1, "contoso", "old elsewhere", now - Duration.ofHours(2).toMillis());
    outbox.grown(SHARD);
    outbox.grown(SHARD + 1);
    awaitDone(one);
    awaitDone(other);
    outbox.trim(); // where two pass at once, the last one may not have seen the other
    assertThat(pages.store.outboxSize().rows()).isEqualTo(2);

    assertThat(pages.store.replay("one", now)).isEqualTo(new Replay(Map.of("vendor", 2L)));
    outbox.look();
    awaitDone(one);
    awaitDone(other);
    assertThat(taken.get("one")).filteredOn(n -> n > 1).containsExactly(2L, 3L, 2L, 3L);
    assertThat(taken.get("other")).filteredOn(n -> n > 1).containsExactly(2L, 3L);
    // and without a retention, when all have passed it once more
    outbox.keepFor(Duration.ZERO);
    pages.add(SHARD, "contoso", "next", now);
    outbox.grown(SHARD);
    assertThat(outbox.awaitDelivered(Duration.ofSeconds(20))).isTrue();
    assertThat(pages.store.outboxSize().rows()).isZero();
  }

  @Test
  void aSinkThatFailsIsSetBackAsWell() throws Exception {
    AtomicBoolean away = new AtomicBoolean();
    outbox.keepFor(Duration.ofHours(1));
    SinkWorker worker =
        outbox.start(
            "kafka",
            Set.of("vendor"),
            false,
            (page, delivery) -> {
              if (away.get()) {
                throw new SinkException("the broker is away");
              }
              take("kafka", page.sequence());
            });
    outbox.complete();
    long now = System.currentTimeMillis();
    pages.add(SHARD, "contoso", "one", now);
    outbox.grown(SHARD);
    awaitDone(worker);
    away.set(true);
    pages.add(SHARD, "contoso", "two", now);
    outbox.grown(SHARD);
    await().atMost(Duration.ofSeconds(20)).until(() -> worker.problem() != null);
    pages.store.replay("kafka", now);
    outbox.look();
    away.set(false);
    awaitDone(worker);
    assertThat(taken.get("kafka")).containsExactly(1L, 1L, 2L);
    assertThat(pages.store.position("kafka", SHARD)).isEqualTo(new Position(2, 2, 1));
  }

  @Test
  void aNewSinkBeginsWithWhatTheOutboxHoldsOrWithWhatComes() throws Exception {
    pages.store.begin("old", Set.of("vendor"), false);
    addPages(2);
    try (DefaultCamelContext camel = new DefaultCamelContext()) {
      camel.disableJMX();
      camel.addComponent("outbox", new OutboxComponent(outbox));
      camel.addRoutes(
          new RouteBuilder() {
            @Override
            public void configure() {
              for (String sink : List.of("old", "retained", "now")) {
                String start = sink.equals("retained") ? "retained" : "now";
                from("outbox:" + sink + "?start=" + start)
                    .process(exchange -> take(sink, sequence(exchange)));
              }
            }
          });
      camel.start();
      outbox.complete();
      addPages(1);
      outbox.grown(SHARD);
      assertThat(outbox.awaitDelivered(Duration.ofSeconds(20))).isTrue();
    }
    assertThat(taken)
        .isEqualTo(
            Map.of(
                "old", List.of(1L, 2L, 3L), "retained", List.of(1L, 2L, 3L), "now", List.of(3L)));
  }

  @Test
  void aSinkThatIsNoLongerLoadedKeepsNothingBack() throws Exception {
    addPages(3);
    pages.store.begin("gone", Set.of("vendor"), false);
    pages.store.move(pages.lease(SHARD), "gone", new Position(1, 1, 0), List.of());
    awaitDone(start("files"));
    assertThat(pages.store.outboxSize().rows()).isEqualTo(3);
    outbox.complete();
    assertThat(pages.store.outboxSize().rows()).isZero();
    assertThat(pages.store.position("gone", SHARD)).isEqualTo(Position.START);
    assertThat(pages.store.position("files", SHARD)).isEqualTo(new Position(3, 3, 0));
  }

  @Test
  void aSinkCountsFromTheLoadingOfItsRouteWhetherThatIsStartedOrNot() throws Exception {
    addPages(2);
    try (DefaultCamelContext camel = new DefaultCamelContext()) {
      camel.disableJMX();
      camel.addComponent("outbox", new OutboxComponent(outbox));
      camel.addRoutes(
          new RouteBuilder() {
            @Override
            public void configure() {
              from("outbox:first").process(exchange -> take("first", sequence(exchange)));
              from("outbox:second").process(exchange -> take("second", sequence(exchange)));
              from("outbox:paused").autoStartup(false).process(exchange -> {});
            }
          });
      camel.start();
      outbox.complete();
      assertThat(outbox.awaitDelivered(Duration.ofSeconds(20))).isTrue();
    }
    assertThat(outbox.sinks()).containsExactlyInAnyOrder("first", "second", "paused");
    assertThat(taken).isEqualTo(Map.of("first", List.of(1L, 2L), "second", List.of(1L, 2L)));
    assertThat(pages.store.outboxSize().rows()).isEqualTo(2);
  }
}
