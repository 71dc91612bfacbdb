package io.entrarelay.collect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.entrarelay.collect.Collector.Scope;
import io.entrarelay.config.Contoso;
import io.entrarelay.plan.Schedule;
import io.entrarelay.plan.Window;
import io.entrarelay.record.PageException;
import io.entrarelay.record.Reports;
import io.entrarelay.state.JdbcStore;
import io.entrarelay.state.Lease;
import io.entrarelay.state.OutboxEntry;
import io.entrarelay.state.Steps;
import io.entrarelay.state.StoreException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The collector on a real store, with a clock and workers that the test moves. */
@Timeout(60)
class CollectorTest {
  private static final Instant START = Instant.parse("2026-11-22T12:00:00Z");
  private static final Instant EVENT = Instant.parse("2026-11-22T11:59:30Z");
  private static final String RECORD =
      "{\"id\":\"a\",\"createdDateTime\":\"2026-11-22T11:59:30Z\"}";

  @SuppressWarnings("NullAway.Init") // JUnit sets it
  @TempDir
  Path directory;

  private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
  private long now = START.toEpochMilli();
  private Steps steps = Steps.NONE;
  private int requests;

  /** Answers a request itself, where it returns true. */
  private BiPredicate<Turn, Collector> instead = (turn, collector) -> false;

  /** Happens while Graph answers. */
  private Runnable answering = () -> {};

  private @Nullable JdbcStore open;

  /** A running collector. */
  private final class Node {
    private final JdbcStore store;
    private final Collector collector;
    private final PageLoop loop;
    private final Lease lease;
    private Feed feed;

    Node(Duration backfill, Duration... sweeps) {
      store = JdbcStore.sqlite(directory.resolve("relay.db"), step -> steps.reached(step));
      open = store;
      Pages pages =
          new Pages(store, new SeenMinutes(store, 1 << 20), this::instant, true, shard -> {});
      loop = new PageLoop(pages, CollectorTest.this::body);
      collector =
          new Collector(
              store,
              pages,
              new Budget(null, false, () -> 0, (at, task) -> {}),
              new Schedule(
                  Duration.ofMinutes(1),
                  Duration.ofMinutes(1),
                  List.of(sweeps),
                  Duration.ofDays(30)),
              backfill,
              Scope.RUN,
              tasks::add,
              (delay, task) -> {},
              this::instant,
              this::read,
              () -> true);
      lease = ContosoLease.of(store);
      feed = collector.add(Contoso.INTEGRATION, Reports.signIns(), lease);
    }

    private Instant instant() {
      return Instant.ofEpochMilli(now);
    }

    private void read(Turn turn) {
      try {
        if (!instead.test(turn, collector)) {
          loop.read(turn);
        }
      } catch (PageException e) {
        throw new IllegalStateException(e);
      }
    }

    /** Does what is to be done at this moment. */
    void work(int most) {
      collector.tick("signIns");
      for (int i = 0; i < most && !tasks.isEmpty(); i++) {
        tasks.remove().run();
      }
    }

    void minutes(int count) {
      for (int i = 0; i < count; i++) {
        now += 60_000;
        work(50);
      }
    }

    int records() {
      int records = 0;
      long after = 0;
      int shard = Lease.shard(Contoso.INTEGRATION.tenantId(), Contoso.INTEGRATION.clientId());
      for (OutboxEntry page = store.next("files", shard, after, Set.of("vendor"));
          page != null;
          page = store.next("files", shard, after, Set.of("vendor"))) {
        records += page.records();
        after = page.sequence();
      }
      return records;
    }

    Node restarted(Duration backfill, Duration... sweeps) {
      store.close();
      tasks.clear();
      return new Node(backfill, sweeps);
    }
  }

  @AfterEach
  void close() {
    if (open != null) {
      open.close();
    }
  }

  private String body(Turn turn) {
    requests++;
    answering.run();
    Window window = turn.walk().window();
    return "{\"value\":[" + (window.span().contains(EVENT.toEpochMilli()) ? RECORD : "") + "]}";
  }

  /** As {@link #instead}: asks for a page, and answers it with a failure. */
  private BiPredicate<Turn, Collector> failing(
      java.util.function.BiConsumer<Turn, Collector> answer) {
    return (turn, collector) -> {
      if (turn.next()) {
        requests++;
        turn.answered();
        answer.accept(turn, collector);
      }
      return true;
    };
  }

  @Test
  void aClockThatWasAheadAtTheFirstStartPutsNoBeginningIntoTheFuture() {
    now += Duration.ofMinutes(10).toMillis();
    Node node = new Node(Duration.ofMinutes(3), Duration.ZERO);
    node.work(50);
    assertThat(node.records()).isZero();
    now -= Duration.ofMinutes(9).toMillis(); // it was set right
    node.work(50);
    assertThat(node.records()).isEqualTo(1);
    node = node.restarted(Duration.ofMinutes(3), Duration.ZERO);
    assertThat(node.feed.plan().since()).isLessThan(EVENT.toEpochMilli());
  }

  @Test
  void anIntegrationThatIsChangedWhileAPageCommitsDoublesNothing() throws Exception {
    Node node = new Node(Duration.ofMinutes(5), Duration.ZERO);
    boolean[] once = {false};
    Thread[] edit = new Thread[1];
    steps =
        step -> {
          if (step.equals("commit.begin") && !once[0]) {
            once[0] = true;
            edit[0] =
                new Thread(
                    () -> {
                      node.collector.remove("contoso");
                      node.feed =
                          node.collector.add(Contoso.INTEGRATION, Reports.signIns(), node.lease);
                    });
            edit[0].start();
            // it either waits for this commit, or is through with it
            while (edit[0].getState() == Thread.State.RUNNABLE
                || edit[0].getState() == Thread.State.NEW) {
              Thread.onSpinWait();
            }
          }
        };
    node.work(10);
    edit[0].join();
    node.work(10);
    node.minutes(3);
    assertThat(once[0]).isTrue();
    assertThat(node.records()).isEqualTo(1);
    assertThat(node.feed.missing(now).isEmpty()).isTrue();
  }

  @Test
  void aCommitWhoseAnswerGotLostIsNotMadeAgain() {
    Node node = new Node(Duration.ofMinutes(5), Duration.ZERO);
    boolean[] once = {false};
    steps =
        step -> {
          if (step.equals("commit.after") && node.records() > 0 && !once[0]) {
            once[0] = true;
            throw new StoreException("the connection went with the answer");
          }
        };
    instead =
        (turn, collector) -> {
          try {
            node.loop.read(turn);
          } catch (PageException e) {
            throw new IllegalStateException(e);
          } catch (StoreException e) {
            collector.failed(turn, "state", String.valueOf(e.getMessage()), Duration.ZERO);
          }
          return true;
        };
    node.work(50);
    node.minutes(5);
    assertThat(once[0]).isTrue();
    assertThat(node.records()).isEqualTo(1);
    assertThat(node.feed.missing(now).isEmpty()).isTrue();
  }

  @Test
  void aReportThatIsAddedAgainIsCollectedByOneFeed() {
    Node node = new Node(Duration.ofMinutes(5), Duration.ZERO);
    answering =
        () -> {
          Feed again = node.collector.add(Contoso.INTEGRATION, Reports.signIns(), node.lease);
          assertThat(again).isSameAs(node.feed);
        };
    node.work(10);
    node.minutes(2);
    assertThat(node.collector.feeds()).containsExactly(node.feed);
    assertThat(node.records()).isEqualTo(1);
  }

  @Test
  void aReportThatIsAddedWithAnotherLeaseLeavesItsFeedOfBefore() {
    Node node = new Node(Duration.ofMinutes(5), Duration.ZERO);
    Lease next = ContosoLease.of(node.store);
    Feed successor = node.collector.add(Contoso.INTEGRATION, Reports.signIns(), next);
    assertThat(node.collector.feeds()).containsExactly(successor);
    assertThat(node.feed.isRemoved()).isTrue();
    assertThat(successor.lease()).isEqualTo(next);
    node.work(10);
    assertThat(node.records()).isEqualTo(1);
  }

  @Test
  void whoLearnsLateThatALeaseIsLostLeavesTheFeedsOfTheNextOne() {
    Node node = new Node(Duration.ofMinutes(5), Duration.ZERO);
    Feed late = node.feed;
    boolean[] once = {false};
    instead =
        (turn, collector) -> {
          if (once[0] || !turn.next()) {
            return false;
          }
          once[0] = true;
          collector.removeShard(late.lease().shard());
          node.feed =
              collector.add(Contoso.INTEGRATION, Reports.signIns(), ContosoLease.of(node.store));
          collector.leaseLost(turn, new StoreException.LeaseLost(late.lease()));
          return true;
        };
    node.work(10);
    assertThat(once[0]).isTrue();
    assertThat(node.collector.feeds()).containsExactly(node.feed);
    node.minutes(1);
    assertThat(node.records()).isEqualTo(1);
  }

  @Test
  void noRequestIsSentForAShardThatWasGivenUpSinceItsTurnBegan() {
    Node node = new Node(Duration.ofMinutes(5), Duration.ZERO);
    String[] refused = new String[1];
    instead =
        (turn, collector) -> {
          if (refused[0] != null || !turn.next()) {
            return false;
          }
          turn.requireLease();
          collector.removeShard(node.lease.shard());
          refused[0] = assertThrows(StoreException.class, turn::requireLease).getMessage();
          turn.answered();
          return true;
        };
    node.work(10);
    assertThat(refused[0])
        .isEqualTo("this report is not collected here any more: no request is sent for it");
  }

  @Test
  void aRemovedIntegrationIsReadNoMoreAndCommitsNothing() {
    Node node = new Node(Duration.ofMinutes(5), Duration.ZERO);
    answering = () -> node.collector.remove("contoso");
    node.work(10);
    assertThat(requests).isEqualTo(1);
    answering = () -> {};
    Node again = node.restarted(Duration.ofMinutes(5), Duration.ZERO);
    assertThat(again.records()).isZero();
    again.work(10);
    assertThat(again.records()).isEqualTo(1);
  }

  @Test
  void whatASweepStillHasToReadIsNotForgotten() {
    Duration[] sweeps = {Duration.ZERO, Duration.ofHours(24)};
    Node node = new Node(Duration.ofMinutes(5), sweeps);
    node.work(10);
    assertThat(node.records()).isEqualTo(1);
    instead = failing((turn, collector) -> collector.degraded(turn, "licence", "403"));
    for (int hour = 0; hour < 5 * 24; hour++) {
      now += Duration.ofHours(1).toMillis();
      node.work(10);
      node.collector.forget(Duration.ofDays(3));
    }
    instead = (turn, collector) -> false;
    Node again = node.restarted(Duration.ofMinutes(5), sweeps);
    again.minutes(30);
    assertThat(again.records()).isEqualTo(1);
    assertThat(again.feed.missing(EVENT.toEpochMilli() + 60_000).isEmpty()).isTrue();
    again.minutes(60 * 24 * 8);
    again.collector.forget(Duration.ofDays(3));
    int shard = Lease.shard(Contoso.INTEGRATION.tenantId(), Contoso.INTEGRATION.clientId());
    assertThat(again.store.seen(again.feed.id(), SeenMinutes.minute(EVENT.toEpochMilli())))
        .as("forgotten in the end, shard %d", shard)
        .isEmpty();
  }

  @Test
  void aRetryAfterOfNothingIsNoLeaveToAskAtOnce() {
    Node node = new Node(Duration.ofMinutes(5), Duration.ZERO);
    instead = failing((turn, collector) -> collector.throttled(turn, Duration.ZERO));
    node.work(1_000);
    assertThat(requests).isEqualTo(1);
  }

  @Test
  void whatIsTriedAgainWaitsForNothingButForGraph() {
    Node node = new Node(Duration.ofMinutes(5), Duration.ZERO);
    node.collector.tryAgain("contoso");
    assertThat(requests).as("nothing has failed").isZero();
    instead = failing((turn, collector) -> collector.blocked(turn, "permission", "403"));
    node.work(10);
    int before = requests;
    node.work(10);
    assertThat(requests).as("left alone for a while").isEqualTo(before);
    assertThat(node.feed.notBefore(now)).isGreaterThan(now);
    node.collector.tryAgain("contoso");
    assertThat(node.feed.isTriedAgain()).isTrue();
    node.work(10);
    assertThat(requests).isGreaterThan(before);
    assertThat(node.feed.isTriedAgain()).isFalse();

    instead = failing((turn, collector) -> collector.throttled(turn, Duration.ofMinutes(10)));
    node.collector.tryAgain("contoso");
    node.work(10);
    node.collector.tryAgain("contoso");
    assertThat(node.feed.notBefore(now) - now)
        .as("as Graph has asked")
        .isEqualTo(Duration.ofMinutes(10).toMillis());
    assertThat(node.feed.isTriedAgain()).isFalse();
  }

  @Test
  void aRetentionThatIsNoReasonIsAProblemAndNotAskedAgainAtOnce() {
    Node node = new Node(Duration.ofDays(1), Duration.ZERO);
    Instant weekAgo = START.minus(Duration.ofDays(7));
    instead =
        failing(
            (turn, collector) -> collector.beforeRetention(turn, weekAgo, "minimum: a week ago"));
    node.work(1_000);
    assertThat(requests).isLessThan(5);
    assertThat(node.feed.problem())
        .extracting(Feed.Problem::message)
        .isEqualTo("minimum: a week ago");
  }

  @Test
  void aClockThatIsPutBackDoesNotStretchAWait() {
    Node node = new Node(Duration.ofMinutes(5), Duration.ZERO);
    instead =
        failing((turn, collector) -> collector.failed(turn, "connection", "reset", Duration.ZERO));
    node.work(10);
    instead = (turn, collector) -> false;
    requests = 0;
    now -= Duration.ofHours(6).toMillis();
    node.minutes(3);
    assertThat(requests).isPositive();
  }

  @Test
  void aClockThatIsAheadForATickGivesNothingUp() {
    Node node = new Node(Duration.ofMinutes(5), Duration.ZERO, Duration.ofMinutes(10));
    node.work(10);
    now += Duration.ofDays(40).toMillis();
    instead =
        failing((turn, collector) -> collector.failed(turn, "token", "700024", Duration.ZERO));
    node.work(10);
    now -= Duration.ofDays(40).toMillis();
    instead = (turn, collector) -> false;
    node.minutes(30);
    assertThat(node.feed.missing(START.plusSeconds(600).toEpochMilli()).isEmpty()).isTrue();
    assertThat(node.feed.lag(now)).isLessThan(120_000);
    assertThat(node.feed.plan().since()).isLessThan(START.toEpochMilli());
  }
}
