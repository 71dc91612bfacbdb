package io.entrarelay.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** The store on PostgreSQL, and what only that one is asked: to be shared by several nodes. */
class PostgresStoreIT extends StoreContract {
  private static final Duration LEASE = Duration.ofSeconds(30);
  private static final Duration OVER = Duration.ofMillis(-1);

  private final Postgres.Database database = Postgres.database();

  @Override
  Store open() {
    return database.open(LEASE, Steps.NONE);
  }

  /** Nobody has any shard. */
  private void free() {
    store.beat("nobody", Set.of(), store.takeAll("nobody").values(), OVER);
  }

  @Test
  void preparingTheTablesMayTakeLongerThanALease() throws Exception {
    try (Connection other = database.connect();
        Statement statement = other.createStatement()) {
      other.setAutoCommit(false);
      statement.execute("LOCK TABLE flyway_schema_history");
      CompletableFuture<JdbcStore> opened =
          CompletableFuture.supplyAsync(
              () -> database.open(Duration.ofSeconds(1), Steps.NONE),
              run -> new Thread(run).start());
      assertThatThrownBy(() -> opened.get(2, TimeUnit.SECONDS))
          .isInstanceOf(TimeoutException.class);
      other.rollback();
      opened.get(30, TimeUnit.SECONDS).close();
    }
  }

  @Test
  void anAnswerThatDoesNotComeIsNotAwaitedLongerThanALease() throws Exception {
    try (PostgresDatabase impatient =
        PostgresDatabase.open(
            database.url(),
            database.user(),
            database.password(),
            Duration.ofSeconds(1),
            Steps.NONE)) {
      assertThat(impatient.<Long>read(session -> session.number("SELECT 1"))).isOne();
      assertThatThrownBy(
              () -> impatient.read(session -> session.number("SELECT 1 FROM pg_sleep(20)")))
          .isInstanceOf(StoreException.class)
          .hasMessageContaining("Check that the server runs and can be reached");
    }
  }

  @Test
  void aNodeWhoseConnectionsAreAllBusyIsAlive() throws Exception {
    ExecutorService busy = Executors.newCachedThreadPool();
    CountDownLatch done = new CountDownLatch(1);
    try (PostgresDatabase shared =
        PostgresDatabase.open(
            database.url(), database.user(), database.password(), LEASE, Steps.NONE)) {
      CountDownLatch begun = new CountDownLatch(8);
      for (int i = 0; i < 8; i++) {
        busy.execute(
            () ->
                shared.read(
                    session -> {
                      begun.countDown();
                      await(done);
                      return "";
                    }));
      }
      await(begun);
      Future<Long> beat =
          busy.submit(() -> shared.writeFirst(session -> session.number("SELECT 1")));
      assertThat(beat.get(5, TimeUnit.SECONDS)).isOne();
    } finally {
      done.countDown();
      busy.shutdown();
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void nodesShareTheShardsEvenly() {
    free();
    Map<String, Map<Integer, Lease>> held = new HashMap<>();
    for (int round = 0; round < 4; round++) {
      for (String node : List.of("a", "b", "c")) {
        Map<Integer, Lease> own = held.computeIfAbsent(node, key -> new HashMap<>());
        Beat beat = store.beat(node, Set.of(), own.values(), LEASE);
        assertThat(beat.renewed()).isEqualTo(own);
        beat.claimed().forEach(lease -> own.put(lease.shard(), lease));
        List<Lease> most = new ArrayList<>(own.values());
        most.subList(0, beat.surplus())
            .forEach(
                lease -> {
                  store.release(lease);
                  own.remove(lease.shard());
                });
      }
    }
    assertThat(held.values().stream().mapToInt(Map::size).sum()).isEqualTo(Lease.SHARDS);
    assertThat(held.values()).allMatch(own -> own.size() >= 20 && own.size() <= 22);
  }

  @Test
  void whatALivingNodesSinkHasNotPassedStaysAlsoWhileThatNodeIsAway() {
    Lease own = Objects.requireNonNull(store.takeAll("two").get(SHARD));
    store.begin("files", Set.of("vendor"), false);
    store.begin("kafka", Set.of("vendor"), false);
    store.beat("one", Set.of("files", "kafka"), List.of(), LEASE);
    store.beat("two", Set.of("files"), List.of(), LEASE);
    for (int i = 0; i < 3; i++) {
      store.commit(
          new PageCommit(
              own, 1, 1_000, List.of(), List.of(row("vendor", "{}\n")), List.of(), Map.of(), null));
    }
    store.move(own, "files", new Position(2, 2, 0), List.of());
    store.move(own, "kafka", new Position(1, 1, 0), List.of());
    assertThat(store.retire(Set.of("files"), Set.of("kafka"), Long.MAX_VALUE))
        .containsExactly("kafka");
    assertThat(store.position("kafka", SHARD)).isEqualTo(new Position(1, 1, 0));
    assertThat(store.outboxSize().rows()).isEqualTo(2);

    store.leave("one"); // it is started again, say
    store.move(own, "files", new Position(3, 3, 0), List.of());
    assertThat(store.trim(own, Set.of("files"), Long.MAX_VALUE)).isZero();
    assertThat(store.next("kafka", SHARD, 1, Set.of("vendor"))).isNotNull();

    store.beat("one", Set.of("files", "kafka"), List.of(), OVER); // it is dead
    assertThat(store.retire(Set.of("files"), Set.of("kafka"), Long.MAX_VALUE)).isEmpty();
    assertThat(store.position("kafka", SHARD)).isEqualTo(Position.START);
    assertThat(store.outboxSize().rows()).isZero();
  }

  @Test
  void aLeaseThatIsOverIsTakenAndItsHolderFindsOut() {
    free();
    Beat before = store.beat("a", Set.of(), List.of(), OVER);
    assertThat(before.claimed()).hasSize(Lease.SHARDS);
    Lease old = before.claimed().get(0);
    Beat next = store.beat("b", Set.of(), List.of(), LEASE);
    assertThat(next.claimed()).hasSize(Lease.SHARDS);
    Lease taken = next.claimed().get(0);
    assertThat(taken.shard()).isEqualTo(old.shard());
    assertThat(taken.fence()).isEqualTo(old.fence() + 1);
    assertThatThrownBy(() -> store.move(old, "files", new Position(1, 1, 0), List.of()))
        .isInstanceOf(StoreException.LeaseLost.class);
    assertThat(store.beat("a", Set.of(), before.claimed(), LEASE).renewed()).isEmpty();
    store.release(old); // of no effect
    assertThat(store.beat("b", Set.of(), next.claimed(), LEASE).renewed()).hasSize(Lease.SHARDS);
  }

  @Test
  void aLeaseThatIsOverAndNobodyTookGoesOn() {
    free();
    Beat before = store.beat("a", Set.of(), List.of(), OVER);
    assertThat(store.beat("a", Set.of(), before.claimed(), LEASE).renewed()).hasSize(Lease.SHARDS);
  }

  @Test
  void aShardWhoseHolderIsInATransactionIsPassedOver() throws Exception {
    free();
    try (Connection stopped = database.connect();
        Statement statement = stopped.createStatement()) {
      stopped.setAutoCommit(false);
      statement.execute("UPDATE lease SET sequence = sequence + 1 WHERE shard = 7");
      assertThat(store.beat("a", Set.of(), List.of(), LEASE).claimed())
          .hasSize(Lease.SHARDS - 1)
          .noneMatch(lease -> lease.shard() == 7);
      stopped.rollback();
    }
    assertThat(store.beat("a", Set.of(), List.of(), LEASE).claimed())
        .extracting(Lease::shard)
        .contains(7);
  }

  @Test
  void whoStopsWithinATransactionIsThrownOut() throws Exception {
    try (JdbcStore impatient = database.open(Duration.ofSeconds(1), Steps.NONE);
        Store other = open()) {
      Lease own = Objects.requireNonNull(impatient.takeAll("a").get(SHARD));
      AtomicBoolean stops = new AtomicBoolean();
      try (JdbcStore stopped =
          database.open(
              Duration.ofSeconds(1),
              step -> {
                if (step.equals("commit.before") && stops.get()) {
                  awaitThrownOut();
                }
              })) {
        stops.set(true);
        assertThatThrownBy(() -> stopped.move(own, "files", new Position(1, 1, 0), List.of()))
            .isInstanceOf(StoreException.class)
            .hasMessageContaining("could not be written");
      }
      assertThat(other.position("files", SHARD)).isEqualTo(Position.START);
      assertThat(other.takeAll("b")).hasSize(Lease.SHARDS);
    }
  }

  /** Waits until the server says that nobody holds a transaction open any more. */
  private void awaitThrownOut() {
    org.awaitility.Awaitility.await()
        .atMost(Duration.ofSeconds(20))
        .until(
            () -> {
              try (Connection connection = database.connect();
                  Statement statement = connection.createStatement();
                  var rows =
                      statement.executeQuery(
                          "SELECT count(*) FROM pg_stat_activity WHERE state = 'idle in"
                              + " transaction' AND datname = current_database()")) {
                rows.next();
                return rows.getInt(1) == 0;
              }
            });
  }

  /** A node's part of an application, as the budget keeps it. */
  private static final class Part implements Allowance {
    private final int wanted;
    private int granted;
    private int busy;

    Part(int wanted) {
      this.wanted = wanted;
    }

    @Override
    public String clientId() {
      return CLIENT;
    }

    @Override
    public int total() {
      return 122;
    }

    @Override
    public Duration span() {
      return Duration.ofSeconds(10);
    }

    @Override
    public int wanted() {
      return wanted;
    }

    @Override
    public int granted() {
      return granted;
    }

    @Override
    public int giveBack(int most) {
      int given = Math.min(most, granted - busy);
      granted -= given;
      return given;
    }

    @Override
    public void lose() {
      granted = 0;
    }

    @Override
    public void grow(int granted) {
      this.granted = Math.max(this.granted, granted);
    }
  }

  @Test
  void anApplicationsRequestsAreSharedOutAndNeverMoreThanThereAre() {
    Part first = new Part(122);
    store.share("a", first, LEASE);
    assertThat(first.granted).isEqualTo(122);
    first.busy = 100;
    Part second = new Part(50);
    store.share("b", second, LEASE);
    assertThat(second.granted).isZero();
    store.share("a", first, LEASE);
    assertThat(first.granted).isEqualTo(100);
    store.share("b", second, LEASE);
    assertThat(second.granted).isEqualTo(22);
    first.busy = 0;
    store.share("a", first, LEASE);
    assertThat(first.granted).isEqualTo(72);
    store.share("b", second, LEASE);
    assertThat(second.granted).isEqualTo(50);
    store.leave("b");
    store.share("a", first, LEASE);
    assertThat(first.granted).isEqualTo(122);
  }

  /** Node a is not heard of for so long. */
  private void passes(Duration time) throws Exception {
    try (Connection connection = database.connect();
        Statement statement = connection.createStatement()) {
      assertThat(
              statement.executeUpdate(
                  "UPDATE allowance SET expires_at = expires_at - "
                      + time.toMillis()
                      + " WHERE node = 'a'"))
          .isEqualTo(1);
    }
  }

  @Test
  void whatADeadNodeHadIsFreeTwoSpansAfterItsTimeIsOver() throws Exception {
    Part dead = new Part(122);
    store.share("a", dead, LEASE);
    Part living = new Part(122);
    store.share("b", living, LEASE);
    assertThat(living.granted).isZero();
    passes(LEASE.plusSeconds(15));
    store.share("b", living, LEASE);
    assertThat(living.granted).isZero();
    passes(Duration.ofSeconds(10));
    store.share("b", living, LEASE);
    assertThat(living.granted).isEqualTo(122);
    store.share("a", dead, LEASE); // it was only away: it has lost what it had
    assertThat(dead.granted).isZero();
  }

  @Test
  void aServerThatIsNotThereIsNamedWithoutThePassword() {
    assertThatThrownBy(
            () ->
                JdbcStore.postgres(
                    "jdbc:postgresql://127.0.0.1:1/relay", "me", "hunter2", LEASE, Steps.NONE))
        .isInstanceOf(StoreException.class)
        .hasMessageStartingWith(
            "the state database jdbc:postgresql://127.0.0.1:1/relay can't be opened: ")
        .hasMessageContaining("Connection to 127.0.0.1:1 refused")
        .hasMessageEndingWith(
            ". Check relay.state.url, relay.state.user and relay.state.password, that the server"
                + " runs, and that this user may create tables there")
        .hasMessageNotContaining("hunter2");
  }
}
