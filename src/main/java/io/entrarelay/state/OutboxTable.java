package io.entrarelay.state;

import io.entrarelay.state.PageCommit.OutboxRow;
import io.entrarelay.state.Store.OutboxSize;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The log between collecting and forwarding, and how far each sink has got with it. */
final class OutboxTable {
  private OutboxTable() {}

  /**
   * Appends rows under the numbers that end with {@code last}.
   *
   * @param sink the only sink that they are for; null for all
   */
  static void append(
      Session session, int shard, long last, @Nullable String sink, List<OutboxRow> rows)
      throws SQLException {
    long sequence = last - rows.size();
    for (OutboxRow row : rows) {
      session.update(
          "INSERT INTO outbox (shard, sequence, sink, form, integration, report, tenant_id,"
              + " collected_at, records, bytes, lines) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
          shard,
          ++sequence,
          sink,
          row.form(),
          row.integration(),
          row.report(),
          row.tenantId(),
          row.collectedAt(),
          row.records(),
          row.bytes(),
          row.zstd());
    }
  }

  static @Nullable OutboxEntry next(
      Session session, String sink, int shard, long after, Set<String> forms) throws SQLException {
    List<Object> values = new ArrayList<>(List.of(shard, after, sink));
    values.addAll(forms);
    return session.first(
        "SELECT sequence, form, integration, report, tenant_id, collected_at, records, bytes, lines"
            + " FROM outbox WHERE shard = ? AND sequence > ? AND (sink IS NULL OR sink = ?)"
            + " AND form IN ("
            + Session.marks(forms)
            + ") ORDER BY sequence LIMIT 1",
        row ->
            new OutboxEntry(
                shard,
                row.getLong(1),
                row.getString(2),
                row.getString(3),
                row.getString(4),
                row.getString(5),
                row.getLong(6),
                row.getInt(7),
                row.getInt(8),
                row.getBytes(9)),
        values.toArray());
  }

  static Position position(Session session, String sink, int shard) throws SQLException {
    Position position =
        session.first(
            "SELECT sequence, closing, replay FROM position WHERE sink = ? AND shard = ?",
            row -> new Position(row.getLong(1), row.getLong(2), row.getInt(3)),
            sink,
            shard);
    return position == null ? Position.START : position;
  }

  static void move(Session session, String sink, int shard, Position position) throws SQLException {
    session.update(
        "INSERT INTO position (sink, shard, sequence, closing, replay) VALUES (?, ?, ?, ?, ?)"
            + " ON CONFLICT (sink, shard) DO UPDATE SET sequence = excluded.sequence,"
            + " closing = excluded.closing, replay = excluded.replay",
        sink,
        shard,
        position.sequence(),
        position.closing(),
        position.replay());
  }

  /** Forgets how far all sinks but these had got. */
  static void retire(Session session, Set<String> sinks) throws SQLException {
    session.update(
        "DELETE FROM position WHERE sink NOT IN (" + Session.marks(sinks) + ")", sinks.toArray());
  }

  /** Removes what every one of these sinks has passed; where one has no position, nothing. */
  static int removePassed(Session session, int shard, Collection<String> sinks)
      throws SQLException {
    List<Object> values = new ArrayList<>(List.of(sinks.size(), shard));
    values.addAll(sinks);
    long passed =
        session.number(
            "SELECT CASE WHEN count(*) = ? THEN min(sequence) ELSE 0 END FROM position"
                + " WHERE shard = ? AND sink IN ("
                + Session.marks(sinks)
                + ")",
            values.toArray());
    return session.update("DELETE FROM outbox WHERE shard = ? AND sequence <= ?", shard, passed);
  }

  static OutboxSize size(Session session) throws SQLException {
    OutboxSize size =
        session.first(
            "SELECT count(*), coalesce(sum(length(lines)), 0) FROM outbox",
            row -> new OutboxSize(row.getLong(1), row.getLong(2)));
    return size == null ? new OutboxSize(0, 0) : size;
  }
}
