package io.entrarelay.state;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.Objects;
import org.flywaydb.core.Flyway;
import org.jspecify.annotations.Nullable;
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

  private final Path file;
  private final Connection writer;
  private final Connection reader;
  private final Steps steps;

  /** Which file it is, whatever its name leads to later; null where the system has no such key. */
  private final @Nullable Object key;

  private SqliteDatabase(Path file, Connection writer, Connection reader, Steps steps)
      throws IOException {
    this.file = file;
    this.key = key(file);
    this.writer = writer;
    this.reader = reader;
    this.steps = steps;
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
      Connection writer = source.getConnection();
      try (var statement = writer.createStatement()) {
        statement.execute("PRAGMA wal_autocheckpoint=" + CHECKPOINT_PAGES);
      }
      return new SqliteDatabase(file, writer, source.getConnection(), steps);
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
   * was read and how far the sinks are: nothing more is to be built on it.
   */
  private void requireInPlace() {
    boolean inPlace;
    try {
      inPlace = Objects.equals(key, key(file));
    } catch (IOException e) {
      inPlace = false;
    }
    if (!inPlace) {
      throw new StoreException(
          "the state file "
              + file
              + " was removed or replaced while it was in use: nothing more is collected or"
              + " delivered. Stop the relay, put the file back with its -wal if you have them, and"
              + " start it again; without them, what relay.collect.backfill reaches is delivered"
              + " again");
    }
  }

  @Override
  public <T> T write(Work<T> work) {
    synchronized (writer) {
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
    synchronized (reader) {
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
      synchronized (writer) {
        writer.close();
      }
      synchronized (reader) {
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
