package io.entrarelay.state;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.entrarelay.state.DeadLetters.Count;
import io.entrarelay.state.DeadLetters.Filter;
import io.entrarelay.state.DeadLetters.Letter;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Records set aside; what is set aside again is counted. */
final class DeadLetterTable {
  private DeadLetterTable() {}

  static void add(Session session, int shard, List<DeadLetter> letters, long now)
      throws SQLException {
    for (DeadLetter letter : letters) {
      session.update(
          "INSERT INTO dead_letter (fingerprint, shard, stage, reason, form, integration, report,"
              + " tenant_id, collected_at, record_id, revision, first_at, last_at, times, bytes,"
              + " record) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1, ?, ?)"
              + " ON CONFLICT (fingerprint) DO UPDATE SET reason = excluded.reason,"
              + " last_at = excluded.last_at, times = dead_letter.times + 1, retry = NULL",
          letter.fingerprint(),
          shard,
          letter.stage(),
          letter.reason(),
          letter.form(),
          letter.integration(),
          letter.report(),
          letter.tenantId(),
          letter.collectedAt(),
          bytes(letter.recordId()),
          letter.revision(),
          now,
          now,
          letter.record().length,
          letter.record());
    }
  }

  /** An id may hold any character, and PostgreSQL takes no U+0000 in a text. */
  private static byte @Nullable [] bytes(@Nullable String id) {
    return id == null ? null : id.getBytes(UTF_8);
  }

  private static @Nullable String text(byte @Nullable [] id) {
    return id == null ? null : new String(id, UTF_8);
  }

  /** What a sink was to try again and has passed, without refusing it once more, has left. */
  static void passed(Session session, String sink, int shard, long sequence) throws SQLException {
    session.update(
        "DELETE FROM dead_letter WHERE shard = ? AND retry <= ? AND stage = ?",
        shard,
        sequence,
        DeadLetter.stageOf(sink));
  }

  /** What is on its way to one of these sinks stays a letter, and its line is taken back. */
  static void retire(Session session, Set<String> sinks) throws SQLException {
    List<String> stages = sinks.stream().map(DeadLetter::stageOf).toList();
    takeBack(session, "stage IN (" + Session.marks(stages) + ")", new ArrayList<>(stages));
  }

  /** What is on its way to a sink in a form that it doesn't take any more stays a letter. */
  static void retire(Session session, String sink, Set<String> forms) throws SQLException {
    List<Object> values = new ArrayList<>(List.of(DeadLetter.stageOf(sink)));
    values.addAll(forms);
    takeBack(session, "stage = ? AND form NOT IN (" + Session.marks(forms) + ")", values);
  }

  private static void takeBack(Session session, String which, List<Object> values)
      throws SQLException {
    String where = " WHERE retry IS NOT NULL AND " + which;
    List<long[]> lines =
        session.rows(
            "SELECT shard, retry FROM dead_letter" + where,
            row -> new long[] {row.getLong(1), row.getLong(2)},
            values.toArray());
    for (long[] line : lines) {
      session.update("DELETE FROM outbox WHERE shard = ? AND sequence = ?", line[0], line[1]);
    }
    session.update("UPDATE dead_letter SET retry = NULL" + where, values.toArray());
  }

  static Map<String, Count> counts(Session session) throws SQLException {
    Map<String, Count> counts = new TreeMap<>();
    session
        .rows(
            "SELECT stage, count(*), sum(bytes) FROM dead_letter GROUP BY stage",
            row -> Map.entry(row.getString(1), new Count(row.getLong(2), row.getLong(3))))
        .forEach(count -> counts.put(count.getKey(), count.getValue()));
    return counts;
  }

  /** The condition of a filter, whose values are added. */
  private static String where(Filter filter, List<Object> values) {
    StringBuilder where = new StringBuilder("1 = 1");
    if (!filter.ids().isEmpty()) {
      where.append(" AND id IN (").append(Session.marks(filter.ids())).append(")");
      values.addAll(filter.ids());
    }
    and("stage", filter.stage(), where, values);
    and("integration", filter.integration(), where, values);
    and("report", filter.report(), where, values);
    return where.toString();
  }

  private static void and(
      String column, @Nullable String value, StringBuilder where, List<Object> values) {
    if (value != null) {
      where.append(" AND ").append(column).append(" = ?");
      values.add(value);
    }
  }

  static long count(Session session, Filter filter) throws SQLException {
    List<Object> values = new ArrayList<>();
    String where = where(filter, values);
    return session.number("SELECT count(*) FROM dead_letter WHERE " + where, values.toArray());
  }

  static List<Letter> list(Session session, Filter filter, long after, int most)
      throws SQLException {
    List<Object> values = new ArrayList<>();
    String where = where(filter, values);
    values.add(after);
    values.add(most);
    return session.rows(
        "SELECT id, shard, stage, reason, form, integration, report, tenant_id, collected_at,"
            + " record_id, revision, first_at, last_at, times, retry, bytes FROM dead_letter WHERE "
            + where
            + " AND id > ? ORDER BY id LIMIT ?",
        row ->
            new Letter(
                row.getLong(1),
                row.getInt(2),
                row.getString(3),
                row.getString(4),
                row.getString(5),
                row.getString(6),
                row.getString(7),
                row.getString(8),
                row.getLong(9),
                text(row.getBytes(10)),
                row.getInt(11),
                row.getLong(12),
                row.getLong(13),
                row.getInt(14),
                row.getObject(15) != null,
                row.getInt(16)),
        values.toArray());
  }

  static byte @Nullable [] record(Session session, long id) throws SQLException {
    return session.first("SELECT record FROM dead_letter WHERE id = ?", row -> row.getBytes(1), id);
  }

  /** Whether the letter was there and not on its way already: now it is. */
  static boolean take(Session session, long id) throws SQLException {
    return session.update("UPDATE dead_letter SET retry = 0 WHERE id = ? AND retry IS NULL", id)
        == 1;
  }

  static void retried(Session session, long id, long number) throws SQLException {
    session.update("UPDATE dead_letter SET retry = ? WHERE id = ?", number, id);
  }

  static boolean remove(Session session, long id) throws SQLException {
    return session.update("DELETE FROM dead_letter WHERE id = ?", id) == 1;
  }

  static void failedAgain(Session session, long id, String reason, long now) throws SQLException {
    session.update(
        "UPDATE dead_letter SET reason = ?, last_at = ?, times = times + 1 WHERE id = ?",
        DeadLetter.kept(reason),
        now,
        id);
  }

  static int drop(Session session, Filter filter) throws SQLException {
    List<Object> values = new ArrayList<>();
    String where = where(filter, values);
    return session.update(
        "DELETE FROM dead_letter WHERE retry IS NULL AND " + where, values.toArray());
  }
}
