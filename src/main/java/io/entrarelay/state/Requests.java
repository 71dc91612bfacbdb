package io.entrarelay.state;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteOpenMode;

/**
 * What commands ask of the processes that work with the store, and their answers: rows of the table
 * {@code request}, so that a command needs no port and no lock. Each side has its own connection.
 */
public final class Requests implements AutoCloseable {
  /** The longest question and answer, in characters. */
  public static final int LONGEST = 4_000;

  private static final Duration LOOK = Duration.ofMillis(50);
  private static final Duration KEPT = Duration.ofHours(1);

  /**
   * One question that has no answer yet.
   *
   * @param shard the shard that it is about, whose holder answers; null for any process
   * @param askedAt epoch milliseconds
   */
  public record Request(
      long id, String command, String arguments, @Nullable Integer shard, long askedAt) {}

  private interface Connecting {
    Connection connect() throws SQLException;

    /** Whether a connection that was made no longer leads to the store. */
    default boolean isStale() {
      return false;
    }
  }

  /** To a file, which the process that owns it may write anew. */
  private static final class ToFile implements Connecting {
    private final Path file;
    private @Nullable Object key;

    private ToFile(Path file) {
      this.file = file;
    }

    @Override
    public Connection connect() throws SQLException {
      SQLiteConfig config = new SQLiteConfig();
      config.setBusyTimeout(10_000);
      config.resetOpenMode(SQLiteOpenMode.CREATE); // in the moment in which it is put back
      key = key();
      return config.createConnection("jdbc:sqlite:" + file);
    }

    @Override
    public boolean isStale() {
      Object now = key();
      return now != null && !now.equals(key);
    }

    private @Nullable Object key() {
      try {
        return Files.readAttributes(file, BasicFileAttributes.class).fileKey();
      } catch (IOException e) {
        return null; // it is gone; whoever owns it puts it back
      }
    }
  }

  private final Connecting connecting;
  private final InstantSource clock;
  private final String self = UUID.randomUUID().toString();
  private Connection connection;

  private Requests(Connecting connecting, InstantSource clock) throws SQLException {
    this.connecting = connecting;
    this.clock = clock;
    this.connection = connecting.connect();
  }

  /** The connection, a new one where a server has ended it or its file was written anew. */
  private Connection connection() throws SQLException {
    if (connecting.isStale()) {
      connection.close();
    }
    if (connection.isClosed()) {
      connection = connecting.connect();
    }
    return connection;
  }

  /**
   * Opens a database of PostgreSQL that a relay has prepared.
   *
   * @throws StoreException when it can't be reached
   */
  public static Requests postgres(
      String url, @Nullable String user, @Nullable String password, InstantSource clock) {
    Properties properties = new Properties();
    if (user != null) {
      properties.setProperty("user", user);
    }
    if (password != null) {
      properties.setProperty("password", password);
    }
    properties.setProperty("connectTimeout", "10");
    properties.setProperty("socketTimeout", "10");
    try {
      return new Requests(() -> DriverManager.getConnection(url, properties), clock);
    } catch (SQLException e) {
      throw new StoreException(
          "the state database "
              + url
              + " can't be reached: "
              + e.getMessage()
              + " Check relay.state.url, relay.state.user and relay.state.password",
          e);
    }
  }

  /** The processes that work with the store now, by the names they gave themselves. */
  public synchronized List<String> nodes() {
    try (Statement statement = connection().createStatement();
        ResultSet rows =
            statement.executeQuery(
                "SELECT name FROM node WHERE expires_at >"
                    + " CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT)"
                    + " ORDER BY name")) {
      List<String> nodes = new ArrayList<>();
      while (rows.next()) {
        nodes.add(rows.getString(1));
      }
      return nodes;
    } catch (SQLException e) {
      throw failed("asked", e);
    }
  }

  /**
   * Opens a state file that exists.
   *
   * @throws StoreException when there is none, or it can't be read
   */
  public static Requests open(Path database, InstantSource clock) {
    SqliteFile file = new SqliteFile(database);
    if (file.isMissing()) {
      throw SqliteDatabase.missing(file);
    }
    try {
      return new Requests(new ToFile(database), clock);
    } catch (SQLException e) {
      throw new StoreException(
          database
              + " can't be opened: "
              + e.getMessage()
              + ". Check that it is the relay's state file and that this user may read it",
          e);
    }
  }

  /** Asks any process; the answer comes under the number that is returned. */
  public long ask(String command, String arguments) {
    return ask(command, arguments, null);
  }

  /**
   * Asks; the answer comes under the number that is returned.
   *
   * @param shard whose holder is to answer; null for any process
   */
  public synchronized long ask(String command, String arguments, @Nullable Integer shard) {
    long now = clock.millis();
    try (PreparedStatement forget =
            connection().prepareStatement("DELETE FROM request WHERE asked_at < ?");
        PreparedStatement insert =
            connection()
                .prepareStatement(
                    "INSERT INTO request (command, arguments, shard, asked_at)"
                        + " VALUES (?, ?, ?, ?) RETURNING id")) {
      forget.setLong(1, now - KEPT.toMillis());
      forget.executeUpdate();
      insert.setString(1, command);
      insert.setString(2, arguments);
      insert.setObject(3, shard);
      insert.setLong(4, now);
      try (ResultSet row = insert.executeQuery()) {
        row.next();
        return row.getLong(1);
      }
    } catch (SQLException e) {
      throw failed("asked", e);
    }
  }

  /**
   * What was asked, is not yet answered and no other process's, the oldest first: no other gets it
   * from now on.
   *
   * @param shards the shards whose questions are for this process
   */
  public synchronized List<Request> take(Set<Integer> shards) {
    try (PreparedStatement select =
            connection()
                .prepareStatement(
                    "SELECT id, command, arguments, shard, asked_at FROM request"
                        + " WHERE answered_at IS NULL AND (taken_by IS NULL OR taken_by = ?)"
                        + " ORDER BY id");
        PreparedStatement claim =
            connection()
                .prepareStatement(
                    "UPDATE request SET taken_by = ?"
                        + " WHERE id = ? AND (taken_by IS NULL OR taken_by = ?)")) {
      List<Request> asked = new ArrayList<>();
      select.setString(1, self);
      try (ResultSet rows = select.executeQuery()) {
        while (rows.next()) {
          Integer shard = rows.getObject(4) == null ? null : rows.getInt(4);
          asked.add(
              new Request(
                  rows.getLong(1), rows.getString(2), rows.getString(3), shard, rows.getLong(5)));
        }
      }
      List<Request> taken = new ArrayList<>();
      for (Request request : asked) {
        claim.setString(1, self);
        claim.setLong(2, request.id);
        claim.setString(3, self);
        boolean mine = request.shard == null || shards.contains(request.shard);
        if (mine && claim.executeUpdate() == 1) {
          taken.add(request);
        }
      }
      return taken;
    } catch (SQLException e) {
      throw failed("looked for", e);
    }
  }

  /** Answers, for good: a second answer changes nothing. */
  public synchronized void answer(long id, String answer) {
    if (answer.length() > LONGEST) {
      throw new IllegalArgumentException("an answer has at most " + LONGEST + " characters");
    }
    try (PreparedStatement update =
        connection()
            .prepareStatement(
                "UPDATE request SET answered_at = ?, answer = ?"
                    + " WHERE id = ? AND answered_at IS NULL")) {
      update.setLong(1, clock.millis());
      update.setString(2, answer);
      update.setLong(3, id);
      update.executeUpdate();
    } catch (SQLException e) {
      throw failed("answered", e);
    }
  }

  /**
   * Waits for the answer.
   *
   * @return null when none came in this time
   */
  public @Nullable String await(long id, Duration atMost) {
    long end = System.nanoTime() + atMost.toNanos();
    while (true) {
      String answer = answered(id);
      if (answer != null || System.nanoTime() >= end || Thread.currentThread().isInterrupted()) {
        return answer;
      }
      LockSupport.parkNanos(LOOK.toNanos()); // another process answers: it can't wake this one
    }
  }

  private synchronized @Nullable String answered(long id) {
    try (PreparedStatement select =
        connection().prepareStatement("SELECT answer FROM request WHERE id = ?")) {
      select.setLong(1, id);
      try (ResultSet row = select.executeQuery()) {
        return row.next() ? row.getString(1) : null;
      }
    } catch (SQLException e) {
      throw failed("looked for", e);
    }
  }

  private static StoreException failed(String what, SQLException e) {
    return new StoreException(
        "the relay's requests could not be "
            + what
            + ": "
            + e.getMessage()
            + ". Check the state's disk or server, and that both sides are of the same version",
        e);
  }

  @Override
  public synchronized void close() {
    try {
      connection.close();
    } catch (SQLException e) {
      throw new StoreException("the requests could not be closed: " + e.getMessage(), e);
    }
  }
}
