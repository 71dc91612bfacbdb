package io.entrarelay.state;

import java.sql.SQLException;
import java.util.List;

/** How an application's requests are shared out among the nodes. */
final class AllowanceTable {
  /** The row that is locked while an application's requests are shared out. */
  private static final String ALL = "";

  private AllowanceTable() {}

  private record Part(String node, int wanted, int granted) {}

  /**
   * What a node may have in use at a time. It gets at once what is free, up to its fair part; what
   * it has too much it gives back when it is out of use.
   */
  static int share(Session session, String node, Allowance allowance, long now, long expiresAt)
      throws SQLException {
    String client = allowance.clientId();
    String insert =
        "INSERT INTO allowance (client_id, node, wanted, granted, span, expires_at)"
            + " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (client_id, node) DO ";
    session.update(insert + "NOTHING", client, ALL, 0, 0, 0, Long.MAX_VALUE);
    session.update(
        "UPDATE allowance SET granted = 0 WHERE client_id = ? AND node = ?", client, ALL);
    session.update("DELETE FROM allowance WHERE client_id = ? AND expires_at <= ?", client, now);
    long known =
        session.number(
            "SELECT count(*) FROM allowance WHERE client_id = ? AND node = ?", client, node);
    if (known == 0) {
      allowance.lose();
    }
    session.update(
        insert + "UPDATE SET wanted = excluded.wanted, expires_at = excluded.expires_at",
        client,
        node,
        allowance.wanted(),
        0,
        allowance.span().toMillis(),
        expiresAt + allowance.kept().toMillis());
    List<Part> parts =
        session.rows(
            "SELECT node, wanted, granted FROM allowance WHERE client_id = ? AND node <> ?",
            row -> new Part(row.getString(1), row.getInt(2), row.getInt(3)),
            client,
            ALL);
    int fair = fair(parts.stream().map(Part::wanted).toList(), allowance.total());
    int target = Math.min(allowance.wanted(), fair);
    int granted = allowance.granted();
    if (granted > target) {
      granted -= allowance.giveBack(granted - target);
    } else {
      int others =
          parts.stream().filter(part -> !part.node.equals(node)).mapToInt(Part::granted).sum();
      granted = Math.max(granted, Math.min(target, allowance.total() - others));
    }
    session.update(
        "UPDATE allowance SET granted = ? WHERE client_id = ? AND node = ?", granted, client, node);
    return granted;
  }

  /** The most that one may have where each gets what it wants up to the same bound. */
  static int fair(List<Integer> wanted, int total) {
    int left = total;
    int parts = wanted.size();
    for (int each : wanted.stream().sorted().toList()) {
      int part = left / parts;
      if (each > part) {
        return Math.max(1, part);
      }
      left -= each;
      parts--;
    }
    return total;
  }

  /**
   * A node has been heard of: what it has is its own until then, and {@link Allowance#kept} longer.
   */
  static void renew(Session session, String node, long expiresAt) throws SQLException {
    session.update(
        "UPDATE allowance SET expires_at = ? + ? * span WHERE node = ?",
        expiresAt,
        Allowance.SPANS_KEPT,
        node);
  }

  static void leave(Session session, String node) throws SQLException {
    session.update("DELETE FROM allowance WHERE node = ?", node);
  }
}
