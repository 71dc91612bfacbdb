package io.entrarelay.state;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.github.luben.zstd.Zstd;
import io.entrarelay.plan.Intervals;
import io.entrarelay.plan.Plan.Coverage;
import io.entrarelay.plan.Plan.Recheck;
import io.entrarelay.state.Figures.OfReport;
import io.entrarelay.state.PageCommit.OutboxRow;
import io.entrarelay.state.PageCommit.SeenSegment;
import io.entrarelay.state.Standing.Reason;
import io.entrarelay.state.Standing.State;
import io.entrarelay.state.Store.OutboxSize;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a store promises, on each of its databases. */
@Timeout(60)
abstract class StoreContract {
  static final String TENANT = "11111111-2222-3333-4444-555555555555";
  static final String CLIENT = "c0ffee00-1111-4222-8333-944455556666";
  static final int SHARD = Lease.shard(TENANT, CLIENT);
  private static final long ALL = Long.MAX_VALUE;
  private static final Set<String> VENDOR = Set.of("vendor");

  @SuppressWarnings("NullAway.Init") // JUnit sets it
  @TempDir
  Path directory;

  @SuppressWarnings("NullAway.Init") // set before each test
  Store store;

  @SuppressWarnings("NullAway.Init") // set before each test
  Lease lease;

  /** Opens the store, the same one each time within a test. */
  abstract Store open();

  @BeforeEach
  void start() {
    store = open();
    lease = Objects.requireNonNull(store.takeAll("test").get(SHARD));
  }

  @AfterEach
  void stop() {
    store.close();
  }

  private void restart() {
    store.close();
    store = open();
    lease = Objects.requireNonNull(store.takeAll("again").get(SHARD));
  }

  static OutboxRow row(String form, String line) {
    byte[] lines = line.getBytes(UTF_8);
    return new OutboxRow(
        form, "contoso", "signIns", TENANT, 1_000, 1, lines.length, Zstd.compress(lines));
  }

  private PageCommit page(long feed, List<OutboxRow> rows) {
    return new PageCommit(lease, feed, 1_000, List.of(), rows, List.of(), Map.of(), null);
  }

  private static DeadLetter letter(String stage, String record) {
    return new DeadLetter(
        stage, "why", null, "contoso", "signIns", TENANT, 1_000, null, 2, record.getBytes(UTF_8));
  }

  @Test
  void aPageIsKeptWholeOverARestart() {
    long feed = store.feed(TENANT, CLIENT, "signIns", 5).id();
    long seed = store.hashSeed();
    byte[] pairs = new byte[48];
    pairs[47] = -1;
    Coverage coverage =
        new Coverage(
            7,
            new TreeMap<>(Map.of(0L, Intervals.of(7, 99), 60_000L, Intervals.NONE)),
            List.of(new Recheck(8, 9, 10)));
    store.commit(
        new PageCommit(
            lease,
            feed,
            1_000,
            List.of(new SeenSegment(60_000, pairs), new SeenSegment(120_000, new byte[24])),
            List.of(row("vendor", "{}\n"), row("ocsf", "{\"o\":1}\n")),
            List.of(letter("cut", "{\"id\":1}")),
            Map.of(0L, new Tally(2, 1, 3, 0, 1)),
            coverage));
    store.commit(
        new PageCommit(
            lease,
            feed,
            1_001,
            List.of(new SeenSegment(60_000, new byte[24])),
            List.of(),
            List.of(),
            Map.of(0L, new Tally(1, 0, 0, 0, 0)),
            null));
    restart();
    FeedState state = store.feed(TENANT, CLIENT, "signIns", 12345);
    assertThat(state.isNew()).isFalse();
    assertThat(state.id()).isEqualTo(feed);
    assertThat(state.coverage()).isEqualTo(coverage);
    assertThat(state.tally()).isEqualTo(Map.of(0L, new Tally(3, 1, 3, 0, 1)));
    assertThat(store.seen(feed, 60_000)).hasSize(72).startsWith(pairs);
    assertThat(store.seen(feed, 120_000)).hasSize(24);
    assertThat(store.seen(feed, 180_000)).isEmpty();
    assertThat(store.hashSeed()).isEqualTo(seed);
    assertThat(store.lastSequence(SHARD)).isEqualTo(2);
    OutboxEntry ocsf = Objects.requireNonNull(store.next("any", SHARD, 0, Set.of("ocsf", "ecs")));
    assertThat(ocsf.sequence()).isEqualTo(2);
    assertThat(Zstd.decompress(ocsf.zstd(), ocsf.bytes())).asString().isEqualTo("{\"o\":1}\n");
    assertThat(ocsf.tenantId()).isEqualTo(TENANT);
    assertThat(ocsf.collectedAt()).isEqualTo(1_000);
    assertThat(store.next("any", SHARD, 2, VENDOR)).isNull();
    assertThat(store.outboxSize().rows()).isEqualTo(2);
  }

  @Test
  void nothingIsWrittenWithoutTheLease() {
    long feed = store.feed(TENANT, CLIENT, "signIns", 5).id();
    Lease before = lease;
    lease = Objects.requireNonNull(store.takeAll("other").get(SHARD));
    assertThat(lease.fence()).isEqualTo(before.fence() + 1);
    PageCommit late =
        new PageCommit(
            before,
            feed,
            1,
            List.of(new SeenSegment(0, new byte[24])),
            List.of(row("vendor", "{}\n")),
            List.of(letter("cut", "{}")),
            Map.of(),
            null);
    assertThatThrownBy(() -> store.commit(late)).isInstanceOf(StoreException.LeaseLost.class);
    assertThatThrownBy(() -> store.notBefore(before, feed, 9))
        .isInstanceOf(StoreException.LeaseLost.class);
    assertThatThrownBy(() -> store.move(before, "files", new Position(4, 4, 0), List.of()))
        .isInstanceOf(StoreException.LeaseLost.class);
    assertThatThrownBy(() -> store.trim(before, Set.of("files"), ALL))
        .isInstanceOf(StoreException.LeaseLost.class);
    assertThatThrownBy(() -> store.forget(before, feed, 9, 9))
        .isInstanceOf(StoreException.LeaseLost.class);
    assertThat(store.seen(feed, 0)).isEmpty();
    assertThat(store.outboxSize()).isEqualTo(new OutboxSize(0, 0));
    assertThat(store.lastSequence(SHARD)).isZero();
    assertThat(store.position("files", SHARD)).isEqualTo(Position.START);
    assertThat(store.feed(TENANT, CLIENT, "signIns", 5).notBefore()).isZero();
  }

  @Test
  void whatAllSinksHavePassedIsRemoved() {
    long feed = store.feed(TENANT, CLIENT, "signIns", 5).id();
    for (int i = 0; i < 3; i++) {
      store.commit(page(feed, List.of(row("vendor", "{\"n\":" + i + "}\n"))));
    }
    store.move(lease, "files", new Position(3, 3, 0), List.of());
    assertThat(store.trim(lease, Set.of("files", "kafka"), ALL)).isZero();
    store.move(lease, "kafka", new Position(1, 2, 0), List.of());
    assertThat(store.trim(lease, Set.of("files", "kafka"), ALL)).isEqualTo(1);
    assertThat(store.position("kafka", SHARD)).isEqualTo(new Position(1, 2, 0));
    store.retire(Set.of("files"), Set.of("kafka"), ALL);
    assertThat(store.position("kafka", SHARD)).isEqualTo(Position.START);
    assertThat(store.outboxSize()).isEqualTo(new OutboxSize(0, 0));
    assertThat(store.trim(lease, Set.of(), ALL)).isZero();
  }

  @Test
  void whatIsForgottenIsOldAndWasTakenLongAgo() {
    long feed = store.feed(TENANT, CLIENT, "signIns", 5).id();
    store.commit(
        new PageCommit(
            lease,
            feed,
            1_000,
            List.of(new SeenSegment(0, new byte[24]), new SeenSegment(60_000, new byte[24])),
            List.of(),
            List.of(),
            Map.of(),
            null));
    assertThat(store.forget(lease, feed, 60_000, 1_000)).isZero();
    assertThat(store.forget(lease, feed, 60_000, 1_001)).isEqualTo(1);
    assertThat(store.seen(feed, 0)).isEmpty();
    assertThat(store.seen(feed, 60_000)).hasSize(24);
  }

  @Test
  void aWaitIsKept() {
    long feed = store.feed(TENANT, CLIENT, "signIns", 5).id();
    store.notBefore(lease, feed, 77);
    restart();
    assertThat(store.feed(TENANT, CLIENT, "signIns", 5).notBefore()).isEqualTo(77);
  }

  @Test
  void whoIsPausedIsPausedOnceAndResumedOnce() {
    Integrations integrations = store.integrations();
    Tenancy tenancy = new Tenancy(TENANT, CLIENT);
    assertThat(integrations.paused()).isEmpty();
    assertThat(integrations.resume(tenancy)).isFalse();
    assertThat(integrations.pause(tenancy, "ann")).isTrue();
    assertThat(integrations.pause(tenancy, "bob")).isFalse();
    restart();
    integrations = store.integrations();
    assertThat(integrations.paused()).containsExactly(tenancy);
    assertThat(integrations.resume(tenancy)).isTrue();
    assertThat(integrations.paused()).isEmpty();
    assertThat(integrations.pause(tenancy, "bob")).isTrue();
  }

  private static Standing standing(State state, int at, String... codes) {
    return new Standing(
        state,
        Instant.ofEpochMilli(at),
        Stream.of(codes).map(code -> new Reason("signIns", code, code + "! Mend it.")).toList());
  }

  @Test
  void aStandingIsNotedWhereItIsAnother() {
    Integrations integrations = store.integrations();
    Tenancy tenancy = new Tenancy(TENANT, CLIENT);
    Tenancy other = new Tenancy(CLIENT, TENANT);
    assertThat(integrations.standing(tenancy)).isNull();
    assertThat(integrations.note(tenancy, "a", standing(State.PROVISIONING, 1))).isTrue();
    assertThat(integrations.note(tenancy, "a", standing(State.PROVISIONING, 2))).isFalse();
    assertThat(integrations.note(tenancy, "a", standing(State.DEGRADED, 3, "one"))).isTrue();
    assertThat(integrations.note(tenancy, "a", standing(State.DEGRADED, 4, "two"))).isTrue();
    assertThat(integrations.note(other, "b", standing(State.PAUSED, 5))).isTrue();
    restart();
    integrations = store.integrations();
    assertThat(integrations.note(tenancy, "a", standing(State.DEGRADED, 6, "two"))).isFalse();
    assertThat(integrations.history(tenancy, 10))
        .containsExactly(
            standing(State.DEGRADED, 4, "two"),
            standing(State.DEGRADED, 3, "one"),
            standing(State.PROVISIONING, 1));
    assertThat(integrations.standings())
        .containsOnly(
            Map.entry(tenancy, standing(State.DEGRADED, 4, "two")),
            Map.entry(other, standing(State.PAUSED, 5)));
  }

  @Test
  void whatWasNotedLastOfFiguresIsKept() {
    Tenancy tenancy = new Tenancy(TENANT, CLIENT);
    Tenancy other = new Tenancy(CLIENT, TENANT);
    OfReport signIns =
        new OfReport(
            "signIns", 40, 5, 9, 1, 3, 4, "why, \u00e4", List.of(new Figures.Sweep(0, 8)), 5L);
    Figures before = new Figures(50, 0, 2, List.of());
    Figures figures = new Figures(60, 0, 2, List.of(signIns, signIns));
    assertThat(store.integrations().figures(tenancy)).isNull();
    store.integrations().note(Map.of(tenancy, before, other, before));
    store.integrations().note(Map.of(tenancy, figures));
    restart();
    assertThat(store.integrations().figures(tenancy)).isEqualTo(figures);
    assertThat(store.integrations().sums())
        .containsOnly(
            Map.entry(tenancy, new Figures.Sums(60, 40, 5, 18, 2, 0, 2)),
            Map.entry(other, new Figures.Sums(50, 0, 0, 0, 0, 0, 2)));
  }

  @Test
  void untilWhenItIsTriedIsPartOfAStanding() {
    Integrations integrations = store.integrations();
    Tenancy tenancy = new Tenancy(TENANT, CLIENT);
    Standing first =
        new Standing(
            State.PROVISIONING, Instant.ofEpochMilli(1), List.of(), Instant.ofEpochSecond(1, 999));
    Standing longer =
        new Standing(
            State.PROVISIONING, Instant.ofEpochMilli(2), List.of(), Instant.ofEpochSecond(2));
    assertThat(integrations.note(tenancy, "a", first)).isTrue();
    assertThat(integrations.note(tenancy, "a", first)).as("to the millisecond").isFalse();
    assertThat(integrations.note(tenancy, "a", longer)).isTrue();
    restart();
    assertThat(store.integrations().history(tenancy, 10)).containsExactly(longer, first);
    assertThat(store.integrations().standings()).containsEntry(tenancy, longer);
  }

  @Test
  void whatWaitsForASinkIsCountedInItsForms() {
    long feed = store.feed(TENANT, CLIENT, "signIns", 5).id();
    store.begin("kafka", Set.of("vendor"), false);
    store.begin("files", Set.of("vendor", "ocsf"), false);
    List<OutboxRow> rows = List.of(row("vendor", "a"), row("ocsf", "b"), row("ocsf", "c"));
    store.commit(page(feed, rows));
    long before = System.currentTimeMillis();
    store.move(lease, "files", new Position(1, 1, 0), List.of());
    List<Store.Backlog> backlogs = store.backlogs(10);
    assertThat(backlogs).extracting(Store.Backlog::sink).containsExactly("files", "kafka");
    assertThat(backlogs).extracting(Store.Backlog::records).containsExactly(2L, 1L);
    assertThat(backlogs).extracting(Store.Backlog::oldest).containsExactly(1_000L, 1_000L);
    assertThat(backlogs).allMatch(backlog -> !backlog.more() && backlog.bytes() > 0);
    long moved = backlogs.get(0).movedAt();
    assertThat(moved).isCloseTo(before, within(60_000L));
    assertThat(backlogs.get(1).movedAt()).isZero();
    store.move(lease, "files", new Position(1, 3, 0), List.of());
    assertThat(store.backlogs(1).get(0).movedAt()).as("it is about to finish").isEqualTo(moved);
    assertThat(store.backlogs(1).get(0))
        .extracting(Store.Backlog::records, Store.Backlog::more)
        .containsExactly(1L, true);
    store.move(lease, "kafka", new Position(1, 1, 0), List.of());
    Store.Backlog kafka = store.backlogs(10).get(1);
    assertThat(kafka.records()).isZero();
    assertThat(kafka.oldest()).as("what is left is in another form").isZero();
    assertThat(kafka.bytes()).isZero();
  }

  @Test
  void lettersAreCountedByFilter() {
    store.move(
        lease,
        "kafka",
        new Position(0, 0, 0),
        List.of(letter("cut", "a"), letter("cut", "b"), letter("sink.kafka", "a")));
    DeadLetters letters = store.deadLetters();
    assertThat(letters.count(new DeadLetters.Filter(List.of(), null, null, null))).isEqualTo(3);
    assertThat(letters.count(new DeadLetters.Filter(List.of(), "cut", "contoso", "signIns")))
        .isEqualTo(2);
    assertThat(letters.count(new DeadLetters.Filter(List.of(), "cut", null, "x"))).isZero();
  }

  @Test
  void theOldestStandingsAreForgotten() {
    Integrations integrations = store.integrations();
    Tenancy tenancy = new Tenancy(TENANT, CLIENT);
    for (int i = 0; i < Integrations.KEPT + 10; i++) {
      integrations.note(tenancy, "a", standing(i % 2 == 0 ? State.COLLECTING : State.DEGRADED, i));
    }
    List<Standing> kept = integrations.history(tenancy, 1_000);
    assertThat(kept).hasSize(Integrations.KEPT);
    assertThat(kept.get(0).since().toEpochMilli()).isEqualTo(Integrations.KEPT + 9);
  }

  @Test
  void moreReasonsThanThereIsRoomForAreCounted() {
    Integrations integrations = store.integrations();
    Tenancy tenancy = new Tenancy(TENANT, CLIENT);
    List<Reason> reasons =
        IntStream.range(0, 30)
            .mapToObj(i -> new Reason("report" + i, "code", "\u00e4".repeat(5_000)))
            .toList();
    Standing much = new Standing(State.FAILED, Instant.EPOCH, reasons);
    assertThat(integrations.note(tenancy, "a", much)).isTrue();
    assertThat(integrations.note(tenancy, "a", much)).isFalse();
    List<Reason> kept = Objects.requireNonNull(integrations.standing(tenancy)).reasons();
    assertThat(kept).hasSizeGreaterThan(1);
    assertThat(kept.get(kept.size() - 1).text())
        .isEqualTo(30 - (kept.size() - 1) + " more: see the log");
  }
}
