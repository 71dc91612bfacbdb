package io.entrarelay.state;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** All that a file of SQLite holds, as text, so that two can be compared. */
final class Dump {
  /** What is asked of a relay is no part of what it must not forget. */
  private static final Set<String> LEFT_OUT = Set.of("request");

  private Dump() {}

  static Map<String, List<String>> of(Path file) throws SQLException {
    Map<String, List<String>> all = new TreeMap<>();
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file)) {
      for (String table :
          rows(
              connection,
              "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'flyway%'")) {
        if (!LEFT_OUT.contains(table)) {
          String numbers = table.equals("sqlite_sequence") ? " WHERE name <> 'request'" : "";
          all.put(table, rows(connection, "SELECT * FROM " + table + numbers));
        }
      }
      all.put("commits", rows(connection, "PRAGMA user_version"));
    }
    return all;
  }

  static List<String> rows(Path file, String table) throws SQLException {
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file)) {
      return rows(connection, "SELECT * FROM " + table);
    }
  }

  private static List<String> rows(Connection connection, String query) throws SQLException {
    List<String> read = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(query)) {
      int columns = rows.getMetaData().getColumnCount();
      while (rows.next()) {
        List<String> row = new ArrayList<>();
        for (int column = 1; column <= columns; column++) {
          Object value = rows.getObject(column);
          row.add(
              value instanceof byte[] bytes
                  ? HexFormat.of().formatHex(bytes)
                  : String.valueOf(value));
        }
        read.add(String.join("|", row));
      }
    }
    read.sort(null);
    return read;
  }
}
