package io.entrarelay.collect;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.entrarelay.record.FormLines;
import io.entrarelay.record.LineIdentity;
import io.entrarelay.record.PageException;
import io.entrarelay.record.Report;
import io.entrarelay.record.Reports;
import io.entrarelay.state.OutboxEntry;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A record whose time moves with each change is one record, with a revision for each change. */
class MovingTimesTest {
  @SuppressWarnings("NullAway.Init") // JUnit sets it
  @TempDir
  Path directory;

  private static Report report() {
    Report report = Reports.signIns();
    report.setName("riskyUsers");
    report.setTime("riskLastUpdatedDateTime");
    report.setTimeMoves(true);
    return report;
  }

  private static String user(String id, String changed, String state) {
    return String.format(
        "{\"id\":\"%s\",\"riskLastUpdatedDateTime\":\"%s\",\"riskState\":\"%s\"}",
        id, changed, state);
  }

  /** Reads what Graph shows now. */
  private static void read(Collecting collecting, String... users) {
    collecting.read(
        turn -> {
          PageLoop loop =
              new PageLoop(
                  collecting.pages(), asked -> "{\"value\":[" + String.join(",", users) + "]}");
          try {
            loop.read(turn);
          } catch (PageException e) {
            throw new IllegalStateException(e);
          }
        });
  }

  /** Each line that has left, as id, revision and state. */
  private static List<String> left(Collecting collecting) throws IOException {
    List<String> left = new ArrayList<>();
    long after = 0;
    int shard = collecting.feed().lease().shard();
    for (OutboxEntry page = collecting.store().next("files", shard, after, Set.of("vendor"));
        page != null;
        page = collecting.store().next("files", shard, after, Set.of("vendor"))) {
      after = page.sequence();
      for (String line :
          new String(FormLines.read(page.zstd(), 1 << 20).toBytes(), UTF_8).split("\n")) {
        byte[] bytes = line.getBytes(UTF_8);
        LineIdentity identity = LineIdentity.ofVendor(bytes, 0, bytes.length);
        left.add(
            identity.id()
                + " "
                + identity.revision()
                + " "
                + line.replaceAll(".*\"riskState\":\"(\\w+)\".*", "$1"));
      }
    }
    return left;
  }

  @Test
  void eachChangeIsARevisionWhereverItComesFrom() throws IOException {
    try (Collecting collecting = new Collecting(directory, report())) {
      read(collecting, user("a", "2026-11-22T11:59:30Z", "atRisk"));
      collecting.pass(Duration.ofMinutes(30));
      read(
          collecting,
          user("a", "2026-11-22T12:20:00Z", "dismissed"),
          user("b", "2026-11-22T12:21:00Z", "atRisk"));
      collecting.pass(Duration.ofMinutes(1));
      read(collecting, user("a", "2026-11-22T12:20:00Z", "dismissed"));
      assertThat(left(collecting)).containsExactly("a 0 atRisk", "a 1 dismissed", "b 0 atRisk");
    }
  }

  @Test
  void theyAreKnownAfterMonthsAndARestart() throws IOException {
    try (Collecting collecting = new Collecting(directory, report())) {
      read(collecting, user("a", "2026-11-22T11:59:30Z", "atRisk"));
      collecting.pass(Duration.ofDays(100));
      collecting.collector().forget(Duration.ofDays(3));
    }
    try (Collecting collecting = new Collecting(directory, report())) {
      collecting.pass(Duration.ofDays(100));
      read(collecting, user("a", "2027-03-02T11:59:30Z", "remediated"));
      assertThat(left(collecting)).containsExactly("a 0 atRisk", "a 1 remediated");
    }
  }
}
