package io.entrarelay.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.entrarelay.config.Role;
import io.entrarelay.state.AuditLog.Entry;
import io.entrarelay.state.Users.User;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What is promised of users and of the audit log, on each of the store's databases. */
@Timeout(60)
abstract class UsersContract {
  @SuppressWarnings("NullAway.Init") // JUnit sets it
  @TempDir
  Path directory;

  @SuppressWarnings("NullAway.Init") // set before each test
  private Store store;

  @SuppressWarnings("NullAway.Init") // set before each test
  private Users users;

  @SuppressWarnings("NullAway.Init") // set before each test
  private AuditLog log;

  /** Opens the store, the same one each time within a test. */
  abstract Store open();

  @BeforeEach
  void start() {
    store = open();
    users = store.users();
    log = store.auditLog();
  }

  @AfterEach
  void stop() {
    store.close();
  }

  @Test
  void nodesThatStartTogetherMakeOneFirstUser() throws Exception {
    assertThat(users.hasNoFirst()).isTrue();
    ExecutorService nodes = Executors.newFixedThreadPool(4);
    try {
      List<Callable<Boolean>> starts = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        String hash = "hash-" + i;
        starts.add(
            () -> users.addFirst("admin", Role.TENANT_ADMINISTRATOR, hash, "the first start"));
      }
      int made = 0;
      for (Future<Boolean> each : nodes.invokeAll(starts)) {
        made += each.get() ? 1 : 0;
      }
      assertThat(made).isEqualTo(1);
    } finally {
      nodes.shutdownNow();
    }
    assertThat(users.list()).hasSize(1);
    users.remove("admin", "test");
    assertThat(users.hasNoFirst()).isFalse();
    assertThat(users.addFirst("admin", Role.VIEWER, "hash", "test")).isFalse();
    assertThat(users.list()).isEmpty();
  }

  @Test
  void eachChangeIsAnotherVersionAndAnEntry() {
    assertThat(users.add("kim", Role.OPERATOR, "first", "admin")).isTrue();
    assertThat(users.add("kim", Role.VIEWER, "second", "admin")).isFalse();
    User added = Objects.requireNonNull(users.find("kim"));
    assertThat(added.role()).isEqualTo(Role.OPERATOR);
    assertThat(added.toString()).doesNotContain("first");
    assertThat(users.setPassword("kim", "third", "admin")).isTrue();
    assertThat(users.setRole("kim", Role.VIEWER, "admin")).isTrue();
    User changed = Objects.requireNonNull(users.find("kim"));
    assertThat(changed.password()).isEqualTo("third");
    assertThat(changed.role()).isEqualTo(Role.VIEWER);
    assertThat(changed.version()).isEqualTo(added.version() + 2);
    assertThat(users.remove("kim", "admin")).isTrue();
    assertThat(users.find("kim")).isNull();
    assertThat(users.remove("kim", "admin")).isFalse();
    assertThat(users.setRole("kim", Role.VIEWER, "admin")).isFalse();
    assertThat(users.setPassword("kim", "x", "admin")).isFalse();
    assertThat(log.list(Long.MAX_VALUE, 10))
        .extracting(Entry::what, Entry::was, Entry::becomes)
        .containsExactly(
            tuple("user removed", "viewer", null),
            tuple("role changed", "operator", "viewer"),
            tuple("password changed", null, null),
            tuple("user added", null, "operator"));
  }

  @Test
  void entriesAreReadInPagesAndFitTheirColumns() {
    for (int i = 0; i < 5; i++) {
      log.write("who\u0000\n", "renamed", "x".repeat(1_000), "y".repeat(10_000), null);
    }
    List<Entry> first = log.list(Long.MAX_VALUE, 3);
    assertThat(first).hasSize(3);
    assertThat(log.list(first.get(2).id(), 3)).hasSize(2);
    assertThat(first.get(0).who()).isEqualTo("who  ");
    assertThat(first.get(0).target()).hasSize(255);
  }

  @Test
  void onlyTheNewestFailedSignInsAreKept() {
    log.write("admin", "role changed", "kim", null, null);
    for (int i = 0; i < 5; i++) {
      log.keeping(2).write("unknown", AuditLog.SIGN_IN_FAILED, "192.0.2.1", null, null);
    }
    assertThat(log.list(Long.MAX_VALUE, 10))
        .extracting(Entry::what)
        .containsExactly(AuditLog.SIGN_IN_FAILED, AuditLog.SIGN_IN_FAILED, "role changed");
  }
}
