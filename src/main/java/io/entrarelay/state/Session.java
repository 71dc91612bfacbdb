package io.entrarelay.state;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A connection within a transaction, with the few ways in which the tables use it. */
final class Session {

  /** Reads the row that a result stands on. */
  interface Row<T> {
    T read(ResultSet row) throws SQLException;
  }

  /** A statement that may have changed something. */
  record Change(String sql, @Nullable Object[] values) {}

  private final Connection connection;
  private final Consumer<Change> changed;

  Session(Connection connection) {
    this(connection, change -> {});
  }

  /**
   * @param changed told of each statement that may have changed something
   */
  Session(Connection connection, Consumer<Change> changed) {
    this.connection = connection;
    this.changed = changed;
  }

  private PreparedStatement prepare(String sql, @Nullable Object... values) throws SQLException {
    PreparedStatement statement = connection.prepareStatement(sql);
    boolean done = false;
    try {
      for (int i = 0; i < values.length; i++) {
        statement.setObject(i + 1, values[i]);
      }
      done = true;
      return statement;
    } finally {
      if (!done) {
        statement.close();
      }
    }
  }

  /** Executes a statement; the number of rows that it touched. */
  int update(String sql, @Nullable Object... values) throws SQLException {
    try (PreparedStatement statement = prepare(sql, values)) {
      int touched = statement.executeUpdate();
      if (touched > 0 || sql.startsWith("INSERT")) { // which may have taken a number all the same
        changed.accept(new Change(sql, values));
      }
      return touched;
    }
  }

  /** The rows of a query, in order. */
  <T> List<T> rows(String sql, Row<T> row, @Nullable Object... values) throws SQLException {
    try (PreparedStatement statement = prepare(sql, values);
        ResultSet rows = statement.executeQuery()) {
      List<T> read = new ArrayList<>();
      while (rows.next()) {
        read.add(row.read(rows));
      }
      return read;
    }
  }

  /** The first row of a query, null where there is none. */
  <T> @Nullable T first(String sql, Row<T> row, @Nullable Object... values) throws SQLException {
    List<T> rows = rows(sql, row, values);
    return rows.isEmpty() ? null : rows.get(0);
  }

  /** The number in the first column of the first row; 0 where there is none. */
  long number(String sql, @Nullable Object... values) throws SQLException {
    Long number = first(sql, row -> row.getLong(1), values);
    return number == null ? 0 : number;
  }

  /**
   * As many question marks as values, for {@code IN (…)} and {@code NOT IN (…)} of a text; for none
   * an empty query, since PostgreSQL takes no empty list.
   */
  static String marks(Collection<?> values) {
    return values.isEmpty()
        ? "SELECT '' WHERE 1 = 0"
        : String.join(", ", Collections.nCopies(values.size(), "?"));
  }
}
