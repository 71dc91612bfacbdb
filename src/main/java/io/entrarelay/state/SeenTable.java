package io.entrarelay.state;

import io.entrarelay.state.PageCommit.SeenSegment;
import java.io.ByteArrayOutputStream;
import java.sql.SQLException;

/** The pairs already taken, by minute of event time, in segments that are appended. */
final class SeenTable {
  private SeenTable() {}

  static byte[] pairs(Session session, long feed, long minute) throws SQLException {
    ByteArrayOutputStream pairs = new ByteArrayOutputStream();
    session
        .rows(
            "SELECT pairs FROM seen WHERE feed = ? AND minute = ? ORDER BY segment",
            row -> row.getBytes(1),
            feed,
            minute)
        .forEach(pairs::writeBytes);
    return pairs.toByteArray();
  }

  static void append(Session session, long feed, long takenAt, SeenSegment segment)
      throws SQLException {
    session.update(
        "INSERT INTO seen (feed, minute, segment, taken_at, pairs) VALUES (?, ?,"
            + " (SELECT coalesce(max(segment), 0) + 1 FROM seen WHERE feed = ? AND minute = ?),"
            + " ?, ?)",
        feed,
        segment.minute(),
        feed,
        segment.minute(),
        takenAt,
        segment.pairs());
  }

  static int forget(Session session, long feed, long minuteBefore, long takenBefore)
      throws SQLException {
    return session.update(
        "DELETE FROM seen WHERE feed = ? AND minute < ? AND taken_at < ?",
        feed,
        minuteBefore,
        takenBefore);
  }
}
