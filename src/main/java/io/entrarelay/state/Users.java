package io.entrarelay.state;

import io.entrarelay.config.Role;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Those who may sign in to the console by a password, the same on every node. Each change is one
 * transaction, with its entry in the {@link AuditLog}. Needs no lease.
 */
public final class Users {
  /** What a name may be. */
  public static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._@-]{0,63}");

  /**
   * A user.
   *
   * @param password the hash
   * @param version another one after each change
   * @param createdAt epoch milliseconds
   * @param changedAt likewise
   */
  public record User(
      String name, Role role, String password, int version, long createdAt, long changedAt) {
    /** Without the hash. */
    @Override
    public String toString() {
      return "User[" + name + ", " + role.text() + "]";
    }
  }

  private final Database database;

  Users(Database database) {
    this.database = database;
  }

  /** Whether the store has never had a first user. */
  public boolean hasNoFirst() {
    return database.read(session -> !UserTable.hadFirst(session));
  }

  /**
   * Adds the store's first user, once: of several nodes that start together, one does.
   *
   * @return whether this call did
   */
  public boolean addFirst(String name, Role role, String password, String who) {
    return database.write(
        session -> UserTable.takeFirst(session) && add(session, name, role, password, who));
  }

  /**
   * @param who asks for it, for the audit log; in each method that changes
   * @return whether the name was free
   */
  public boolean add(String name, Role role, String password, String who) {
    return database.write(session -> add(session, name, role, password, who));
  }

  private boolean add(Session session, String name, Role role, String password, String who)
      throws SQLException {
    long now = database.now(session);
    if (!UserTable.add(session, name, role, password, now)) {
      return false;
    }
    AuditTable.add(session, now, who, "user added", name, null, role.text());
    return true;
  }

  /** The user of this name; null where there is none. */
  public @Nullable User find(String name) {
    return database
        .<Optional<User>>read(session -> Optional.ofNullable(UserTable.find(session, name)))
        .orElse(null);
  }

  /** By name. */
  public List<User> list() {
    return database.read(UserTable::list);
  }

  /**
   * @return whether there was one
   */
  public boolean remove(String name, String who) {
    return database.write(
        session -> {
          User user = UserTable.find(session, name);
          if (user == null) {
            return false;
          }
          UserTable.remove(session, name);
          AuditTable.add(
              session, database.now(session), who, "user removed", name, user.role().text(), null);
          return true;
        });
  }

  /**
   * @return whether there is one
   */
  public boolean setPassword(String name, String password, String who) {
    return database.write(
        session -> {
          long now = database.now(session);
          if (!UserTable.set(session, name, "password", password, now)) {
            return false;
          }
          AuditTable.add(session, now, who, "password changed", name, null, null);
          return true;
        });
  }

  /**
   * @return whether there is one
   */
  public boolean setRole(String name, Role role, String who) {
    return database.write(
        session -> {
          User user = UserTable.find(session, name);
          if (user == null) {
            return false;
          }
          long now = database.now(session);
          UserTable.set(session, name, "role", role.text(), now);
          AuditTable.add(session, now, who, "role changed", name, user.role().text(), role.text());
          return true;
        });
  }
}
