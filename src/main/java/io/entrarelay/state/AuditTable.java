package io.entrarelay.state;

import io.entrarelay.config.OneLine;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The entries of {@link AuditLog}: added, and but for failed sign-ins never removed. */
final class AuditTable {
  private static final int NAME = 255;
  private static final int VALUE = 4_000;

  private AuditTable() {}

  static void add(
      Session session,
      long now,
      String who,
      String what,
      String target,
      @Nullable String was,
      @Nullable String becomes)
      throws SQLException {
    session.update(
        "INSERT INTO audit_log (at, who, what, target, was, becomes) VALUES (?, ?, ?, ?, ?, ?)",
        now,
        OneLine.of(who, NAME),
        what,
        OneLine.of(target, NAME),
        was == null ? null : OneLine.of(was, VALUE),
        becomes == null ? null : OneLine.of(becomes, VALUE));
  }

  /** Removes the older entries of a kind. */
  static void keepNewest(Session session, String what, int most) throws SQLException {
    session.update(
        "DELETE FROM audit_log WHERE what = ? AND id <= (SELECT id FROM audit_log WHERE what = ?"
            + " ORDER BY id DESC LIMIT 1 OFFSET ?)",
        what,
        what,
        most);
  }

  static List<AuditLog.Entry> list(Session session, long before, int most) throws SQLException {
    return session.rows(
        "SELECT id, at, who, what, target, was, becomes FROM audit_log WHERE id < ?"
            + " ORDER BY id DESC LIMIT ?",
        row ->
            new AuditLog.Entry(
                row.getLong(1),
                row.getLong(2),
                row.getString(3),
                row.getString(4),
                row.getString(5),
                row.getString(6),
                row.getString(7)),
        before,
        most);
  }
}
