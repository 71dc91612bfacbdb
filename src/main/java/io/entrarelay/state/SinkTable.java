package io.entrarelay.state;

import io.entrarelay.state.Store.Backlog;
import io.entrarelay.state.Store.Replay;
import io.entrarelay.state.Store.SinkState;
import io.entrarelay.state.Store.Waiting;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The sinks that read the outbox: what each takes, what waits for it, how it is set back. */
final class SinkTable {
  private SinkTable() {}

  /**
   * Notes a sink with its forms.
   *
   * @param fromNow a sink that is new begins behind all that the outbox holds
   */
  static void begin(Session session, String sink, Set<String> forms, boolean fromNow)
      throws SQLException {
    boolean isNew = session.number("SELECT count(*) FROM sink WHERE name = ?", sink) == 0;
    if (isNew && fromNow) {
      session.update(
          "INSERT INTO position (sink, shard, sequence, closing, replay)"
              + " SELECT ?, shard, sequence, sequence, 0 FROM lease WHERE shard >= 0"
              + " ON CONFLICT (sink, shard) DO NOTHING",
          sink);
    }
    DeadLetterTable.retire(session, sink, forms);
    session.update(
        "INSERT INTO sink (name, forms) VALUES (?, ?)"
            + " ON CONFLICT (name) DO UPDATE SET forms = excluded.forms",
        sink,
        String.join(",", new TreeSet<>(forms)));
  }

  /** Forgets these sinks; what was to be tried again for one of them is a dead letter again. */
  static void retire(Session session, Set<String> sinks) throws SQLException {
    DeadLetterTable.retire(session, sinks);
    session.update(
        "DELETE FROM sink WHERE name IN (" + Session.marks(sinks) + ")", sinks.toArray());
  }

  static Map<Integer, Long> marks(Session session) throws SQLException {
    Map<Integer, Long> marks = new TreeMap<>();
    session
        .rows(
            "SELECT lease.shard, lease.sequence + coalesce(back.replays, 0) FROM lease"
                + " LEFT JOIN (SELECT shard, sum(replay) AS replays FROM position GROUP BY shard)"
                + " back ON back.shard = lease.shard",
            row -> Map.entry(row.getInt(1), row.getLong(2)))
        .forEach(mark -> marks.put(mark.getKey(), mark.getValue()));
    return marks;
  }

  /** What these sinks have not all passed, by the shards' counts of bytes. */
  static Waiting waiting(Session session, Set<String> sinks) throws SQLException {
    List<Object> values = new ArrayList<>(List.of(sinks.size()));
    values.addAll(sinks);
    Waiting waiting =
        session.first(
            "SELECT coalesce(sum(bytes - starts), 0), coalesce(min(collected_at), 0) FROM ("
                + "SELECT bytes, "
                + firstBehind("starts")
                + " AS starts, "
                + firstBehind("collected_at")
                + " AS collected_at FROM (SELECT shard, bytes,"
                + " (SELECT CASE WHEN count(*) = ? THEN min(position.sequence) ELSE 0 END"
                + " FROM position WHERE position.shard = lease.shard AND position.sink IN ("
                + Session.marks(sinks)
                + ")) AS passed FROM lease) passing) behind WHERE starts IS NOT NULL",
            row -> new Waiting(row.getLong(1), row.getLong(2)),
            values.toArray());
    return waiting == null ? Waiting.NOTHING : waiting;
  }

  /** A column of a shard's first row behind what was passed: a scalar, so that its key is used. */
  private static String firstBehind(String column) {
    return "(SELECT outbox."
        + column
        + " FROM outbox WHERE outbox.shard = passing.shard AND outbox.sequence > passing.passed"
        + " ORDER BY outbox.sequence LIMIT 1)";
  }

  private static Set<String> forms(String joined) {
    return new TreeSet<>(Set.of(joined.split(",")));
  }

  static Map<String, Set<String>> forms(Session session) throws SQLException {
    Map<String, Set<String>> sinks = new TreeMap<>();
    session
        .rows("SELECT name, forms FROM sink", row -> List.of(row.getString(1), row.getString(2)))
        .forEach(row -> sinks.put(row.get(0), forms(row.get(1))));
    return sinks;
  }

  static List<SinkState> list(Session session) throws SQLException {
    List<SinkState> states = new ArrayList<>();
    for (Map.Entry<String, Set<String>> sink : forms(session).entrySet()) {
      states.add(state(session, sink.getKey(), sink.getValue()));
    }
    return states;
  }

  private static SinkState state(Session session, String sink, Set<String> forms)
      throws SQLException {
    List<Object> values = new ArrayList<>(List.of(sink, sink));
    values.addAll(forms);
    long records =
        session.number(
            "SELECT coalesce(sum(outbox.records), 0) FROM lease"
                + " JOIN outbox ON outbox.shard = lease.shard AND outbox.sequence > coalesce("
                + "(SELECT position.sequence FROM position"
                + " WHERE position.sink = ? AND position.shard = lease.shard), 0)"
                + " WHERE (outbox.sink IS NULL OR outbox.sink = ?) AND outbox.form IN ("
                + Session.marks(forms)
                + ")",
            values.toArray());
    long replays =
        session.number("SELECT coalesce(max(replay), 0) FROM position WHERE sink = ?", sink);
    return new SinkState(
        sink, forms, records, waiting(session, Set.of(sink)), Math.toIntExact(replays));
  }

  /** What waits for each sink; of more outbox rows than {@code most} the rest isn't counted. */
  static List<Backlog> backlogs(Session session, int most) throws SQLException {
    List<Backlog> backlogs = new ArrayList<>();
    for (Map.Entry<String, Set<String>> sink : forms(session).entrySet()) {
      backlogs.add(backlog(session, sink.getKey(), sink.getValue(), most));
    }
    return backlogs;
  }

  private static Backlog backlog(Session session, String sink, Set<String> forms, int most)
      throws SQLException {
    List<Object> values = new ArrayList<>(List.of(sink, sink));
    values.addAll(forms);
    values.add(most + 1);
    List<long[]> rows =
        session.rows(
            "SELECT outbox.records, outbox.collected_at FROM lease"
                + " JOIN outbox ON outbox.shard = lease.shard AND outbox.sequence > coalesce("
                + "(SELECT position.sequence FROM position"
                + " WHERE position.sink = ? AND position.shard = lease.shard), 0)"
                + " WHERE (outbox.sink IS NULL OR outbox.sink = ?) AND outbox.form IN ("
                + Session.marks(forms)
                + ") LIMIT ?",
            row -> new long[] {row.getLong(1), row.getLong(2)},
            values.toArray());
    Waiting kept = waiting(session, Set.of(sink));
    boolean more = rows.size() > most;
    long records = rows.stream().limit(most).mapToLong(row -> row[0]).sum();
    long oldest = more ? kept.oldest() : rows.stream().mapToLong(row -> row[1]).min().orElse(0);
    Backlog backlog =
        session.first(
            "SELECT coalesce(max(moved_at), 0), coalesce(max(replay), 0) FROM position"
                + " WHERE sink = ?",
            row ->
                new Backlog(
                    sink,
                    forms,
                    records,
                    more,
                    oldest,
                    rows.isEmpty() ? 0 : kept.bytes(),
                    row.getLong(1),
                    row.getInt(2)),
            sink);
    return Objects.requireNonNull(backlog, "an aggregate has a row");
  }

  /**
   * Sets a sink's positions back to before the first row that was collected at this time or later.
   */
  static @Nullable Replay replay(Session session, String sink, long from) throws SQLException {
    String joined =
        session.first("SELECT forms FROM sink WHERE name = ?", row -> row.getString(1), sink);
    if (joined == null) {
      return null;
    }
    Set<String> forms = forms(joined);
    List<long[]> positions =
        session.rows(
            "SELECT shard, sequence FROM position WHERE sink = ? ORDER BY shard",
            row -> new long[] {row.getLong(1), row.getLong(2)},
            sink);
    Map<String, Long> records = new TreeMap<>();
    for (long[] position : positions) {
      replay(session, sink, forms, position, from, records);
    }
    return new Replay(records);
  }

  private static void replay(
      Session session,
      String sink,
      Set<String> forms,
      long[] position,
      long from,
      Map<String, Long> records)
      throws SQLException {
    long shard = position[0];
    List<Object> values = new ArrayList<>(List.of(shard, position[1], from, sink));
    values.addAll(forms);
    Long first =
        session.first(
            "SELECT sequence FROM outbox WHERE shard = ? AND sequence <= ? AND collected_at >= ?"
                + " AND (sink IS NULL OR sink = ?) AND form IN ("
                + Session.marks(forms)
                + ") ORDER BY sequence LIMIT 1",
            row -> row.getLong(1),
            values.toArray());
    if (first == null) {
      return;
    }
    values = new ArrayList<>(List.of(shard, first, position[1], sink));
    values.addAll(forms);
    session
        .rows(
            "SELECT form, sum(records) FROM outbox"
                + " WHERE shard = ? AND sequence BETWEEN ? AND ? AND (sink IS NULL OR sink = ?)"
                + " AND form IN ("
                + Session.marks(forms)
                + ") GROUP BY form",
            row -> Map.entry(row.getString(1), row.getLong(2)),
            values.toArray())
        .forEach(form -> records.merge(form.getKey(), form.getValue(), Long::sum));
    session.update(
        "UPDATE position SET sequence = ?, closing = ?, replay = replay + 1"
            + " WHERE sink = ? AND shard = ?",
        first - 1,
        first - 1,
        sink,
        shard);
  }
}
