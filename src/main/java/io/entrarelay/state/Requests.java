package io.entrarelay.state;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConfig;

/**
 * What commands ask of the process that holds the data directory, and its answers: rows of the
 * table {@code request}, so that a command needs no port and no lock. Each side has its own
 * connection.
 */
public final class Requests implements AutoCloseable {
  /** The longest question and answer, in characters. */
  public static final int LONGEST = 4_000;

  private static final Duration LOOK = Duration.ofMillis(50);
  private static final Duration KEPT = Duration.ofHours(1);

  /**
   * One question that has no answer yet.
   *
   * @param askedAt epoch milliseconds
   */
  public record Request(long id, String command, String arguments, long askedAt) {}

  private final Connection connection;
  private final InstantSource clock;

  private Requests(Connection connection, InstantSource clock) {
    this.connection = connection;
    this.clock = clock;
  }

  /**
   * Opens a state file that exists.
   *
   * @throws StoreException when there is none, or it can't be read
   */
  public static Requests open(Path database, InstantSource clock) {
    if (!Files.isRegularFile(database)) {
      throw new StoreException(database + " is missing: nothing was collected here yet");
    }
    SQLiteConfig config = new SQLiteConfig();
    config.setBusyTimeout(10_000);
    try {
      return new Requests(config.createConnection("jdbc:sqlite:" + database), clock);
    } catch (SQLException e) {
      throw new StoreException(
          database
              + " can't be opened: "
              + e.getMessage()
              + ". Check that it is the relay's state file and that this user may read it",
          e);
    }
  }

  /** Asks; the answer comes under the number that is returned. */
  public synchronized long ask(String command, String arguments) {
    long now = clock.millis();
    try (PreparedStatement forget =
            connection.prepareStatement("DELETE FROM request WHERE asked_at < ?");
        PreparedStatement insert =
            connection.prepareStatement(
                "INSERT INTO request (command, arguments, asked_at) VALUES (?, ?, ?)",
                Statement.RETURN_GENERATED_KEYS)) {
      forget.setLong(1, now - KEPT.toMillis());
      forget.executeUpdate();
      insert.setString(1, command);
      insert.setString(2, arguments);
      insert.setLong(3, now);
      insert.executeUpdate();
      try (ResultSet keys = insert.getGeneratedKeys()) {
        keys.next();
        return keys.getLong(1);
      }
    } catch (SQLException e) {
      throw failed("asked", e);
    }
  }

  /** What was asked and not yet answered, the oldest first. */
  public synchronized List<Request> take() {
    try (Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery(
                "SELECT id, command, arguments, asked_at FROM request"
                    + " WHERE answered_at IS NULL ORDER BY id")) {
      List<Request> requests = new ArrayList<>();
      while (rows.next()) {
        requests.add(
            new Request(rows.getLong(1), rows.getString(2), rows.getString(3), rows.getLong(4)));
      }
      return requests;
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
        connection.prepareStatement(
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
        connection.prepareStatement("SELECT answer FROM request WHERE id = ?")) {
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
            + ". Check the state file's disk, and that both sides are of the same version",
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
