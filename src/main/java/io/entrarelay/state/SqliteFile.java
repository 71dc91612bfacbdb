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
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteConfig.JournalMode;
import org.sqlite.SQLiteConfig.SynchronousMode;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;
import org.sqlite.SQLiteOpenMode;

/** A file of SQLite and what belongs to it: its logs, and the files that take its place. */
record SqliteFile(Path path) {
  /** What SQLite keeps beside a file. */
  private static final String[] LOGS = {"-wal", "-shm", "-journal"};

  /** SQLite's codes for a file whose content makes no sense, ends too early or can't be read. */
  private static final Set<Integer> DAMAGED =
      Set.of(
          SQLiteErrorCode.SQLITE_CORRUPT.code,
          SQLiteErrorCode.SQLITE_NOTADB.code,
          SQLiteErrorCode.SQLITE_IOERR_READ.code,
          SQLiteErrorCode.SQLITE_IOERR_SHORT_READ.code,
          SQLiteErrorCode.SQLITE_IOERR_CORRUPTFS.code);

  /** Bytes that another file leaves free: the state file's own growth, and what sinks write. */
  private static final long ROOM_LEFT = 32L << 20;

  /** The write-ahead log may take so many bytes when it was written into the file. */
  private static final int LARGEST_LOG = 64 << 20;

  private static final int PAGE_SIZE = 8192;

  /** What a connection may do with the file. */
  enum Use {
    /** Make it where it is not there; each commit is on the disk when it returns. */
    STATE(JournalMode.WAL, SynchronousMode.FULL, 8 << 10, true),
    /** As the state, of a file that is there. */
    BESIDE(JournalMode.WAL, SynchronousMode.FULL, 8 << 10, false),
    /** Commits are on the disk some time later. */
    COPY(JournalMode.WAL, SynchronousMode.NORMAL, 2 << 10, false),
    /** All is in the file itself when a commit returns. */
    WHOLE(JournalMode.DELETE, SynchronousMode.FULL, 2 << 10, false);

    private final JournalMode journal;
    private final SynchronousMode synchronous;
    private final int cacheKib;
    private final boolean create;

    Use(JournalMode journal, SynchronousMode synchronous, int cacheKib, boolean create) {
      this.journal = journal;
      this.synchronous = synchronous;
      this.cacheKib = cacheKib;
      this.create = create;
    }
  }

  SQLiteConfig config(Use use) {
    SQLiteConfig config = new SQLiteConfig();
    config.setJournalMode(use.journal);
    config.setSynchronous(use.synchronous);
    config.setBusyTimeout(10_000);
    config.setPageSize(PAGE_SIZE);
    config.setCacheSize(-use.cacheKib);
    config.setJournalSizeLimit(LARGEST_LOG);
    if (!use.create) {
      config.resetOpenMode(SQLiteOpenMode.CREATE);
    }
    return config;
  }

  String url() {
    return "jdbc:sqlite:" + path;
  }

  Connection connect(Use use) throws SQLException {
    return config(use).createConnection(url());
  }

  /** Whether there is nothing: SQLite would take an empty file for a new one. */
  boolean isMissing() {
    try {
      return Files.size(path) == 0;
    } catch (IOException e) {
      return true;
    }
  }

  /** Which file it is, whatever its name leads to later; null where the system has no such key. */
  @Nullable Object key() throws IOException {
    return Files.readAttributes(path, BasicFileAttributes.class).fileKey();
  }

  /** Another file, whose name ends in this as well. */
  SqliteFile beside(String end) {
    return new SqliteFile(log(end));
  }

  private Path log(String end) {
    return path.resolveSibling(path.getFileName() + end);
  }

  void remove() throws IOException {
    Files.deleteIfExists(path);
    for (String end : LOGS) {
      Files.deleteIfExists(log(end));
    }
  }

  /**
   * Writes all that was committed to another file here, which is then on the disk, whole or not at
   * all, and for the eyes of the same users.
   *
   * @param connection to it, without a transaction
   * @throws IOException also where that would leave the disk too little room
   */
  void write(SqliteFile other, Connection connection) throws SQLException, IOException {
    remove();
    long bytes =
        number(connection, "PRAGMA page_size")
            * (number(connection, "PRAGMA page_count")
                - number(connection, "PRAGMA freelist_count"));
    long room = Files.getFileStore(path.resolveSibling(".")).getUsableSpace();
    if (room < bytes + ROOM_LEFT) {
      throw new IOException(
          "it takes "
              + megabytes(bytes)
              + ", and its disk has "
              + megabytes(room)
              + " left, of which "
              + megabytes(ROOM_LEFT)
              + " are kept free");
    }
    boolean written = false;
    try {
      execute(connection, "VACUUM INTO '" + path.toString().replace("'", "''") + "'");
      if (Files.getFileStore(path).supportsFileAttributeView("posix") && !other.isMissing()) {
        Files.setPosixFilePermissions(path, Files.getPosixFilePermissions(other.path));
      }
      sync(path);
      written = true;
    } finally {
      if (!written) {
        remove();
      }
    }
  }

  private static String megabytes(long bytes) {
    return ((bytes + (1 << 20) - 1) >> 20) + " MB";
  }

  /**
   * Takes the place of another file, which is kept under the name that ends in {@code -damaged}.
   * Those who have that one open go on with what has no name any more, and are to look for it.
   */
  void putInPlaceOf(SqliteFile other) throws IOException {
    SqliteFile damaged = other.beside("-damaged");
    if (Files.exists(other.path)) {
      damaged.remove();
      Files.move(other.path, damaged.path);
    }
    for (String end : LOGS) { // of the one that was there: SQLite would take them for this one's
      if (Files.exists(damaged.path) && Files.exists(other.log(end)) && end.equals("-wal")) {
        Files.move(other.log(end), damaged.log(end), StandardCopyOption.REPLACE_EXISTING);
      }
      Files.deleteIfExists(other.log(end));
    }
    Files.move(path, other.path, StandardCopyOption.ATOMIC_MOVE);
    sync(other.path.resolveSibling("."));
  }

  private static void sync(Path path) throws IOException {
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  static void execute(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  static long number(Connection connection, String query) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(query)) {
      return row.next() ? row.getLong(1) : 0;
    }
  }

  static boolean isDamage(Exception e) {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause instanceof SQLiteException failed) {
        int code = failed.getResultCode().code;
        return DAMAGED.contains(code) || DAMAGED.contains(code & 0xff);
      }
    }
    return false;
  }

  /** Some messages go on with a table. */
  static String firstLine(Exception e) {
    return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
  }

  @Override
  public String toString() {
    return path.toString();
  }
}
