package io.entrarelay.state;

import java.sql.SQLException;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** The processes that share the store. */
final class NodeTable {
  private NodeTable() {}

  static void alive(Session session, String node, Set<String> sinks, long now, long expiresAt)
      throws SQLException {
    session.update("DELETE FROM node WHERE expires_at <= ?", now);
    session.update(
        "INSERT INTO node (name, sinks, expires_at) VALUES (?, ?, ?)"
            + " ON CONFLICT (name) DO UPDATE SET sinks = excluded.sinks,"
            + " expires_at = excluded.expires_at",
        node,
        String.join(",", new TreeSet<>(sinks)),
        expiresAt);
  }

  static int count(Session session, long now) throws SQLException {
    return (int) session.number("SELECT count(*) FROM node WHERE expires_at > ?", now);
  }

  /** The sinks that any living node hands records to. */
  static Set<String> sinks(Session session, long now) throws SQLException {
    return session
        .rows("SELECT sinks FROM node WHERE expires_at > ?", row -> row.getString(1), now)
        .stream()
        .flatMap(sinks -> Arrays.stream(sinks.split(",")))
        .collect(Collectors.toSet());
  }

  static void leave(Session session, String node) throws SQLException {
    session.update("DELETE FROM node WHERE name = ?", node);
  }
}
