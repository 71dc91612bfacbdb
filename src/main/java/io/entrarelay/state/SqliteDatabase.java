package io.entrarelay.state;

import static io.entrarelay.state.SqliteFile.firstLine;

import io.entrarelay.state.SqliteFile.Use;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sqlite.SQLiteDataSource;

/**
 * SQLite: one file, write-ahead log, every commit synced to the disk before it returns ({@code
 * synchronous=FULL}). One connection writes and one reads, each used by one thread at a time. The
 * process that has the data directory keeps a copy, and takes it where the file is deleted or
 * damaged.
 */
final class SqliteDatabase implements Database {
  private static final int CHECKPOINT_PAGES = 4_000;
  private static final Map<String, String> WORDS =
      Map.of("bytes", "BLOB", "identity", "INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT");

  private static final Logger LOG = LoggerFactory.getLogger(SqliteDatabase.class);

  private final SqliteFile file;
  private final Use use;
  private final Steps steps;

  private final Object writing = new Object();
  private final Object reading = new Object();
  private final CopyKeeper copy;
  private Connection writer;
  private Connection reader;

  /** Which file it is, whatever its name leads to later; null where the system has no such key. */
  private @Nullable Object key;

  /** How often the copy took the file's place. */
  private volatile int restored;

  private volatile boolean closed;

  private SqliteDatabase(SqliteFile file, Use use, Steps steps) throws SQLException, IOException {
    this.file = file;
    this.use = use;
    this.steps = steps;
    this.writer = writer(file, use);
    this.reader = file.connect(use);
    this.key = file.key();
    this.copy = new CopyKeeper(file, use == Use.STATE);
  }

  private static Connection writer(SqliteFile file, Use use) throws SQLException {
    Connection writer = file.connect(use);
    SqliteFile.execute(writer, "PRAGMA wal_autocheckpoint=" + CHECKPOINT_PAGES);
    return writer;
  }

  static SqliteDatabase open(Path path, Steps steps) {
    SqliteFile file = new SqliteFile(path);
    try {
      SqliteCopy.sweep(file);
      if (file.isMissing() && SqliteCopy.exists(file)) {
        takeCopy(file, "missing");
      }
      int lost = SqliteCopy.lost(file);
      if (lost > 0) {
        takeCopy(file, lost + " commits behind its copy");
      }
      try {
        return opened(file, steps);
      } catch (SQLException | FlywayException e) {
        if (!SqliteFile.isDamage(e) || !SqliteCopy.exists(file)) {
          throw e;
        }
        takeCopy(file, "damaged (" + firstLine(e) + ")");
        return opened(file, steps);
      }
    } catch (StoreException e) {
      throw e;
    } catch (SQLException | IOException | RuntimeException e) {
      throw cannotOpen(file, e);
    }
  }

  /** Opens a file that another process may be at work with: its tables stay as they are. */
  static SqliteDatabase beside(Path path) {
    SqliteFile file = new SqliteFile(path);
    if (file.isMissing()) {
      throw missing(file);
    }
    if (SqliteCopy.lost(file) > 0) {
      throw putBackAtAStart(file, "has lost commits");
    }
    try {
      return new SqliteDatabase(file, Use.BESIDE, Steps.NONE);
    } catch (SQLException | IOException | RuntimeException e) {
      if (SqliteFile.isDamage(e) && SqliteCopy.exists(file)) {
        throw putBackAtAStart(file, "is damaged (" + firstLine(e) + ")");
      }
      throw cannotOpen(file, e);
    }
  }

  /** To say where there is nothing to work with. */
  static StoreException missing(SqliteFile file) {
    return SqliteCopy.exists(file)
        ? putBackAtAStart(file, "is missing")
        : new StoreException(file + " is missing: nothing was collected here yet");
  }

  private static StoreException putBackAtAStart(SqliteFile file, String what) {
    return new StoreException(
        file
            + " "
            + what
            + ". Start the relay: it is put back from its copy "
            + SqliteCopy.of(file));
  }

  private static SqliteDatabase opened(SqliteFile file, Steps steps)
      throws SQLException, IOException {
    SQLiteDataSource source = new SQLiteDataSource(file.config(Use.STATE));
    source.setUrl(file.url());
    Flyway.configure()
        .dataSource(source)
        .locations("classpath:migrations")
        .placeholders(WORDS)
        .validateMigrationNaming(true)
        .load()
        .migrate();
    SqliteDatabase database = new SqliteDatabase(file, Use.STATE, steps);
    boolean begun = false;
    try {
      database.copy.begin(database.writer);
      begun = true;
      return database;
    } finally {
      if (!begun) {
        database.closeAnyway();
      }
    }
  }

  private static StoreException cannotOpen(SqliteFile file, Exception e) {
    return new StoreException(
        "the state file "
            + file
            + " can't be opened: "
            + firstLine(e)
            + ". If it is damaged, move it away with all that is beside it: collecting starts"
            + " anew, and what Graph still keeps is delivered again",
        e);
  }

  /** Puts the copy in the place of a file that nobody works with. */
  private static void takeCopy(SqliteFile file, String why) {
    boolean kept = Files.exists(file.path());
    try {
      SqliteCopy.restored(file).putInPlaceOf(file);
    } catch (SQLException | IOException e) {
      throw noCopy(file, why, e);
    }
    tell(file, why, kept);
  }

  private static void tell(SqliteFile file, String why, boolean kept) {
    LOG.warn(
        "the state file {} was {}, and was put back from its copy {}. {}To begin without a state,"
            + " stop the relay and remove both",
        file,
        why,
        SqliteCopy.of(file),
        kept
            ? "What was there is kept as "
                + file
                + "-damaged: see what has happened to its disk, then remove it. "
            : "");
  }

  private static StoreException noCopy(SqliteFile file, String why, Exception e) {
    return new StoreException(
        "the state file "
            + file
            + " is "
            + why
            + ", and its copy "
            + SqliteCopy.of(file)
            + " can't be put in its place: "
            + firstLine(e)
            + ". Give their disk room, and start again. Without the copy it goes on with the state"
            + " file as it is; without both, collecting starts anew, and what Graph still keeps is"
            + " delivered again",
        e);
  }

  /**
   * What is written to a file that has lost its name is gone with this process, and with it what
   * was read and how far the sinks are: nothing more is to be built on it. As long as it is open,
   * it can be put back whole.
   */
  private void requireInPlace() {
    Object found;
    try {
      found = file.key();
    } catch (IOException e) {
      requireOwned();
      putBack();
      return;
    }
    if (!Objects.equals(key, found)) {
      requireOwned();
      throw new StoreException(
          "the state file "
              + file
              + " was replaced while it was in use: nothing more is collected or delivered. Stop"
              + " the relay, remove what is there now with its -wal, and start it again: "
              + afterwards());
    }
  }

  /** What a start finds where the state file is gone. */
  private String afterwards() {
    return copy.isThere()
        ? "it is put back from its copy " + SqliteCopy.of(file)
        : "it has no copy now, and what relay.collect.backfill reaches is delivered again";
  }

  private void requireOwned() {
    if (use != Use.STATE) {
      throw new StoreException(
          "the state file " + file + " was put back or removed meanwhile: do it once more");
    }
  }

  /** Writes what is still open under its name again, and goes on with that. */
  private void putBack() {
    SqliteFile whole = file.beside("-restored");
    try {
      whole.write(SqliteCopy.of(file), writer, 0);
      file.remove(); // the log of the one that is gone: SQLite would take it for the new one's
      Files.move(whole.path(), file.path(), StandardCopyOption.ATOMIC_MOVE);
      file.syncDirectory();
      reopen();
    } catch (SQLException | IOException e) {
      throw new StoreException(
          "the state file "
              + file
              + " was removed while it was in use, and can't be written anew: "
              + e.getMessage()
              + ". Nothing more is collected or delivered. Let its directory be there with room for"
              + " it, or stop the relay and start it again: "
              + afterwards(),
          e);
    }
    LOG.warn(
        "the state file {} was removed while it was in use; it was written anew, and nothing is"
            + " missing. To begin without it, stop the relay first, and remove its copy as well",
        file);
  }

  /** Goes on with what has the file's name now. */
  private void reopen() throws SQLException, IOException {
    synchronized (reading) {
      closeDamaged(writer);
      closeDamaged(reader);
      key = file.key();
      writer = writer(file, use);
      reader = file.connect(use);
    }
  }

  /** After a failure in the middle of it. */
  private void requireOpen() throws SQLException, IOException {
    if (!closed && (writer.isClosed() || reader.isClosed())) {
      reopen();
    }
  }

  private boolean isClosed() {
    try {
      return writer.isClosed();
    } catch (SQLException e) {
      return true;
    }
  }

  private static void closeDamaged(Connection connection) {
    try {
      connection.close();
    } catch (SQLException e) {
      // it is not gone on with
    }
  }

  @Override
  public <T> T write(Work<T> work) {
    synchronized (writing) {
      requireInPlace();
      try {
        requireOpen();
        copy.require(writer);
        return transaction(work);
      } catch (SQLException e) {
        if (SqliteFile.isDamage(e) && restore(restored, e)) {
          return again(work);
        }
        throw notWritten(e);
      } catch (IOException e) {
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

  private StoreException notWritten(Exception e) {
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
    boolean damaged = false;
    try {
      // by hand: the driver's own transactions begin anew at each commit, and would keep every
      // other process from writing its requests
      SqliteFile.execute(writer, "BEGIN IMMEDIATE");
      List<Session.Change> changes = new ArrayList<>();
      T result = work.in(new Session(writer, changes::add));
      copied = !changes.isEmpty() && copy.follow(SqliteCopy.count(writer), changes);
      steps.reached("commit.before");
      try {
        SqliteFile.execute(writer, "COMMIT");
      } catch (SQLException e) {
        // the copy has the transaction, and takes the place of a damaged file
        damaged = SqliteFile.isDamage(e);
        if (!copied || !damaged || !restore(restored, e)) {
          throw e;
        }
      }
      committed = true;
      steps.reached("commit.after");
      return result;
    } finally {
      if (!committed) {
        if (copied && !damaged) {
          copy.giveUp("it has what could not be committed");
        }
        rollback();
      }
    }
  }

  /** Ends what was not committed; SQLite itself ends some transactions that fail. */
  private void rollback() {
    try {
      SqliteFile.execute(writer, "ROLLBACK");
    } catch (SQLException e) {
      if (String.valueOf(e.getMessage()).contains("no transaction is active")
          || SqliteFile.isDamage(e)
          || isClosed()) {
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
      if (SqliteFile.isDamage(e) && restore(before, e)) {
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
            + ". Check its disk; if the file is damaged, stop the relay, move it away and start"
            + " again: without a copy, what Graph still keeps is delivered again",
        e);
  }

  /**
   * Puts the copy in the place of a file that was found damaged, and goes on with that.
   *
   * @param before how often that had been done when it was found
   * @return false where there is no copy
   */
  private boolean restore(int before, SQLException why) {
    synchronized (writing) {
      if (restored != before) {
        return true; // another thread has found it, too
      }
      if (use != Use.STATE || !copy.isThere()) {
        return false;
      }
      String damage = "damaged (" + firstLine(why) + ")";
      try {
        SqliteFile whole = SqliteCopy.restored(file);
        synchronized (reading) {
          closeDamaged(writer);
          closeDamaged(reader);
          whole.putInPlaceOf(file);
          reopen();
        }
      } catch (SQLException | IOException e) {
        throw noCopy(file, damage, e);
      }
      restored++;
      tell(file, damage, true);
      copy.letGo();
      copy.require(writer);
      return true;
    }
  }

  @Override
  public long now(Session session) {
    return System.currentTimeMillis(); // nobody else's clock is in play
  }

  private void closeAnyway() {
    closeDamaged(writer);
    closeDamaged(reader);
    copy.close();
  }

  @Override
  public void close() {
    closed = true;
    try {
      synchronized (writing) {
        writer.close();
        copy.close();
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
