package io.entrarelay.state;

import io.entrarelay.plan.Intervals;
import io.entrarelay.plan.Intervals.Span;
import io.entrarelay.plan.Plan.Coverage;
import io.entrarelay.plan.Plan.Recheck;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.TreeMap;

/** The feeds: what of each was read, is to be read again, and was found. */
final class FeedTable {
  private FeedTable() {}

  static FeedState feed(
      Session session, String tenantId, String clientId, String report, long since)
      throws SQLException {
    int made =
        session.update(
            "INSERT INTO feed (tenant_id, client_id, report, since, not_before)"
                + " VALUES (?, ?, ?, ?, 0) ON CONFLICT (tenant_id, client_id, report) DO NOTHING",
            tenantId,
            clientId,
            report,
            since);
    record Row(long id, long since, long notBefore) {}
    Row feed =
        Objects.requireNonNull(
            session.first(
                "SELECT id, since, not_before FROM feed"
                    + " WHERE tenant_id = ? AND client_id = ? AND report = ?",
                row -> new Row(row.getLong(1), row.getLong(2), row.getLong(3)),
                tenantId,
                clientId,
                report));
    return new FeedState(
        feed.id,
        made == 1,
        new Coverage(feed.since, readings(session, feed.id), rechecks(session, feed.id)),
        feed.notBefore,
        tallies(session, feed.id));
  }

  private static NavigableMap<Long, Intervals> readings(Session session, long feed)
      throws SQLException {
    NavigableMap<Long, Intervals> readings = new TreeMap<>();
    session.rows(
        "SELECT age, begins, ends FROM reading WHERE feed = ?",
        row ->
            readings.merge(
                row.getLong(1), Intervals.of(row.getLong(2), row.getLong(3)), Intervals::plus),
        feed);
    return readings;
  }

  private static List<Recheck> rechecks(Session session, long feed) throws SQLException {
    return session.rows(
        "SELECT begins, ends, due FROM recheck WHERE feed = ?",
        row -> new Recheck(row.getLong(1), row.getLong(2), row.getLong(3)),
        feed);
  }

  private static NavigableMap<Long, Tally> tallies(Session session, long feed) throws SQLException {
    NavigableMap<Long, Tally> tallies = new TreeMap<>();
    session.rows(
        "SELECT age, taken, revised, repeated, dropped, parked FROM tally WHERE feed = ?",
        row ->
            tallies.put(
                row.getLong(1),
                new Tally(
                    row.getLong(2),
                    row.getLong(3),
                    row.getLong(4),
                    row.getLong(5),
                    row.getLong(6))),
        feed);
    return tallies;
  }

  static void count(Session session, long feed, Map<Long, Tally> tallies) throws SQLException {
    for (Map.Entry<Long, Tally> each : tallies.entrySet()) {
      Tally tally = each.getValue();
      session.update(
          "INSERT INTO tally (feed, age, taken, revised, repeated, dropped, parked)"
              + " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (feed, age) DO UPDATE SET"
              + " taken = tally.taken + excluded.taken,"
              + " revised = tally.revised + excluded.revised,"
              + " repeated = tally.repeated + excluded.repeated,"
              + " dropped = tally.dropped + excluded.dropped,"
              + " parked = tally.parked + excluded.parked",
          feed,
          each.getKey(),
          tally.taken(),
          tally.revised(),
          tally.repeated(),
          tally.dropped(),
          tally.parked());
    }
  }

  static void cover(Session session, long feed, Coverage coverage) throws SQLException {
    session.update("UPDATE feed SET since = ? WHERE id = ?", coverage.since(), feed);
    session.update("DELETE FROM reading WHERE feed = ?", feed);
    for (Map.Entry<Long, Intervals> reading : coverage.read().entrySet()) {
      if (reading.getValue().isEmpty()) {
        // a sweep that has read nothing yet is not one that is new: its age is kept
        reading(session, feed, reading.getKey(), 0, 0);
      }
      for (Span span : reading.getValue().spans()) {
        reading(session, feed, reading.getKey(), span.from(), span.to());
      }
    }
    session.update("DELETE FROM recheck WHERE feed = ?", feed);
    for (Recheck recheck : coverage.rechecks()) {
      session.update(
          "INSERT INTO recheck (feed, begins, ends, due) VALUES (?, ?, ?, ?)",
          feed,
          recheck.from(),
          recheck.to(),
          recheck.due());
    }
  }

  private static void reading(Session session, long feed, long age, long begins, long ends)
      throws SQLException {
    session.update(
        "INSERT INTO reading (feed, age, begins, ends) VALUES (?, ?, ?, ?)",
        feed,
        age,
        begins,
        ends);
  }
}
