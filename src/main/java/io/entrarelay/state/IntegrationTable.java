package io.entrarelay.state;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.entrarelay.state.Standing.Reason;
import io.entrarelay.state.Standing.State;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What people have decided about integrations, and how those fare. */
final class IntegrationTable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final TypeReference<List<Reason>> REASONS = new TypeReference<>() {};

  /** The longest column of reasons. */
  private static final int LONGEST = 4_000;

  /** The longest text of a reason, so that several fit. */
  private static final int LONGEST_TEXT = 1_500;

  private IntegrationTable() {}

  static boolean pause(Session session, Tenancy tenancy, String by, long now) throws SQLException {
    return session.update(
            "INSERT INTO integration (tenant_id, client_id, paused_at, paused_by)"
                + " VALUES (?, ?, ?, ?) ON CONFLICT (tenant_id, client_id) DO UPDATE"
                + " SET paused_at = excluded.paused_at, paused_by = excluded.paused_by"
                + " WHERE integration.paused_at IS NULL",
            tenancy.tenantId(),
            tenancy.clientId(),
            now,
            by)
        == 1;
  }

  static boolean resume(Session session, Tenancy tenancy) throws SQLException {
    return session.update(
            "UPDATE integration SET paused_at = NULL, paused_by = NULL"
                + " WHERE tenant_id = ? AND client_id = ? AND paused_at IS NOT NULL",
            tenancy.tenantId(),
            tenancy.clientId())
        == 1;
  }

  static Set<Tenancy> paused(Session session) throws SQLException {
    return new HashSet<>(
        session.rows(
            "SELECT tenant_id, client_id FROM integration WHERE paused_at IS NOT NULL",
            IntegrationTable::tenancy));
  }

  static boolean note(Session session, Tenancy tenancy, String name, Standing standing)
      throws SQLException {
    Standing fitting =
        new Standing(
            standing.state(), standing.since(), fitting(standing.reasons()), standing.until());
    List<Standing> last = history(session, tenancy, 1);
    if (!last.isEmpty() && last.get(0).isAs(fitting)) {
      return false;
    }
    Instant until = fitting.until();
    session.update(
        "INSERT INTO standing (tenant_id, client_id, name, state, since, reasons, until)"
            + " VALUES (?, ?, ?, ?, ?, ?, ?)",
        tenancy.tenantId(),
        tenancy.clientId(),
        name,
        fitting.state().name(),
        fitting.since().toEpochMilli(),
        json(fitting.reasons()),
        until == null ? null : until.toEpochMilli());
    session.update(
        "DELETE FROM standing WHERE tenant_id = ? AND client_id = ? AND id <="
            + " (SELECT id FROM standing WHERE tenant_id = ? AND client_id = ?"
            + " ORDER BY id DESC LIMIT 1 OFFSET ?)",
        tenancy.tenantId(),
        tenancy.clientId(),
        tenancy.tenantId(),
        tenancy.clientId(),
        Integrations.KEPT);
    return true;
  }

  /** As many reasons as the column holds; how many are left out is said. */
  private static List<Reason> fitting(List<Reason> reasons) {
    List<Reason> shortened =
        reasons.stream()
            .map(each -> new Reason(each.about(), each.code(), shortened(each.text())))
            .toList();
    List<Reason> fitting = shortened;
    for (int kept = shortened.size() - 1; json(fitting).length() > LONGEST; kept--) {
      fitting = new ArrayList<>(shortened.subList(0, kept));
      fitting.add(new Reason("", "more", shortened.size() - kept + " more: see the log"));
    }
    return fitting;
  }

  private static String shortened(String text) {
    return text.length() <= LONGEST_TEXT ? text : text.substring(0, LONGEST_TEXT - 1) + "…";
  }

  static Map<Tenancy, Standing> standings(Session session) throws SQLException {
    Map<Tenancy, Standing> standings = new HashMap<>();
    session.rows(
        "SELECT tenant_id, client_id, state, since, reasons, until FROM standing AS newest WHERE id ="
            + " (SELECT max(id) FROM standing WHERE tenant_id = newest.tenant_id"
            + " AND client_id = newest.client_id)",
        row -> standings.put(tenancy(row), standing(row)));
    return standings;
  }

  static List<Standing> history(Session session, Tenancy tenancy, int most) throws SQLException {
    return session.rows(
        "SELECT tenant_id, client_id, state, since, reasons, until FROM standing"
            + " WHERE tenant_id = ? AND client_id = ? ORDER BY id DESC LIMIT ?",
        IntegrationTable::standing,
        tenancy.tenantId(),
        tenancy.clientId(),
        most);
  }

  private static Tenancy tenancy(ResultSet row) throws SQLException {
    return new Tenancy(row.getString(1), row.getString(2));
  }

  private static Standing standing(ResultSet row) throws SQLException {
    return new Standing(
        State.valueOf(row.getString(3)),
        Instant.ofEpochMilli(row.getLong(4)),
        reasons(row.getString(5)),
        row.getObject(6) == null ? null : Instant.ofEpochMilli(row.getLong(6)));
  }

  private static String json(List<Reason> reasons) {
    try {
      return JSON.writeValueAsString(reasons);
    } catch (JsonProcessingException impossible) {
      throw new IllegalStateException("text has a JSON form", impossible);
    }
  }

  private static List<Reason> reasons(String json) throws SQLException {
    try {
      return JSON.readValue(json, REASONS);
    } catch (JsonProcessingException e) {
      throw new SQLException("the reasons of a standing are no JSON", e);
    }
  }
}
