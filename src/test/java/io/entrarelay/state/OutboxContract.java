package io.entrarelay.state;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import com.github.luben.zstd.Zstd;
import io.entrarelay.state.DeadLetters.Count;
import io.entrarelay.state.DeadLetters.Filter;
import io.entrarelay.state.DeadLetters.Letter;
import io.entrarelay.state.PageCommit.OutboxRow;
import io.entrarelay.state.Store.Replay;
import io.entrarelay.state.Store.SinkState;
import io.entrarelay.state.Store.Waiting;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the outbox, its sinks' positions and the dead letters promise, in every database. */
@Timeout(60)
abstract class OutboxContract {
  private static final int SHARD = 7;
  private static final int OTHER = 9;
  private static final Filter ANY = new Filter(List.of(), null, null, null);
  private static final long ALL = Long.MAX_VALUE;

  @SuppressWarnings("NullAway.Init") // set before each test
  private Store store;

  @SuppressWarnings("NullAway.Init") // set before each test
  private Map<Integer, Lease> leases;

  /** An empty store. */
  abstract Store open() throws Exception;

  @BeforeEach
  void fill() throws Exception {
    store = open();
    leases = store.takeAll("test");
  }

  @AfterEach
  void close() {
    store.close();
  }

  private Lease lease(int shard) {
    return Objects.requireNonNull(leases.get(shard));
  }

  private static OutboxRow row(String form, long collectedAt, int records) {
    byte[] lines = "{}\n".repeat(records).getBytes(UTF_8);
    return new OutboxRow(
        form,
        "contoso",
        "signIns",
        "tenant",
        collectedAt,
        records,
        lines.length,
        Zstd.compress(lines));
  }

  private void commit(int shard, List<OutboxRow> rows, List<DeadLetter> parked) {
    store.commit(new PageCommit(lease(shard), 1, 1, List.of(), rows, parked, Map.of(), null));
  }

  /** A row each of so many records, collected at 1,000, 2,000, … */
  private void add(int shard, String form, int... records) {
    for (int i = 0; i < records.length; i++) {
      commit(shard, List.of(row(form, 1_000 * (i + 1), records[i])), List.of());
    }
  }

  private void at(String sink, int shard, long sequence) {
    Position before = store.position(sink, shard);
    store.move(lease(shard), sink, before.at(sequence), List.of());
  }

  private List<Long> held(String sink, int shard, String... forms) {
    List<Long> held = new ArrayList<>();
    long after = 0;
    for (OutboxEntry row = store.next(sink, shard, after, Set.of(forms));
        row != null;
        row = store.next(sink, shard, after, Set.of(forms))) {
      held.add(row.sequence());
      after = row.sequence();
    }
    return held;
  }

  private static DeadLetter letter(String stage, @Nullable String form, String record) {
    return new DeadLetter(
        stage,
        "why",
        form,
        "contoso",
        "signIns",
        "tenant",
        1_000,
        form == null ? null : "id",
        2,
        record.getBytes(UTF_8));
  }

  private static DeadLetter refused(@Nullable String recordId, int revision) {
    return new DeadLetter(
        "sink.kafka",
        "why",
        "short",
        "contoso",
        "signIns",
        "tenant",
        1_000,
        recordId,
        revision,
        "{}".getBytes(UTF_8));
  }

  private Letter only() {
    List<Letter> letters = store.deadLetters().list(ANY, 0, 10);
    assertThat(letters).hasSize(1);
    return letters.get(0);
  }

  @Test
  void whatAllHavePassedStaysUntilItIsOldEnough() {
    store.begin("files", Set.of("vendor"), false);
    store.begin("kafka", Set.of("vendor"), false);
    add(SHARD, "vendor", 1, 1, 1, 1);
    at("files", SHARD, 4);
    assertThat(store.trim(lease(SHARD), Set.of("files", "kafka"), ALL)).isZero();
    at("kafka", SHARD, 3);
    assertThat(store.trim(lease(SHARD), Set.of("files", "kafka"), 2_500)).isEqualTo(2);
    assertThat(held("files", SHARD, "vendor")).containsExactly(3L, 4L);
    assertThat(store.trim(lease(SHARD), Set.of("files", "kafka"), 2_500)).isZero();
    assertThat(store.trim(lease(SHARD), Set.of(), ALL)).isZero();
    store.retire(Set.of("files"), Set.of("kafka"), 3_500);
    assertThat(held("files", SHARD, "vendor")).containsExactly(4L);
    assertThat(store.outboxSize().rows()).isEqualTo(1);
  }

  @Test
  void whatWaitsIsCountedInBytes() {
    store.begin("files", Set.of("vendor"), false);
    store.begin("kafka", Set.of("vendor"), false);
    assertThat(store.waiting(Set.of("files", "kafka"))).isEqualTo(Waiting.NOTHING);
    add(SHARD, "vendor", 10, 1, 1);
    add(OTHER, "ocsf", 1);
    long small = row("vendor", 1_000, 1).zstd().length;
    long large = row("vendor", 1_000, 10).zstd().length;
    assertThat(store.waiting(Set.of("files", "kafka")))
        .isEqualTo(new Waiting(large + 3 * small, 1_000));
    at("files", SHARD, 1);
    assertThat(store.waiting(Set.of("files"))).isEqualTo(new Waiting(3 * small, 1_000));
    at("files", OTHER, 1);
    assertThat(store.waiting(Set.of("files"))).isEqualTo(new Waiting(2 * small, 2_000));
    assertThat(store.waiting(Set.of("files", "kafka")))
        .isEqualTo(new Waiting(large + 3 * small, 1_000));
    at("kafka", SHARD, 3);
    at("files", SHARD, 3);
    at("kafka", OTHER, 1);
    assertThat(store.waiting(Set.of("files", "kafka"))).isEqualTo(Waiting.NOTHING);
    // also where the rows before have gone
    store.trim(lease(SHARD), Set.of("files", "kafka"), ALL);
    add(SHARD, "vendor", 1);
    assertThat(store.waiting(Set.of("files", "kafka"))).isEqualTo(new Waiting(small, 1_000));
    assertThat(store.outboxSize()).isEqualTo(new Store.OutboxSize(2, 2 * small));
  }

  @Test
  void aReplaySetsASinkBackToATimeAndFencesWhoWorksFromThePositionBefore() {
    store.begin("files", Set.of("vendor"), false);
    store.begin("kafka", Set.of("vendor", "ocsf"), false);
    add(SHARD, "vendor", 1, 10, 100, 1_000);
    commit(SHARD, List.of(row("ocsf", 5_000, 10_000)), List.of());
    add(OTHER, "vendor", 1);
    at("files", SHARD, 3);
    at("files", OTHER, 1);
    at("kafka", SHARD, 5);
    Position before = store.position("files", SHARD);

    assertThat(store.replay("files", 2_000)).isEqualTo(new Replay(Map.of("vendor", 110L)));
    assertThat(store.position("files", SHARD)).isEqualTo(new Position(1, 1, 1));
    assertThat(store.position("files", OTHER)).isEqualTo(new Position(1, 1, 0));
    assertThatThrownBy(
            () ->
                store.move(
                    lease(SHARD),
                    "files",
                    before.at(4),
                    List.of(letter("sink.files", "vendor", "x"))))
        .isInstanceOf(StoreException.PositionSetBack.class)
        .hasMessage("the position of sink files in shard 7 was set back meanwhile");
    assertThat(store.position("files", SHARD)).isEqualTo(new Position(1, 1, 1));
    assertThat(store.deadLetters().counts()).isEmpty();
    at("files", SHARD, 4);
    assertThat(store.position("files", SHARD)).isEqualTo(new Position(4, 4, 1));

    assertThat(store.replay("kafka", 4_000))
        .isEqualTo(new Replay(Map.of("vendor", 1_000L, "ocsf", 10_000L)));
    assertThat(store.replay("kafka", 9_000)).isEqualTo(new Replay(Map.of()));
    assertThat(store.replay("syslog", 1)).isNull();
  }

  @Test
  void aNewSinkBeginsWithWhatIsRetainedOrFromNow() {
    add(SHARD, "vendor", 1, 1);
    store.begin("files", Set.of("vendor"), false);
    store.begin("kafka", Set.of("vendor"), true);
    assertThat(store.position("files", SHARD)).isEqualTo(Position.START);
    assertThat(store.position("kafka", SHARD)).isEqualTo(new Position(2, 2, 0));
    assertThat(store.position("kafka", OTHER)).isEqualTo(Position.START);
    add(OTHER, "vendor", 1);
    // one that is known goes on where it was, whatever it says now
    store.begin("files", Set.of("vendor", "ocsf"), true);
    store.begin("kafka", Set.of("vendor"), true);
    assertThat(store.position("files", SHARD)).isEqualTo(Position.START);
    assertThat(store.position("kafka", OTHER)).isEqualTo(Position.START);
    long row = row("vendor", 1_000, 1).zstd().length;
    assertThat(store.sinks())
        .containsExactly(
            new SinkState("files", Set.of("ocsf", "vendor"), 3, new Waiting(3 * row, 1_000), 0),
            new SinkState("kafka", Set.of("vendor"), 1, new Waiting(row, 1_000), 0));
    // and one that was away for a while is new again
    store.retire(Set.of("files"), Set.of("kafka"), ALL);
    store.begin("kafka", Set.of("vendor"), true);
    assertThat(store.position("kafka", OTHER)).isEqualTo(new Position(1, 1, 0));
  }

  @Test
  void aStoreWithoutSinksKeepsWhatIsCollectedAndSaysThatItWaitsForNobody() {
    store.begin("files", Set.of("vendor"), false);
    add(SHARD, "vendor", 1);
    at("files", SHARD, 1);
    store.retire(Set.of(), Set.of("files"), ALL);
    assertThat(store.sinks()).isEmpty();
    assertThat(store.position("files", SHARD)).isEqualTo(Position.START);
    assertThat(store.waiting(Set.of())).isEqualTo(Waiting.NOTHING);
    assertThat(store.outboxSize().rows()).isEqualTo(1);
  }

  @Test
  void whatIsRefusedAgainIsCountedAndWhatIsTakenIsGone() {
    store.begin("kafka", Set.of("vendor"), false);
    add(SHARD, "vendor", 1);
    store.move(
        lease(SHARD),
        "kafka",
        new Position(1, 1, 0),
        List.of(letter("sink.kafka", "vendor", "{}")));
    Letter first = only();
    assertThat(first)
        .extracting(Letter::stage, Letter::form, Letter::times, Letter::isRetried, Letter::bytes)
        .containsExactly("sink.kafka", "vendor", 1, false, 2);
    assertThat(store.deadLetters().record(first.id())).asString(UTF_8).isEqualTo("{}");

    assertThat(store.deadLetters().retry(first, "kafka", row("vendor", 1_000, 1))).isTrue();
    assertThat(store.deadLetters().retry(first, "kafka", row("vendor", 1_000, 1))).isFalse();
    assertThat(only().isRetried()).isTrue();
    assertThat(held("kafka", SHARD, "vendor")).containsExactly(1L, 2L);
    assertThat(held("files", SHARD, "vendor")).containsExactly(1L);
    assertThat(store.lastSequence(SHARD)).isEqualTo(2);
    assertThat(store.deadLetters().drop(ANY)).isZero();

    // noted while it is being finished, and kept
    store.move(
        lease(SHARD),
        "kafka",
        new Position(1, 2, 0),
        List.of(letter("sink.kafka", "vendor", "{}")));
    at("kafka", SHARD, 2);
    assertThat(only()).extracting(Letter::times, Letter::isRetried).containsExactly(2, false);
    assertThat(only().id()).isEqualTo(first.id());

    assertThat(store.deadLetters().retry(only(), "kafka", row("vendor", 1_000, 1))).isTrue();
    at("kafka", SHARD, 3);
    assertThat(store.deadLetters().list(ANY, 0, 10)).isEmpty();
  }

  @Test
  void theSameLineOfSeveralRecordsIsALetterOfEach() {
    for (int time = 0; time < 2; time++) {
      store.move(
          lease(SHARD),
          "kafka",
          Position.START,
          List.of(
              refused("a", 0), refused("a", 1), refused("b\u0000\u00e4\"", 0), refused(null, -1)));
    }
    assertThat(store.deadLetters().list(ANY, 0, 10))
        .extracting(Letter::recordId, Letter::revision, Letter::times)
        .containsExactly(
            tuple("a", 0, 2), tuple("a", 1, 2), tuple("b\u0000\u00e4\"", 0, 2), tuple(null, -1, 2));
  }

  @Test
  void whatIsOnItsWayToASinkThatIsTakenAwayIsADeadLetterAgain() {
    store.begin("files", Set.of("vendor"), false);
    store.begin("kafka", Set.of("vendor"), false);
    store.move(
        lease(SHARD), "kafka", Position.START, List.of(letter("sink.kafka", "vendor", "{}")));
    assertThat(store.deadLetters().retry(only(), "kafka", row("vendor", 1_000, 1))).isTrue();
    store.begin("kafka", Set.of("ocsf"), false);
    assertThat(only().isRetried()).isFalse();
    assertThat(held("kafka", SHARD, "vendor")).isEmpty();
    assertThat(store.deadLetters().retry(only(), "kafka", row("vendor", 1_000, 1))).isTrue();
    store.begin("kafka", Set.of("ocsf", "vendor"), false);
    assertThat(only().isRetried()).isTrue();
    store.retire(Set.of("files"), Set.of("kafka"), ALL);
    assertThat(only().isRetried()).isFalse();
    assertThat(held("kafka", SHARD, "vendor")).isEmpty();
  }

  @Test
  void aRecordThatIsMappedAfterAllLeavesForAllSinks() {
    commit(SHARD, List.of(), List.of(letter("mapping.ocsf", null, "{\"id\":1}")));
    Letter letter = only();
    store.deadLetters().failedAgain(letter.id(), "x".repeat(600));
    assertThat(only().times()).isEqualTo(2);
    assertThat(only().reason()).hasSize(500);
    assertThat(store.deadLetters().mapped(letter, row("ocsf", 1_000, 1))).isTrue();
    assertThat(store.deadLetters().mapped(letter, row("ocsf", 1_000, 1))).isFalse();
    assertThat(held("files", SHARD, "ocsf")).containsExactly(1L);
    assertThat(held("kafka", SHARD, "ocsf")).containsExactly(1L);
    assertThat(store.lastSequence(SHARD)).isEqualTo(1);
    assertThat(store.deadLetters().record(letter.id())).isNull();
  }

  @Test
  void aReasonMayQuoteWhateverTheRecordHolds() {
    String quoted = "parse-time: \"a\u0000b\u202e\ud800\r\n";
    commit(
        SHARD,
        List.of(),
        List.of(
            new DeadLetter(
                "mapping.ocsf",
                quoted,
                null,
                "contoso",
                "signIns",
                "tenant",
                1_000,
                null,
                0,
                "{}".getBytes(UTF_8))));
    assertThat(only().reason()).isEqualTo("parse-time: \"a b    ");
    store.deadLetters().failedAgain(only().id(), "\u0000" + "x".repeat(497) + "\ud83d\ude00xx");
    assertThat(only().reason()).isEqualTo(" " + "x".repeat(497) + " …");
  }

  @Test
  void lettersAreFoundByStageIntegrationReportAndNumber() {
    DeadLetter fabrikam =
        new DeadLetter(
            "cut",
            "why",
            null,
            "fabrikam",
            "directoryAudits",
            "t",
            1,
            null,
            0,
            new byte[] {1, 2, 3});
    commit(
        SHARD,
        List.of(),
        List.of(letter("mapping.ocsf", null, "a"), letter("mapping.ocsf", null, "b"), fabrikam));
    DeadLetters letters = store.deadLetters();
    assertThat(letters.counts())
        .isEqualTo(Map.of("mapping.ocsf", new Count(2, 2), "cut", new Count(1, 3)));
    List<Letter> all = letters.list(ANY, 0, 10);
    assertThat(all).hasSize(3);
    assertThat(letters.list(ANY, all.get(0).id(), 1)).containsExactly(all.get(1));
    assertThat(letters.list(new Filter(List.of(), "cut", null, null), 0, 10))
        .containsExactly(all.get(2));
    assertThat(letters.list(new Filter(List.of(), null, "contoso", null), 0, 10)).hasSize(2);
    assertThat(letters.list(new Filter(List.of(), null, "contoso", "directoryAudits"), 0, 10))
        .isEmpty();
    List<Long> two = Arrays.asList(all.get(0).id(), all.get(2).id());
    assertThat(letters.list(new Filter(two, null, null, null), 0, 10)).hasSize(2);
    assertThat(letters.drop(new Filter(two, "cut", null, null))).isEqualTo(1);
    assertThat(letters.drop(new Filter(List.of(), null, null, "signIns"))).isEqualTo(2);
    assertThat(letters.list(ANY, 0, 10)).isEmpty();
  }
}
