package io.entrarelay.state;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
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
   * all.
   *
   * @param like whose mode it gets; it is the owner's alone where that is not there
   * @param connection to the other file, without a transaction
   * @param leaving so many bytes free
   * @throws IOException also where its disk has less room, as far as that can be known
   */
  void write(SqliteFile like, Connection connection, long leaving)
      throws SQLException, IOException {
    remove();
    requireRoom(
        number(connection, "PRAGMA page_size")
            * (number(connection, "PRAGMA page_count")
                - number(connection, "PRAGMA freelist_count")),
        leaving);
    boolean written = false;
    try {
      create(like);
      execute(connection, "VACUUM INTO '" + path.toString().replace("'", "''") + "'");
      sync(path);
      written = true;
    } finally {
      if (!written) {
        remove();
      }
    }
  }

  /** Empty, which SQLite fills: so nobody may read it before its mode is set. */
  private void create(SqliteFile like) throws IOException {
    if (Files.getFileStore(path.resolveSibling(".")).supportsFileAttributeView("posix")) {
      Set<PosixFilePermission> mode =
          Files.exists(like.path)
              ? Files.getPosixFilePermissions(like.path)
              : PosixFilePermissions.fromString("rw-------");
      Files.createFile(path, PosixFilePermissions.asFileAttribute(mode));
      Files.setPosixFilePermissions(path, mode); // also what the umask has taken away
    }
  }

  private void requireRoom(long bytes, long leaving) throws IOException {
    long room;
    try {
      room = Files.getFileStore(path.resolveSibling(".")).getUsableSpace();
    } catch (IOException e) {
      return; // not every system tells: then the disk does
    }
    if (room < bytes + leaving) {
      throw new IOException(
          "it takes "
              + megabytes(bytes)
              + ", and its disk has "
              + megabytes(room)
              + " left"
              + (leaving == 0 ? "" : ", of which " + megabytes(leaving) + " are kept free"));
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
      if (Files.exists(other.log("-wal"))) {
        Files.move(other.log("-wal"), damaged.log("-wal"));
      }
      Files.move(other.path, damaged.path);
    }
    other.remove(); // the logs that are left: SQLite would take them for this one's
    Files.move(path, other.path, StandardCopyOption.ATOMIC_MOVE);
    other.syncDirectory();
  }

  void syncDirectory() throws IOException {
    sync(path.resolveSibling("."));
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

  /**
   * Reads the whole file.
   *
   * @throws SQLException where it is damaged
   */
  static void requireWhole(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("PRAGMA quick_check(1)")) {
      String found = row.next() ? row.getString(1) : "";
      if (!found.equals("ok")) {
        throw new SQLiteException(found, SQLiteErrorCode.SQLITE_CORRUPT);
      }
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
