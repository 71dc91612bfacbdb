package io.entrarelay.collect;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.entrarelay.collect.Collector.Scope;
import io.entrarelay.config.Integration;
import io.entrarelay.graph.Cloud;
import io.entrarelay.plan.Schedule;
import io.entrarelay.record.PageBody;
import io.entrarelay.record.PageMemory;
import io.entrarelay.record.RecordBatch;
import io.entrarelay.record.Reports;
import io.entrarelay.state.Lease;
import io.entrarelay.state.OutboxEntry;
import io.entrarelay.state.SqliteStore;
import io.entrarelay.state.Steps;
import io.entrarelay.state.Tally;
import java.io.ByteArrayInputStream;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Records that can't be taken are set aside; their page, and all behind it, goes on. */
class FlawedRecordsTest {
  private static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");
  private static final Integration CONTOSO =
      new Integration(
          "contoso",
          "Contoso",
          "7f3f5d6c-3a5b-4c59-9a44-6d1f6f7f0a01",
          "c0ffee00-1111-4222-8333-944455556666",
          Cloud.named("global").orElseThrow(),
          Path.of("none"),
          Path.of("none"),
          null,
          List.of("signIns"));

  @SuppressWarnings("NullAway.Init") // JUnit sets it
  @TempDir
  Path directory;

  private record Parked(String stage, String reason, int bytes) {}

  @Test
  void aRecordThatIsTooLargeOrNoneIsSetAsideAndTheWindowIsComplete() throws Exception {
    String large = record("large", "x".repeat(RecordBatch.MAX_RECORD_BYTES));
    String body =
        "{\"value\":[" + record("a", "") + "," + large + ",null," + record("b", "") + "]}";
    InstantSource clock = InstantSource.fixed(NOW);
    try (SqliteStore store = SqliteStore.open(directory.resolve("relay.db"), Steps.NONE)) {
      Map<Integer, Lease> leases = store.takeAll("test");
      Pages pages = new Pages(store, new SeenMinutes(store, 1 << 20), clock, true, shard -> {});
      List<Runnable> tasks = new ArrayList<>();
      Collector collector =
          new Collector(
              store,
              pages,
              new Budget(null, () -> 0, (at, task) -> {}),
              new Schedule(
                  Duration.ofMinutes(1),
                  Duration.ofMinutes(1),
                  List.of(Duration.ZERO),
                  Duration.ofDays(30)),
              Duration.ofMinutes(5),
              Scope.RUN,
              tasks::add,
              (delay, task) -> {},
              clock,
              turn -> read(turn, pages, body),
              leases);
      Feed feed = collector.add(CONTOSO, Reports.signIns());
      collector.tick("signIns");
      tasks.remove(0).run();

      assertThat(feed.problem()).isNull();
      assertThat(feed.missing(NOW.toEpochMilli()).isEmpty()).isTrue();
      assertThat(feed.tally().get(0L)).isEqualTo(new Tally(4, 0, 0, 0, 2));
      OutboxEntry page = store.next(feed.lease().shard(), 0, Set.of("vendor"));
      assertThat(page).isNotNull();
      assertThat(page.records()).isEqualTo(2);
    }
    assertThat(parked())
        .containsExactly(
            new Parked(
                "cut",
                "it has " + large.length() + " bytes; the most that is taken is 8388608",
                large.length()),
            new Parked("cut", "it is no object", 4));
  }

  private static String record(String id, String text) {
    return "{\"id\":\""
        + id
        + "\",\"createdDateTime\":\"2026-11-22T11:59:30Z\",\"x\":\""
        + text
        + "\"}";
  }

  private static void read(Turn turn, Pages pages, String body) {
    while (turn.next()) {
      try {
        Page page =
            pages.cut(
                turn.walk(),
                PageBody.read(
                    new ByteArrayInputStream(body.getBytes(UTF_8)),
                    new PageMemory(64 << 20),
                    Duration.ofSeconds(30)));
        turn.answered();
        pages.setRepeatedApart(page);
        Feed feed = turn.walk().feed();
        page.form(
            "vendor",
            feed.vendor()
                .write(page.batch(), page.leaving(), CONTOSO.tenantId(), CONTOSO.name(), NOW));
        pages.commit(page);
      } catch (Exception e) {
        throw new IllegalStateException(e);
      }
    }
  }

  private List<Parked> parked() throws Exception {
    List<Parked> parked = new ArrayList<>();
    try (Connection connection =
            DriverManager.getConnection("jdbc:sqlite:" + directory.resolve("relay.db"));
        ResultSet rows =
            connection
                .createStatement()
                .executeQuery("SELECT stage, reason, length(record) FROM parked ORDER BY id")) {
      while (rows.next()) {
        parked.add(new Parked(rows.getString(1), rows.getString(2), rows.getInt(3)));
      }
    }
    return parked;
  }
}
