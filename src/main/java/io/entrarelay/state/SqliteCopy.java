package io.entrarelay.state;

import static io.entrarelay.state.SqliteFile.execute;
import static io.entrarelay.state.SqliteFile.number;

import io.entrarelay.state.SqliteFile.Use;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A second file beside the state file that has all that is committed, from which the state file is
 * written anew where it is deleted or damaged. Each transaction's statements are executed here as
 * well, in the same order, and are committed here before they are there: so nothing leaves that the
 * copy doesn't know of. Both files count their commits (SQLite's {@code user_version}): a kill
 * between the two leaves the copy one ahead, more than that says that the state file has lost some.
 *
 * <p>Commits to the copy are not synced one by one: it outlives the process at once, a power cut
 * perhaps without its last seconds. Numbers that may have been given in these are passed over when
 * it is used.
 */
final class SqliteCopy implements AutoCloseable {
  /** More than could be given between two syncs of the copy. */
  private static final long PASSED_OVER = 1_000_000;

  private static final int CHECKPOINT_PAGES = 4_000;

  /** Bytes that a copy leaves free: the state file's own growth, and what sinks write. */
  private static final long ROOM_LEFT = 32L << 20;

  /** Of a count of commits, which begins anew behind it. */
  private static final int MOST = Integer.MAX_VALUE;

  private final SqliteFile file;
  private final Connection connection;
  private final @Nullable Object key;

  private SqliteCopy(SqliteFile file) throws SQLException, IOException {
    this.file = file;
    this.key = file.key();
    this.connection = file.connect(Use.COPY);
    boolean set = false;
    try {
      execute(connection, "PRAGMA wal_autocheckpoint=" + CHECKPOINT_PAGES);
      set = true;
    } finally {
      if (!set) {
        connection.close();
      }
    }
  }

  /** Where the copy of a state file is. */
  static SqliteFile of(SqliteFile state) {
    String name = state.path().getFileName().toString();
    int end = name.lastIndexOf('.');
    return new SqliteFile(
        state
            .path()
            .resolveSibling(
                end < 0 ? name + "-copy" : name.substring(0, end) + "-copy" + name.substring(end)));
  }

  static boolean exists(SqliteFile state) {
    return !of(state).isMissing();
  }

  /** The copy that is there, whatever it lacks; null where there is none that can be used. */
  static @Nullable SqliteCopy open(SqliteFile state) {
    try {
      return exists(state) ? new SqliteCopy(of(state)) : null;
    } catch (SQLException | IOException e) {
      return null; // the process that owns the state file makes another
    }
  }

  /**
   * Makes a copy of all that was committed, in the place of one that is there.
   *
   * @param connection to the state file, without a transaction
   */
  static SqliteCopy make(SqliteFile state, Connection connection) throws SQLException, IOException {
    SqliteFile file = of(state);
    SqliteFile made = file.beside("-made");
    made.write(state, connection, ROOM_LEFT);
    file.remove();
    Files.move(made.path(), file.path(), StandardCopyOption.ATOMIC_MOVE);
    return new SqliteCopy(file);
  }

  /** Removes what a process that was killed has left half-written. */
  static void sweep(SqliteFile state) throws IOException {
    of(state).beside("-made").remove();
    state.beside("-restored").remove();
  }

  /**
   * How many commits a state file has lost: its copy is further by more than the one commit that a
   * kill may have cut short. 0 where there is no copy, or one of them can't be read.
   */
  static int lost(SqliteFile state) {
    if (!exists(state) || state.isMissing()) {
      return 0;
    }
    try (Connection here = state.connect(Use.BESIDE);
        Connection copy = of(state).connect(Use.COPY)) {
      int ahead = (commits(copy) - commits(here)) & MOST;
      return ahead > 1 && ahead < MOST / 2 ? ahead : 0;
    } catch (SQLException e) {
      return 0; // whoever works with it is told
    }
  }

  private static int commits(Connection connection) throws SQLException {
    return (int) number(connection, "PRAGMA user_version");
  }

  /** Counts a commit, within its transaction. */
  static int count(Connection connection) throws SQLException {
    int next = (commits(connection) + 1) & MOST;
    execute(connection, "PRAGMA user_version = " + next);
    return next;
  }

  /**
   * Whether it has what the state file has: as many commits, the same tables, and the same leases,
   * which each start changes.
   */
  boolean hasAll(Connection state) {
    try {
      return commits(connection) == commits(state)
          && fingerprint(connection).equals(fingerprint(state));
    } catch (SQLException e) {
      return false;
    }
  }

  private static List<Long> fingerprint(Connection connection) throws SQLException {
    return List.of(
        number(connection, "SELECT max(installed_rank) FROM flyway_schema_history"),
        number(connection, "SELECT sum(fence) FROM lease"),
        number(connection, "SELECT sum(sequence) FROM lease"),
        number(connection, "SELECT sum(bytes) FROM lease"));
  }

  /**
   * Executes and commits what a transaction is about to commit to the state file.
   *
   * @param commits as counted with this transaction
   * @throws SQLException where it can't be done, or the copy is not what the state file was
   */
  void commit(int commits, List<Session.Change> changes) throws SQLException {
    if (!isInPlace()) {
      throw new SQLException("it was removed");
    }
    boolean committed = false;
    execute(connection, "BEGIN IMMEDIATE");
    try {
      if (count(connection) != commits) {
        throw new SQLException("it lacks what was committed before");
      }
      Session session = new Session(connection);
      for (Session.Change change : changes) {
        session.update(change.sql(), change.values());
      }
      execute(connection, "COMMIT");
      committed = true;
    } finally {
      if (!committed) {
        rollback();
      }
    }
  }

  private void rollback() {
    try {
      execute(connection, "ROLLBACK");
    } catch (SQLException e) {
      // SQLite itself has ended it; the copy is given up anyway
    }
  }

  private boolean isInPlace() {
    try {
      return key == null || key.equals(file.key());
    } catch (IOException e) {
      return false;
    }
  }

  /**
   * Writes what the copy has to a file that can take the state file's place. What was asked of the
   * relay is left out: it would be done again.
   */
  static SqliteFile restored(SqliteFile state) throws SQLException, IOException {
    SqliteFile file = of(state);
    SqliteFile restored = state.beside("-restored");
    try (Connection copy = file.connect(Use.COPY)) {
      restored.write(file, copy, 0);
    }
    try (Connection connection = restored.connect(Use.WHOLE)) {
      execute(connection, "BEGIN IMMEDIATE");
      execute(connection, "DELETE FROM request");
      passOver(connection, "request");
      execute(connection, "UPDATE lease SET sequence = sequence + " + PASSED_OVER);
      count(connection); // so that this copy is not taken for the copy of what it was changed to
      execute(connection, "COMMIT");
    }
    return restored;
  }

  private static void passOver(Connection connection, String table) throws SQLException {
    execute(
        connection,
        "INSERT INTO sqlite_sequence (name, seq) SELECT '"
            + table
            + "', 0 WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = '"
            + table
            + "')");
    execute(
        connection,
        "UPDATE sqlite_sequence SET seq = seq + " + PASSED_OVER + " WHERE name = '" + table + "'");
  }

  /** Ends the copy: it lacks something from here on, or has what the state file never got. */
  void giveUp() throws IOException {
    close();
    if (isInPlace()) {
      file.remove();
    }
  }

  @Override
  public void close() {
    try {
      connection.close();
    } catch (SQLException e) {
      // what was committed stays
    }
  }
}
