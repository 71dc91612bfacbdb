package io.entrarelay.state;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.output.MigrateResult;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteDataSource;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/**
 * SQLite: one file, write-ahead log, every commit synced to the disk before it returns ({@code
 * synchronous=FULL}). One connection writes and one reads, each used by one thread at a time. The
 * process that has the data directory keeps a copy, and takes it where the file is deleted or
 * damaged.
 */
final class SqliteDatabase implements Database {
  private static final int CACHE_KIB = 8 * 1024;
  private static final int CHECKPOINT_PAGES = 4_000;
  private static final Map<String, String> WORDS =
      Map.of("bytes", "BLOB", "identity", "INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT");

  /** SQLite's codes for a file whose content makes no sense, or ends too early. */
  private static final Set<Integer> DAMAGED =
      Set.of(
          SQLiteErrorCode.SQLITE_CORRUPT.code,
          SQLiteErrorCode.SQLITE_NOTADB.code,
          SQLiteErrorCode.SQLITE_IOERR_SHORT_READ.code);

  /** After a copy could not be made: what is in its way may last. */
  private static final Duration NEXT_COPY = Duration.ofSeconds(30);

  /** After a copy was made, as many times as long as that took: nothing is written meanwhile. */
  private static final int REST = 20;

  private static final String PUT_BACK =
      "the state file {} was damaged ({}), and was put back from its copy {}: nothing is missing."
          + " The damaged one is {}-damaged; see what has happened to its disk, then remove it";

  private static final Logger LOG = LoggerFactory.getLogger(SqliteDatabase.class);

  private final Path file;
  private final SQLiteDataSource source;
  private final Steps steps;

  /** Whether this process has the file for itself, but for what others ask and order. */
  private final boolean owns;

  private final Object writing = new Object();
  private final Object reading = new Object();
  private Connection writer;
  private Connection reader;

  /** Which file it is, whatever its name leads to later; null where the system has no such key. */
  private @Nullable Object key;

  /** Used while writing; null where there is none. */
  private @Nullable SqliteCopy copy;

  private long nextCopy = System.nanoTime();

  /** How often the file was put back. */
  private volatile int restored;

  private SqliteDatabase(Path file, SQLiteDataSource source, boolean owns, Steps steps)
      throws SQLException, IOException {
    this.file = file;
    this.source = source;
    this.owns = owns;
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
    try {
      if (isMissing(file) && takeCopy(file, "missing")) {
        LOG.warn(
            "the state file {} was missing, and was put back from its copy {}. To begin without it,"
                + " remove both",
            file,
            SqliteCopy.of(file));
      }
      try {
        return opened(file, steps);
      } catch (SQLException | FlywayException e) {
        if (!isDamage(e) || !takeCopy(file, "damaged (" + firstLine(e) + ")")) {
          throw e;
        }
        LOG.warn(PUT_BACK, file, firstLine(e), SqliteCopy.of(file), file);
        return opened(file, steps);
      }
    } catch (StoreException e) {
      throw e;
    } catch (SQLException | IOException | RuntimeException e) {
      throw cannotOpen(file, e);
    }
  }

  /** Opens a file that another process may be at work with: its tables stay as they are. */
  static SqliteDatabase beside(Path file) {
    try {
      SqliteDatabase database = new SqliteDatabase(file, source(file), false, Steps.NONE);
      database.copy = SqliteCopy.open(file);
      return database;
    } catch (SQLException | IOException | RuntimeException e) {
      throw cannotOpen(file, e);
    }
  }

  private static SqliteDatabase opened(Path file, Steps steps) throws SQLException, IOException {
    SQLiteDataSource source = source(file);
    MigrateResult migrated =
        Flyway.configure()
            .dataSource(source)
            .locations("classpath:migrations")
            .placeholders(WORDS)
            .validateMigrationNaming(true)
            .load()
            .migrate();
    SqliteDatabase database = new SqliteDatabase(file, source, true, steps);
    SqliteCopy copy = SqliteCopy.open(file);
    if (copy != null
        && (migrated.migrationsExecuted > 0 || !copy.hasAll(database.writer))) {
      copy.close();
      copy = null;
    }
    database.copy = copy;
    synchronized (database.writing) {
      database.requireCopy();
    }
    return database;
  }

  private static SQLiteDataSource source(Path file) {
    SQLiteConfig config = new SQLiteConfig();
    config.setJournalMode(SQLiteConfig.JournalMode.WAL);
    config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
    config.setBusyTimeout(10_000);
    config.setPageSize(8192);
    config.setCacheSize(-CACHE_KIB);
    config.setJournalSizeLimit(64 << 20);
    SQLiteDataSource source = new SQLiteDataSource(config);
    source.setUrl("jdbc:sqlite:" + file);
    return source;
  }

  private static StoreException cannotOpen(Path file, Exception e) {
    return new StoreException(
        "the state file "
            + file
            + " can't be opened: "
            + firstLine(e)
            + ". If it is damaged, move it away: collecting starts anew, and what Graph still"
            + " keeps is delivered again",
        e);
  }

  /** Whether there is nothing: SQLite would take an empty file for a new one. */
  private static boolean isMissing(Path file) throws IOException {
    return !Files.exists(file) || Files.size(file) == 0;
  }

  private static boolean isDamage(Exception e) {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause instanceof SQLiteException failed
          && (DAMAGED.contains(failed.getResultCode().code)
              || DAMAGED.contains(failed.getResultCode().code & 0xff))) {
        return true;
      }
    }
    return false;
  }

  /** Puts the copy in the place of a file that nobody has open; false where there is none. */
  private static boolean takeCopy(Path file, String why) {
    try {
      Path whole = SqliteCopy.restored(file);
      if (whole != null) {
        SqliteCopy.putInPlace(whole, file);
      }
      return whole != null;
    } catch (SQLException | IOException e) {
      throw noCopy(file, why, e);
    }
  }

  private static StoreException noCopy(Path file, String why, Exception e) {
    return new StoreException(
        "the state file "
            + file
            + " is "
            + why
            + ", and its copy "
            + SqliteCopy.of(file)
            + " can't be put in its place: "
            + firstLine(e)
            + ". Check that their disk has room, and start again; or move both away: collecting"
            + " starts anew, and what Graph still keeps is delivered again",
        e);
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
    Path whole = file.resolveSibling(file.getFileName() + "-restored");
    try {
      SqliteCopy.write(writer, whole);
      SqliteCopy.remove(file); // also the log of the one that is gone: it would be the new one's
      Files.move(whole, file, StandardCopyOption.ATOMIC_MOVE);
      SqliteCopy.synced(file.resolveSibling("."));
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

  /** Sees to it that there is a copy; where it can't be made now, that is said and tried again. */
  private void requireCopy() {
    if (!owns || copy != null || System.nanoTime() - nextCopy < 0) {
      return;
    }
    long begun = System.nanoTime();
    try {
      copy = SqliteCopy.make(file, writer);
      long made = System.nanoTime();
      nextCopy = made + REST * (made - begun);
    } catch (SQLException | IOException e) {
      nextCopy = System.nanoTime() + NEXT_COPY.toNanos();
      LOG.warn(
          "the state file {} has no copy now, and {} can't be made: {}. Give its disk as much room"
              + " again as the state file takes",
          file,
          SqliteCopy.of(file),
          e.getMessage());
    }
  }

  private void giveUpCopy(String why) {
    SqliteCopy lost = Objects.requireNonNull(copy);
    LOG.info("the copy of the state file {} is made anew: {}", file, why);
    copy = null;
    try {
      lost.giveUp();
    } catch (IOException e) {
      LOG.warn("{} could not be removed: {}", SqliteCopy.of(file), e.getMessage());
    }
  }

  @Override
  public <T> T write(Work<T> work) {
    synchronized (writing) {
      requireInPlace();
      requireCopy();
      try {
        return transaction(work);
      } catch (SQLException e) {
        if (isDamage(e) && restore(restored, e)) {
          return again(work);
        }
        throw notWritten(e);
      }
    }
  }

  private <T> T again(Work<T> work) {
    try {
      return transaction(work);
    } catch (SQLException e) {
      throw notWritten(e);
    }
  }

  private StoreException notWritten(SQLException e) {
    return new StoreException(
        "the state file "
            + file
            + " could not be written, and nothing was changed: "
            + e.getMessage()
            + ". Check that its disk has room and that this user may write it",
        e);
  }

  private <T> T transaction(Work<T> work) throws SQLException {
    boolean committed = false;
    boolean copied = false;
    try {
      // by hand: the driver's own transactions begin anew at each commit, and would keep every
      // other process from writing its requests
      execute("BEGIN IMMEDIATE");
      List<Session.Change> changes = new ArrayList<>();
      T result = work.in(new Session(writer, changes::add));
      copied = !changes.isEmpty() && copy(SqliteCopy.count(writer), changes);
      steps.reached("commit.before");
      execute("COMMIT");
      committed = true;
      steps.reached("commit.after");
      return result;
    } finally {
      if (!committed) {
        if (copied) {
          giveUpCopy("it has what could not be committed");
        }
        rollback();
      }
    }
  }

  private boolean copy(int commits, List<Session.Change> changes) {
    SqliteCopy to = copy;
    if (to == null) {
      return false;
    }
    try {
      to.commit(commits, changes);
      return true;
    } catch (SQLException e) {
      giveUpCopy(firstLine(e));
      return false;
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
      if (String.valueOf(e.getMessage()).contains("no transaction is active") || isDamage(e)) {
        return; // a damaged file is not gone on with
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
    int before = restored;
    try {
      return query(work);
    } catch (SQLException e) {
      if (isDamage(e) && restore(before, e)) {
        try {
          return query(work);
        } catch (SQLException again) {
          throw notRead(again);
        }
      }
      throw notRead(e);
    }
  }

  private <T> T query(Work<T> work) throws SQLException {
    synchronized (reading) {
      return work.in(new Session(reader));
    }
  }

  private StoreException notRead(SQLException e) {
    return new StoreException(
        "the state file "
            + file
            + " could not be read: "
            + e.getMessage()
            + ". Check its disk; if the file is damaged, move it away and start again: what"
            + " Graph still keeps is delivered again",
        e);
  }

  /**
   * Puts the copy in the place of a file that was found damaged, and goes on with that.
   *
   * @param before how often the file had been put back when it was found
   * @return false where there is no copy
   */
  private boolean restore(int before, SQLException why) {
    synchronized (writing) {
      if (restored != before) {
        return true; // another thread has found it, too
      }
      SqliteCopy from = copy;
      if (from == null || !owns) {
        return false;
      }
      try {
        Path whole = SqliteCopy.restored(file);
        if (whole == null) {
          return false;
        }
        synchronized (reading) {
          closeDamaged(writer);
          closeDamaged(reader);
          SqliteCopy.putInPlace(whole, file);
          writer = writer(source);
          reader = source.getConnection();
        }
        key = key(file);
        copy = null;
        from.close();
        restored++;
        nextCopy = System.nanoTime();
        LOG.warn(PUT_BACK, file, firstLine(why), SqliteCopy.of(file), file);
        requireCopy();
        return true;
      } catch (SQLException | IOException e) {
        throw noCopy(file, "damaged (" + firstLine(why) + ")", e);
      }
    }
  }

  private static void closeDamaged(Connection connection) {
    try {
      connection.close();
    } catch (SQLException e) {
      // it was not to be trusted anyway
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
        if (copy != null) {
          copy.close();
        }
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
