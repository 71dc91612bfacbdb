package io.entrarelay.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** A node takes, keeps, gives up and loses its shards, by a clock of the test. */
class MembershipTest {
  private static final Duration LEASE = Duration.ofSeconds(15);

  private final List<String> told = new ArrayList<>();
  private final List<CompletableFuture<Void>> endings = new ArrayList<>();
  private final TreeSet<Integer> released = new TreeSet<>();
  private long now = 1_000;
  private Beat answer = new Beat(Map.of(), List.of(), 1, 0);
  private boolean away;
  private Duration stoppedFor = Duration.ZERO;

  /** Answers what the test says; the answers themselves are held by PostgresStoreIT. */
  private final Store store =
      (Store)
          Proxy.newProxyInstance(
              MembershipTest.class.getClassLoader(),
              new Class<?>[] {Store.class},
              (proxy, method, arguments) -> {
                if (away) {
                  throw new StoreException("away");
                }
                now += stoppedFor.toNanos();
                return switch (method.getName()) {
                          case "beat" -> renewing((Collection<?>) arguments[2]);
                          case "release" -> released.add(((Lease) arguments[0]).shard());
                          case "leave" -> told.add("left");
                          default -> throw new AssertionError(method.getName());
                        }
                        instanceof Beat beat
                    ? beat
                    : null;
              });

  private final Membership membership =
      new Membership(
          store,
          "node",
          LEASE,
          () -> now,
          new Membership.Work() {
            @Override
            public Set<String> sinks() {
              return Set.of("files");
            }

            @Override
            public void wasAway(Duration time) {
              told.add("away " + time.toSeconds());
            }

            @Override
            public void begin(Lease lease) {
              told.add("begin " + lease.shard());
            }

            @Override
            public CompletableFuture<Void> end(int shard, boolean inOrder) {
              told.add((inOrder ? "end " : "drop ") + shard);
              CompletableFuture<Void> ending = new CompletableFuture<>();
              endings.add(ending);
              return ending;
            }
          });

  private Beat renewing(Collection<?> held) {
    Map<Integer, Lease> renewed = new TreeMap<>(answer.renewed());
    if (renewed.isEmpty()) {
      held.forEach(each -> renewed.put(((Lease) each).shard(), (Lease) each));
    }
    Beat beat = new Beat(renewed, answer.claimed(), answer.nodes(), answer.surplus());
    answer = new Beat(Map.of(), List.of(), 1, 0);
    return beat;
  }

  private void claim(int... shards) {
    List<Lease> claimed = new ArrayList<>();
    for (int shard : shards) {
      claimed.add(new Lease(shard, 1));
    }
    answer = new Beat(Map.of(), claimed, 1, 0);
    membership.beat();
  }

  @Test
  void nothingIsSureBeforeTheFirstBeat() {
    assertThat(membership.isSure()).isFalse();
    claim(1, 2);
    assertThat(membership.isSure()).isTrue();
    assertThat(membership.held()).containsOnlyKeys(1, 2);
    assertThat(told).containsExactly("begin 1", "begin 2");
  }

  @Test
  void whoCouldNotRenewInTimeStopsByHimself() {
    claim(1);
    now += LEASE.toNanos() - 1;
    away = true;
    assertThatThrownBy(membership::beat).isInstanceOf(StoreException.class);
    membership.watch();
    assertThat(membership.held()).containsOnlyKeys(1);
    now += 1;
    assertThat(membership.isSure()).isFalse();
    membership.watch();
    assertThat(told).containsExactly("begin 1", "drop 1");
    assertThat(membership.held()).isEmpty();
    away = false;
    claim(1);
    assertThat(membership.isSure()).isTrue();
    assertThat(told).endsWith("begin 1");
  }

  @Test
  void whoComesBackLateHearsForHowLongBeforeAnythingBegins() {
    claim(1);
    now += LEASE.toNanos();
    claim(2);
    assertThat(told).containsExactly("begin 1", "begin 2");
    now += LEASE.plusSeconds(7).toNanos();
    claim(3);
    assertThat(told).endsWith("away 7", "begin 3");
  }

  @Test
  void timeThatPassesWhileTheStoreAnswersCountsToo() {
    claim(1);
    now += LEASE.dividedBy(2).toNanos();
    stoppedFor = LEASE;
    claim(2);
    assertThat(told).endsWith("away 7", "begin 2");
    assertThat(membership.isSure()).isFalse();
  }

  @Test
  void whatAnotherHasIsDropped() {
    claim(1, 2);
    answer = new Beat(Map.of(2, new Lease(2, 1)), List.of(), 2, 0);
    membership.beat();
    assertThat(membership.held()).containsOnlyKeys(2);
    assertThat(told).endsWith("drop 1");
  }

  @Test
  void whatOthersLackIsGivenUpInOrderAndReleasedWhenAllHasEnded() {
    claim(1, 2, 3);
    answer = new Beat(Map.of(), List.of(), 2, 2);
    membership.beat();
    assertThat(told).endsWith("end 3", "end 2");
    assertThat(released).isEmpty();
    answer =
        new Beat(Map.of(), List.of(), 2, 2); // the store does not know yet that they are leaving
    membership.beat();
    assertThat(told).hasSize(5);
    endings.forEach(ending -> ending.complete(null));
    assertThat(released).containsExactly(2, 3);
    assertThat(membership.held()).containsOnlyKeys(1);
  }

  @Test
  void whoHasAllIsAlone() {
    claim(IntStream.range(0, Lease.SHARDS - 1).toArray());
    assertThat(membership.hasAll()).isFalse();
    claim(Lease.SHARDS - 1);
    assertThat(membership.hasAll()).isTrue();
    answer = new Beat(Map.of(), List.of(), 2, 0);
    membership.beat();
    assertThat(membership.hasAll()).isFalse();
  }

  @Test
  void whoLeavesGivesAllBack() {
    claim(1, 2);
    membership.leave();
    assertThat(released).containsExactly(1, 2);
    assertThat(told).endsWith("left");
    membership.beat();
    assertThat(membership.held()).isEmpty();
  }
}
