package io.entrarelay.collect;

import static org.assertj.core.api.Assertions.assertThat;

import io.entrarelay.CapturedLog;
import io.entrarelay.record.PageException;
import io.entrarelay.record.RecordBatch;
import io.entrarelay.state.OutboxEntry;
import io.entrarelay.state.Tally;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Records that can't be taken are set aside; their page, and all behind it, goes on. */
class FlawedRecordsTest {
  @SuppressWarnings("NullAway.Init") // JUnit sets it
  @TempDir
  Path directory;

  private record Parked(String stage, String reason, int bytes) {}

  @Test
  void aRecordThatIsTooLargeOrNoneIsSetAsideAndTheWindowIsComplete() throws Exception {
    String large = record("large", "x".repeat(RecordBatch.MAX_RECORD_BYTES));
    String body =
        "{\"value\":[" + record("a", "") + "," + large + ",null," + record("b", "") + "]}";
    try (Collecting collecting = new Collecting(directory);
        CapturedLog log = new CapturedLog(Pages.class)) {
      PageLoop loop = new PageLoop(collecting.pages(), asked -> body);
      collecting.read(turn -> read(loop, turn));
      Feed feed = collecting.feed();

      assertThat(log.lines())
          .containsExactly(
              "WARN contoso/signIns: a record is set aside with the dead letters: it has "
                  + large.length()
                  + " bytes; the most that is taken is 8388608",
              "WARN contoso/signIns: a record is set aside with the dead letters: it is no object");
      assertThat(feed.problem()).isNull();
      assertThat(feed.missing(collecting.now().toEpochMilli()).isEmpty()).isTrue();
      assertThat(feed.tally().get(0L)).isEqualTo(new Tally(4, 0, 0, 0, 2));
      OutboxEntry page =
          collecting.store().next("files", feed.lease().shard(), 0, Set.of("vendor"));
      assertThat(page).extracting(OutboxEntry::records).isEqualTo(2);
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

  private static void read(PageLoop loop, Turn turn) {
    try {
      loop.read(turn);
    } catch (PageException e) {
      throw new IllegalStateException(e);
    }
  }

  private List<Parked> parked() throws Exception {
    List<Parked> parked = new ArrayList<>();
    try (Connection connection =
            DriverManager.getConnection("jdbc:sqlite:" + directory.resolve("relay.db"));
        ResultSet rows =
            connection
                .createStatement()
                .executeQuery(
                    "SELECT stage, reason, length(record) FROM dead_letter ORDER BY id")) {
      while (rows.next()) {
        parked.add(new Parked(rows.getString(1), rows.getString(2), rows.getInt(3)));
      }
    }
    return parked;
  }
}
