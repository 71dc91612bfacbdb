package io.entrarelay.state;

import java.sql.SQLException;

/** The processes that share the store. */
final class NodeTable {
  private NodeTable() {}

  static void alive(Session session, String node, long now, long expiresAt) throws SQLException {
    session.update("DELETE FROM node WHERE expires_at <= ?", now);
    session.update(
        "INSERT INTO node (name, expires_at) VALUES (?, ?)"
            + " ON CONFLICT (name) DO UPDATE SET expires_at = excluded.expires_at",
        node,
        expiresAt);
  }

  static int count(Session session, long now) throws SQLException {
    return (int) session.number("SELECT count(*) FROM node WHERE expires_at > ?", now);
  }

  static void leave(Session session, String node) throws SQLException {
    session.update("DELETE FROM node WHERE name = ?", node);
  }
}
