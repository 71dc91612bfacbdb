package io.entrarelay.state;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.Objects;
import org.flywaydb.core.Flyway;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteDataSource;

/**
 * SQLite: one file, write-ahead log, every commit synced to the disk before it returns ({@code
 * synchronous=FULL}). One connection writes and one reads, each used by one thread at a time.
 */
final class SqliteDatabase implements Database {
  private static final int CACHE_KIB = 8 * 1024;
  private static final int CHECKPOINT_PAGES = 4_000;
  private static final Map<String, String> WORDS =
      Map.of("bytes", "BLOB", "identity", "INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT");

  private static final Logger LOG = LoggerFactory.getLogger(SqliteDatabase.class);

  private final Path file;
  private final SQLiteDataSource source;
  private final Steps steps;

  private final Object writing = new Object();
  private final Object reading = new Object();
  private Connection writer;
  private Connection reader;

  /** Which file it is, whatever its name leads to later; null where the system has no such key. */
  private @Nullable Object key;

  private SqliteDatabase(Path file, SQLiteDataSource source, Steps steps)
      throws SQLException, IOException {
    this.file = file;
    this.source = source;
    this.steps = steps;
    this.writer = writer(source);
    this.reader = source.getConnection();
    this.key = key(file);
  }

  private static Connection writer(SQLiteDataSource source) throws SQLException {
    Connection writer = source.getConnection();
    try (Statement statement = writer.createStatement()) {
      statement.execute("PRAGMA wal_autocheckpoint=" + CHECKPOINT_PAGES);
    }
    return writer;
  }

  static SqliteDatabase open(Path file, Steps steps) {
    return open(file, true, steps);
  }

  /** Opens a file that another process may be at work with: its tables stay as they are. */
  static SqliteDatabase beside(Path file) {
    return open(file, false, Steps.NONE);
  }

  private static SqliteDatabase open(Path file, boolean migrated, Steps steps) {
    SQLiteConfig config = new SQLiteConfig();
    config.setJournalMode(SQLiteConfig.JournalMode.WAL);
    config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
    config.setBusyTimeout(10_000);
    config.setPageSize(8192);
    config.setCacheSize(-CACHE_KIB);
    config.setJournalSizeLimit(64 << 20);
    SQLiteDataSource source = new SQLiteDataSource(config);
    source.setUrl("jdbc:sqlite:" + file);
    try {
      if (migrated) {
        Flyway.configure()
            .dataSource(source)
            .locations("classpath:migrations")
            .placeholders(WORDS)
            .validateMigrationNaming(true)
            .load()
            .migrate();
      }
      return new SqliteDatabase(file, source, steps);
    } catch (SQLException | IOException | RuntimeException e) {
      throw new StoreException(
          "the state file "
              + file
              + " can't be opened: "
              + firstLine(e)
              + ". If it is damaged, move it away: collecting starts anew, and what Graph still"
              + " keeps is delivered again",
          e);
    }
  }

  /** Flyway's messages go on with a table. */
  private static String firstLine(Exception e) {
    return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
  }

  private static @Nullable Object key(Path file) throws IOException {
    return Files.readAttributes(file, BasicFileAttributes.class).fileKey();
  }

  /**
   * What is written to a file that has lost its name is gone with this process, and with it what
   * was read and how far the sinks are: nothing more is to be built on it. As long as it is open,
   * it can be put back whole.
   */
  private void requireInPlace() {
    Object found;
    try {
      found = key(file);
    } catch (IOException e) {
      putBack();
      return;
    }
    if (!Objects.equals(key, found)) {
      throw new StoreException(
          "the state file "
              + file
              + " was replaced while it was in use: nothing more is collected or delivered. Stop"
              + " the relay, put the file back with its -wal if you have them, and start it again;"
              + " without them, what relay.collect.backfill reaches is delivered again");
    }
  }

  /** Writes what is still open under its name again, and goes on with that. */
  private void putBack() {
    Path copy = file.resolveSibling(file.getFileName() + "-restored");
    try {
      Files.deleteIfExists(copy);
      execute("VACUUM INTO '" + copy.toString().replace("'", "''") + "'");
      synced(copy);
      for (String end : new String[] {"-wal", "-shm"}) {
        // of the file that is gone: SQLite would take them for the new one's
        Files.deleteIfExists(file.resolveSibling(file.getFileName() + end));
      }
      Files.move(copy, file, StandardCopyOption.ATOMIC_MOVE);
      synced(file.resolveSibling("."));
      synchronized (reading) {
        writer.close();
        reader.close();
        writer = writer(source);
        reader = source.getConnection();
      }
      key = key(file);
    } catch (SQLException | IOException e) {
      throw new StoreException(
          "the state file "
              + file
              + " was removed while it was in use, and can't be written anew: "
              + e.getMessage()
              + ". Nothing more is collected or delivered. Let its directory be there with room for"
              + " it, or stop the relay and start it again: without the file, what"
              + " relay.collect.backfill reaches is delivered again",
          e);
    }
    LOG.warn(
        "the state file {} was removed while it was in use; it was written anew, and nothing is"
            + " missing. To begin without it, stop the relay first",
        file);
  }

  private static void synced(Path path) throws IOException {
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  @Override
  public <T> T write(Work<T> work) {
    synchronized (writing) {
      requireInPlace();
      boolean committed = false;
      try {
        // by hand: the driver's own transactions begin anew at each commit, and would keep every
        // other process from writing its requests
        execute("BEGIN IMMEDIATE");
        T result = work.in(new Session(writer));
        steps.reached("commit.before");
        execute("COMMIT");
        committed = true;
        steps.reached("commit.after");
        return result;
      } catch (SQLException e) {
        throw new StoreException(
            "the state file "
                + file
                + " could not be written, and nothing was changed: "
                + e.getMessage()
                + ". Check that its disk has room and that this user may write it",
            e);
      } finally {
        if (!committed) {
          rollback();
        }
      }
    }
  }

  private void execute(String sql) throws SQLException {
    try (Statement statement = writer.createStatement()) {
      statement.execute(sql);
    }
  }

  /** Ends what was not committed; SQLite itself ends some transactions that fail. */
  private void rollback() {
    try {
      execute("ROLLBACK");
    } catch (SQLException e) {
      if (String.valueOf(e.getMessage()).contains("no transaction is active")) {
        return;
      }
      throw new StoreException(
          "the state file "
              + file
              + " could not be rolled back: "
              + e.getMessage()
              + ". Check its disk and start again",
          e);
    }
  }

  @Override
  public <T> T read(Work<T> work) {
    synchronized (reading) {
      try {
        return work.in(new Session(reader));
      } catch (SQLException e) {
        throw new StoreException(
            "the state file "
                + file
                + " could not be read: "
                + e.getMessage()
                + ". Check its disk; if the file is damaged, move it away and start again: what"
                + " Graph still keeps is delivered again",
            e);
      }
    }
  }

  @Override
  public long now(Session session) {
    return System.currentTimeMillis(); // nobody else's clock is in play
  }

  @Override
  public void close() {
    try {
      synchronized (writing) {
        writer.close();
      }
      synchronized (reading) {
        reader.close();
      }
    } catch (SQLException e) {
      throw new StoreException(
          "the state file "
              + file
              + " could not be closed: "
              + e.getMessage()
              + ". Check its disk; what was committed stays",
          e);
    }
  }
}
