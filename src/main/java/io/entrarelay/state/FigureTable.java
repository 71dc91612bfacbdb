package io.entrarelay.state;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.entrarelay.state.Figures.OfReport;
import io.entrarelay.state.Figures.Sums;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What integrations have read and taken: a row each. */
final class FigureTable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final TypeReference<List<OfReport>> REPORTS = new TypeReference<>() {};

  private FigureTable() {}

  static void note(Session session, Tenancy tenancy, Figures figures) throws SQLException {
    session.update(
        "INSERT INTO figures (tenant_id, client_id, noted_at, last_read, lag, taken, late, day,"
            + " taken_before, reports) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
            + " ON CONFLICT (tenant_id, client_id) DO UPDATE SET noted_at = excluded.noted_at,"
            + " last_read = excluded.last_read, lag = excluded.lag, taken = excluded.taken,"
            + " late = excluded.late, day = excluded.day, taken_before = excluded.taken_before,"
            + " reports = excluded.reports",
        tenancy.tenantId(),
        tenancy.clientId(),
        figures.notedAt(),
        figures.lastRead(),
        figures.lag(),
        figures.taken(),
        figures.late(),
        figures.day(),
        figures.takenBefore(),
        json(figures.reports()));
  }

  static Map<Tenancy, Sums> sums(Session session) throws SQLException {
    Map<Tenancy, Sums> sums = new HashMap<>();
    session.rows(
        "SELECT tenant_id, client_id, noted_at, last_read, lag, taken, late, day, taken_before"
            + " FROM figures",
        row -> sums.put(new Tenancy(row.getString(1), row.getString(2)), sums(row)));
    return sums;
  }

  private static Sums sums(ResultSet row) throws SQLException {
    return new Sums(
        row.getLong(3),
        row.getLong(4),
        row.getLong(5),
        row.getLong(6),
        row.getLong(7),
        row.getLong(8),
        row.getLong(9));
  }

  static @Nullable Figures of(Session session, Tenancy tenancy) throws SQLException {
    return session.first(
        "SELECT noted_at, day, taken_before, reports FROM figures"
            + " WHERE tenant_id = ? AND client_id = ?",
        row ->
            new Figures(row.getLong(1), row.getLong(2), row.getLong(3), reports(row.getString(4))),
        tenancy.tenantId(),
        tenancy.clientId());
  }

  private static String json(List<OfReport> reports) {
    try {
      return JSON.writeValueAsString(reports);
    } catch (JsonProcessingException impossible) {
      throw new IllegalStateException("numbers and text have a JSON form", impossible);
    }
  }

  private static List<OfReport> reports(String json) throws SQLException {
    try {
      return JSON.readValue(json, REPORTS);
    } catch (JsonProcessingException e) {
      throw new SQLException("the figures of reports are no JSON", e);
    }
  }
}
