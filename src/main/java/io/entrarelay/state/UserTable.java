package io.entrarelay.state;

import io.entrarelay.config.Role;
import io.entrarelay.state.Users.User;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The rows of {@link Users}. */
final class UserTable {
  private static final String COLUMNS = "name, role, password, version, created_at, changed_at";

  private UserTable() {}

  static boolean hadFirst(Session session) throws SQLException {
    return session.number("SELECT count(*) FROM setting WHERE name = 'first-user'") > 0;
  }

  /** Whether this transaction is the one that adds the first user. */
  static boolean takeFirst(Session session) throws SQLException {
    return session.update(
            "INSERT INTO setting (name, value) VALUES ('first-user', 'added') ON CONFLICT DO NOTHING")
        == 1;
  }

  static boolean add(Session session, String name, Role role, String password, long now)
      throws SQLException {
    return session.update(
            "INSERT INTO console_user ("
                + COLUMNS
                + ") VALUES (?, ?, ?, 0, ?, ?) ON CONFLICT DO NOTHING",
            name,
            role.text(),
            password,
            now,
            now)
        == 1;
  }

  static @Nullable User find(Session session, String name) throws SQLException {
    return session.first(
        "SELECT " + COLUMNS + " FROM console_user WHERE name = ?", UserTable::read, name);
  }

  static List<User> list(Session session) throws SQLException {
    return session.rows("SELECT " + COLUMNS + " FROM console_user ORDER BY name", UserTable::read);
  }

  private static User read(ResultSet row) throws SQLException {
    String role = row.getString(2);
    return new User(
        row.getString(1),
        // a role that this version doesn't know may do least
        Role.of(role).orElse(Role.VIEWER),
        row.getString(3),
        row.getInt(4),
        row.getLong(5),
        row.getLong(6));
  }

  static void remove(Session session, String name) throws SQLException {
    session.update("DELETE FROM console_user WHERE name = ?", name);
  }

  /** Sets one column; whether the row is there. */
  static boolean set(Session session, String name, String column, String value, long now)
      throws SQLException {
    return session.update(
            "UPDATE console_user SET "
                + column
                + " = ?, version = version + 1, changed_at = ? WHERE name = ?",
            value,
            now,
            name)
        == 1;
  }
}
