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
   * Appends rows under the numbers that were taken last.
   *
   * @param sink the only sink that they are for; null for all
   * @return the last of the numbers
   */
  static long append(Session session, int shard, @Nullable String sink, List<OutboxRow> rows)
      throws SQLException {
    long last = LeaseTable.last(session, shard);
    long sequence = last - rows.size();
    long starts = LeaseTable.bytes(session, shard) - OutboxRow.stored(rows);
    for (OutboxRow row : rows) {
      session.update(
          "INSERT INTO outbox (shard, sequence, sink, form, integration, report, tenant_id,"
              + " collected_at, records, bytes, starts, lines)"
              + " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
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
          starts,
          row.zstd());
      starts += row.zstd().length;
    }
    return last;
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

  /**
   * Moves a position.
   *
   * @param now when that is, where it comes further
   * @throws StoreException.PositionSetBack where someone has set it back: then it stays there
   */
  static void move(Session session, String sink, int shard, Position position, long now)
      throws SQLException {
    int moved =
        session.update(
            "INSERT INTO position (sink, shard, sequence, closing, replay, moved_at)"
                + " VALUES (?, ?, ?, ?, ?, ?)"
                + " ON CONFLICT (sink, shard) DO UPDATE SET sequence = excluded.sequence,"
                + " closing = excluded.closing, moved_at = CASE WHEN position.sequence <"
                + " excluded.sequence THEN excluded.moved_at ELSE position.moved_at END"
                + " WHERE position.replay = excluded.replay",
            sink,
            shard,
            position.sequence(),
            position.closing(),
            position.replay(),
            position.sequence() == 0 ? 0 : now);
    if (moved == 0) {
      throw new StoreException.PositionSetBack(sink, shard);
    }
  }

  /** Forgets how far these sinks had got. */
  static void retire(Session session, Set<String> sinks) throws SQLException {
    session.update(
        "DELETE FROM position WHERE sink IN (" + Session.marks(sinks) + ")", sinks.toArray());
  }

  /**
   * Removes what every one of these sinks has passed, up to the first row that was not collected
   * before this time; where a sink has no position, nothing.
   */
  static int removePassed(
      Session session, int shard, Collection<String> sinks, long collectedBefore)
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
    Long kept =
        session.first(
            "SELECT sequence FROM outbox WHERE shard = ? AND sequence <= ? AND collected_at >= ?"
                + " ORDER BY sequence LIMIT 1",
            row -> row.getLong(1),
            shard,
            passed,
            collectedBefore);
    return session.update(
        "DELETE FROM outbox WHERE shard = ? AND sequence <= ?",
        shard,
        kept == null ? passed : kept - 1);
  }

  static OutboxSize size(Session session) throws SQLException {
    OutboxSize size =
        session.first(
            "SELECT (SELECT count(*) FROM outbox), coalesce(sum(bytes - starts), 0) FROM ("
                + "SELECT bytes, (SELECT outbox.starts FROM outbox"
                + " WHERE outbox.shard = lease.shard ORDER BY outbox.sequence LIMIT 1) AS starts"
                + " FROM lease) held WHERE starts IS NOT NULL",
            row -> new OutboxSize(row.getLong(1), row.getLong(2)));
    return size == null ? new OutboxSize(0, 0) : size;
  }
}
