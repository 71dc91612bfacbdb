package io.entrarelay.state;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The rows of {@link StoredIntegrations}. */
final class StoredIntegrationTable {
  private static final String COLUMNS =
      "name, display_name, tenant_id, client_id, cloud, authority, graph, reports, certificate,"
          + " private_key, added_at, added_by, consented_at";

  private StoredIntegrationTable() {}

  static long changes(Session session) throws SQLException {
    return session.number("SELECT changes FROM stored_integration_changes");
  }

  static void count(Session session) throws SQLException {
    session.update("UPDATE stored_integration_changes SET changes = changes + 1");
  }

  static List<StoredIntegration> list(Session session) throws SQLException {
    return session.rows(
        "SELECT " + COLUMNS + " FROM stored_integration ORDER BY name",
        StoredIntegrationTable::read);
  }

  static List<StoredIntegration> awaitingConsent(Session session) throws SQLException {
    return session.rows(
        "SELECT " + COLUMNS + " FROM stored_integration WHERE consented_at IS NULL ORDER BY name",
        StoredIntegrationTable::read);
  }

  static @Nullable StoredIntegration find(Session session, String name) throws SQLException {
    return session.first(
        "SELECT " + COLUMNS + " FROM stored_integration WHERE name = ?",
        StoredIntegrationTable::read,
        name);
  }

  private static StoredIntegration read(ResultSet row) throws SQLException {
    long consentedAt = row.getLong(13);
    boolean awaits = row.wasNull();
    return new StoredIntegration(
        row.getString(1),
        row.getString(2),
        row.getString(3),
        row.getString(4),
        row.getString(5),
        row.getString(6),
        row.getString(7),
        List.of(row.getString(8).split(",")),
        row.getString(9),
        row.getString(10),
        row.getLong(11),
        row.getString(12),
        awaits ? null : consentedAt);
  }

  static boolean add(Session session, StoredIntegration added, String who, long now)
      throws SQLException {
    return session.update(
            "INSERT INTO stored_integration ("
                + COLUMNS
                + ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, CAST(? AS BIGINT))"
                + " ON CONFLICT DO NOTHING",
            added.name(),
            added.displayName(),
            added.tenantId(),
            added.clientId(),
            added.cloud(),
            added.authority(),
            added.graph(),
            String.join(",", added.reports()),
            added.certificate(),
            added.privateKey(),
            now,
            who,
            added.consentedAt())
        == 1;
  }

  /** Whether no other integration than the one of this name is in its way. */
  static boolean isFree(Session session, StoredIntegration wanted, String name)
      throws SQLException {
    return session.first(
            "SELECT name FROM stored_integration WHERE name <> ?"
                + " AND (name = ? OR (tenant_id = ? AND client_id = ?))",
            row -> row.getString(1),
            name,
            wanted.name(),
            wanted.tenantId(),
            wanted.clientId())
        == null;
  }

  static void change(Session session, String name, StoredIntegration becomes) throws SQLException {
    session.update(
        "UPDATE stored_integration SET name = ?, display_name = ?, tenant_id = ?, client_id = ?,"
            + " cloud = ?, authority = ?, graph = ?, reports = ?, certificate = ?,"
            + " private_key = ?, consented_at = CAST(? AS BIGINT) WHERE name = ?",
        becomes.name(),
        becomes.displayName(),
        becomes.tenantId(),
        becomes.clientId(),
        becomes.cloud(),
        becomes.authority(),
        becomes.graph(),
        String.join(",", becomes.reports()),
        becomes.certificate(),
        becomes.privateKey(),
        becomes.consentedAt(),
        name);
  }

  static void remove(Session session, String name) throws SQLException {
    session.update("DELETE FROM stored_integration WHERE name = ?", name);
  }
}
