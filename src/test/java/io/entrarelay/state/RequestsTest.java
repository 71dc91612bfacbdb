package io.entrarelay.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.entrarelay.state.Requests.Request;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Questions and answers between two connections, as between two processes. */
@Timeout(20)
class RequestsTest {
  private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");

  @SuppressWarnings("NullAway.Init") // JUnit sets it
  @TempDir
  Path directory;

  @BeforeEach
  void migrated() {
    JdbcStore.sqlite(file(), Steps.NONE).close();
  }

  private Path file() {
    return directory.resolve("relay.db");
  }

  private Requests open(Instant now) {
    return Requests.open(file(), Clock.fixed(now, ZoneOffset.UTC));
  }

  @Test
  void whatOneAsksTheOtherAnswers() {
    try (Requests asking = open(NOON);
        Requests holding = open(NOON)) {
      long first = asking.ask("reports", "contoso");
      long second = asking.ask("sinks", "");
      assertThat(holding.take(Set.of()))
          .containsExactly(
              new Request(first, "reports", "contoso", null, NOON.toEpochMilli()),
              new Request(second, "sinks", "", null, NOON.toEpochMilli()));
      assertThat(asking.await(first, Duration.ZERO)).isNull();
      holding.answer(first, "[]");
      holding.answer(first, "[1]");
      assertThat(asking.await(first, Duration.ZERO)).isEqualTo("[]");
      assertThat(holding.take(Set.of())).extracting(Request::id).containsExactly(second);
    }
  }

  @Test
  void anAnswerThatComesLaterIsWaitedForWhileTheStoreIsWritten() {
    try (JdbcStore store = JdbcStore.sqlite(file(), Steps.NONE);
        Requests asking = open(NOON);
        Requests holding = open(NOON)) {
      long id = asking.ask("sinks", "");
      CompletableFuture<Void> later =
          CompletableFuture.runAsync(
              () -> {
                store.takeAll("process 1");
                holding.answer(id, "[2]");
              },
              CompletableFuture.delayedExecutor(200, TimeUnit.MILLISECONDS));
      assertThat(asking.await(id, Duration.ofSeconds(10))).isEqualTo("[2]");
      later.join();
    }
  }

  @Test
  void aQuestionIsOneProcessesAndOneAboutAShardItsHolders() {
    try (Requests asking = open(NOON);
        Requests first = open(NOON);
        Requests second = open(NOON)) {
      long any = asking.ask("sinks", "");
      long about = asking.ask("reports", "contoso", 7);
      assertThat(first.take(Set.of(1, 2))).extracting(Request::id).containsExactly(any);
      assertThat(second.take(Set.of(7))).extracting(Request::id).containsExactly(about);
      assertThat(first.take(Set.of(7))).extracting(Request::id).containsExactly(any);
    }
  }

  @Test
  void questionsOfAnHourAgoAreForgotten() {
    try (Requests then = open(NOON);
        Requests now = open(NOON.plusSeconds(3_601))) {
      then.ask("sinks", "");
      long id = now.ask("sinks", "");
      assertThat(now.take(Set.of())).extracting(Request::id).containsExactly(id);
    }
  }

  @Test
  void withoutAStateFileThereIsNobodyToAsk() {
    assertThatThrownBy(() -> Requests.open(directory.resolve("other.db"), Clock.systemUTC()))
        .isInstanceOf(StoreException.class)
        .hasMessage(directory.resolve("other.db") + " is missing: nothing was collected here yet");
  }

  @Test
  void aStateFileOfAnotherVersionIsSaid() throws Exception {
    try (Requests asking = open(NOON)) {
      try (Connection other = DriverManager.getConnection("jdbc:sqlite:" + file());
          Statement statement = other.createStatement()) {
        statement.execute("DROP TABLE request");
      }
      assertThatThrownBy(() -> asking.ask("sinks", ""))
          .isInstanceOf(StoreException.class)
          .hasMessageStartingWith("the relay's requests could not be asked: ")
          .hasMessageContaining("no such table: request")
          .hasMessageEndingWith(
              ". Check the state's disk or server, and that both sides are of the same version");
    }
  }

  @Test
  void anAnswerIsNeverCut() {
    try (Requests holding = open(NOON)) {
      assertThatThrownBy(() -> holding.answer(1, "x".repeat(4_001)))
          .hasMessage("an answer has at most 4000 characters");
    }
  }

  @Test
  void theHolderIsNamedWhileItLives() {
    assertThat(DataDirectory.holder(directory)).isNull();
    DataDirectory taken = DataDirectory.take(directory, "run");
    assertThat(DataDirectory.holder(directory))
        .isEqualTo("process " + ProcessHandle.current().pid() + " (run)");
    taken.close();
    assertThat(DataDirectory.holder(directory)).isNull();
  }
}
