package io.entrarelay.collect;

import static org.assertj.core.api.Assertions.assertThat;

import io.entrarelay.collect.Collector.Scope;
import io.entrarelay.config.Contoso;
import io.entrarelay.plan.Intervals;
import io.entrarelay.plan.Schedule;
import io.entrarelay.record.PageException;
import io.entrarelay.record.Reports;
import io.entrarelay.state.JdbcStore;
import io.entrarelay.state.Steps;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A moment for which Graph never answers with a page: only its slice stays open. */
class PoisonPageTest {
  private static final long START = Instant.parse("2026-11-22T12:00:00Z").toEpochMilli();
  private static final long MINUTE = 60_000;
  private static final long POISON = START + 10 * MINUTE + 30_000;

  @SuppressWarnings("NullAway.Init") // JUnit sets it
  @TempDir
  Path directory;

  private final FakeTime time = new FakeTime();
  private final Queue<Runnable> tasks = new ArrayDeque<>();
  private final long offset = START - time.now();
  private int refused;

  private long now() {
    return time.now() + offset;
  }

  @Test
  void allButItsSliceIsRead() {
    InstantSource clock = () -> Instant.ofEpochMilli(now());
    try (JdbcStore store = JdbcStore.sqlite(directory.resolve("relay.db"), Steps.NONE)) {
      Pages pages = new Pages(store, new SeenMinutes(store, 1 << 20), clock, true, shard -> {});
      Collector[] self = new Collector[1];
      Collector collector =
          new Collector(
              store,
              pages,
              new Budget(null, false, time::now, time::at),
              new Schedule(
                  Duration.ofMinutes(1),
                  Duration.ofMinutes(1),
                  List.of(Duration.ZERO, Duration.ofMinutes(10)),
                  Duration.ofDays(30)),
              Duration.ofHours(1),
              Scope.RUN,
              tasks::add,
              (delay, task) -> time.at(time.now() + delay.toMillis(), task),
              clock,
              turn -> read(self[0], new PageLoop(pages, this::body), turn),
              () -> true);
      self[0] = collector;
      Feed feed = collector.add(Contoso.INTEGRATION, Reports.signIns(), ContosoLease.of(store));
      long lastHour = 0;
      for (int minute = 0; minute < 180; minute++) {
        collector.tick("signIns");
        for (int second = 0; second < 60; second++) {
          time.until(time.now() + 1_000);
          for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
            task.run();
          }
        }
        lastHour = minute == 119 ? refused : lastHour;
      }
      Intervals missing = feed.missing(now()).within(START, START + 60 * MINUTE);
      assertThat(missing.contains(POISON)).isTrue();
      assertThat(missing.minus(START + 10 * MINUTE, START + 11 * MINUTE)).isEqualTo(Intervals.NONE);
      assertThat(feed.lag(now()) - (now() - POISON)).isLessThan(MINUTE);
      assertThat(refused - lastHour).as("tries in an hour").isBetween(5L, 60L);
    }
  }

  private void read(Collector collector, PageLoop loop, Turn turn) {
    try {
      loop.read(turn);
    } catch (PageException e) {
      refused++;
      collector.noPage(turn, "page", String.valueOf(e.getMessage()));
    }
  }

  private String body(Turn turn) {
    boolean hit = turn.walk().window().span().contains(POISON) && now() > POISON; // it has happened
    return hit ? "{\"value\":[{\"id\":\"\u0001\"}]}" : "{\"value\":[]}";
  }
}
