package io.entrarelay.state;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteDataSource;

/**
 * A second file beside the state file that has all that is committed, from which the state file is
 * written anew where it is deleted or damaged. Each transaction's statements are executed here as
 * well, in the same order, and are committed here before they are there: so nothing leaves that the
 * copy doesn't know of. Both files count their commits (SQLite's {@code user_version}); where they
 * differ, as after a kill between the two, the copy is made anew. The state file alone decides
 * whether a write has taken place: what can't be written here ends the copy, not the write.
 *
 * <p>Commits to the copy are not synced one by one: it outlives the process at once, a power cut
 * perhaps without its last seconds. Numbers that may have been given in these are passed over when
 * it is used.
 */
final class SqliteCopy implements AutoCloseable {
  private static final int CACHE_KIB = 2 * 1024;
  private static final int CHECKPOINT_PAGES = 4_000;

  /** More than could be given between two syncs of the copy. */
  private static final long NUMBERS_PASSED_OVER = 1_000_000;

  private final Path file;
  private final Connection connection;
  private final @Nullable Object key;

  private SqliteCopy(Path file, Connection connection) throws IOException {
    this.file = file;
    this.connection = connection;
    this.key = key(file);
  }

  /** Where the copy of a state file is. */
  static Path of(Path state) {
    String name = state.getFileName().toString();
    int end = name.lastIndexOf('.');
    return state.resolveSibling(
        end < 0 ? name + "-copy" : name.substring(0, end) + "-copy" + name.substring(end));
  }

  /** The copy that is there, whatever it lacks; null where there is none that can be used. */
  static @Nullable SqliteCopy open(Path state) {
    Path file = of(state);
    if (!Files.exists(file)) {
      return null;
    }
    try {
      return new SqliteCopy(file, connect(file));
    } catch (SQLException | IOException e) {
      return null; // the process that owns the state file makes another
    }
  }

  /**
   * Makes a copy of all that was committed, in the place of one that is there.
   *
   * @param state a connection to the state file, without a transaction
   */
  static SqliteCopy make(Path state, Connection connection) throws SQLException, IOException {
    Path file = of(state);
    Path made = beside(file, "-made");
    write(connection, made);
    remove(file);
    Files.move(made, file, StandardCopyOption.ATOMIC_MOVE);
    return new SqliteCopy(file, connect(file));
  }

  /** Whether it has as many commits as the state file. */
  boolean hasAll(Connection state) {
    try {
      return commits(connection) == commits(state);
    } catch (SQLException e) {
      return false;
    }
  }

  /** How often something was committed to a file, modulo 2 to the 31st. */
  private static int commits(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("PRAGMA user_version")) {
      return row.next() ? row.getInt(1) : 0;
    }
  }

  /** Counts a commit, within its transaction. */
  static int count(Connection connection) throws SQLException {
    int next = (commits(connection) + 1) & Integer.MAX_VALUE;
    execute(connection, "PRAGMA user_version = " + next);
    return next;
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

  /** Whether its name still leads to it. */
  private boolean isInPlace() {
    try {
      return key == null || key.equals(key(file));
    } catch (IOException e) {
      return false;
    }
  }

  /**
   * Writes what the copy has, to be put in the state file's place. What was asked of the relay is
   * left out: it would be done again.
   *
   * @return null where there is no copy
   */
  static @Nullable Path restored(Path state) throws SQLException, IOException {
    Path file = of(state);
    if (!Files.exists(file)) {
      return null;
    }
    Path restored = beside(state, "-restored");
    try (Connection copy = connect(file)) {
      write(copy, restored);
    }
    try (Connection connection = connect(restored)) {
      execute(connection, "DELETE FROM request");
      execute(connection, "UPDATE lease SET sequence = sequence + " + NUMBERS_PASSED_OVER);
      count(connection); // so that this copy is not taken for the copy of what it was changed to
    }
    synced(restored);
    return restored;
  }

  /**
   * Puts another file in the state file's place. What is there, which nobody may have open, is kept
   * under another name.
   */
  static void putInPlace(Path restored, Path state) throws IOException {
    Path damaged = beside(state, "-damaged");
    remove(damaged);
    for (String end : new String[] {"", "-wal"}) {
      Path old = beside(state, end);
      if (Files.exists(old)) {
        Files.move(old, beside(damaged, end));
      }
    }
    Files.deleteIfExists(beside(state, "-shm"));
    Files.move(restored, state, StandardCopyOption.ATOMIC_MOVE);
    synced(state.resolveSibling("."));
  }

  /** Ends the copy: it lacks something from here on. */
  void giveUp() throws IOException {
    close();
    if (isInPlace()) {
      remove(file);
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

  private static Connection connect(Path file) throws SQLException {
    SQLiteConfig config = new SQLiteConfig();
    config.setJournalMode(SQLiteConfig.JournalMode.WAL);
    config.setSynchronous(SQLiteConfig.SynchronousMode.NORMAL);
    config.setBusyTimeout(10_000);
    config.setCacheSize(-CACHE_KIB);
    SQLiteDataSource source = new SQLiteDataSource(config);
    source.setUrl("jdbc:sqlite:" + file);
    Connection connection = source.getConnection();
    execute(connection, "PRAGMA wal_autocheckpoint=" + CHECKPOINT_PAGES);
    return connection;
  }

  /** Writes all that was committed to another file, which is then on the disk. */
  static void write(Connection connection, Path to) throws SQLException, IOException {
    remove(to);
    execute(connection, "VACUUM INTO '" + to.toString().replace("'", "''") + "'");
    synced(to);
  }

  static void synced(Path path) throws IOException {
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  static void remove(Path file) throws IOException {
    for (String end : new String[] {"", "-wal", "-shm"}) {
      Files.deleteIfExists(beside(file, end));
    }
  }

  private static Path beside(Path file, String end) {
    return file.resolveSibling(file.getFileName() + end);
  }

  private static @Nullable Object key(Path file) throws IOException {
    return Files.readAttributes(file, BasicFileAttributes.class).fileKey();
  }

  private static void execute(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }
}
