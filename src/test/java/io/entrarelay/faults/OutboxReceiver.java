package io.entrarelay.faults;

import io.entrarelay.record.FormLines;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;

/** Reads the outbox of a state, which keeps its pages for a while ({@code retention}). */
final class OutboxReceiver implements Receiver {
  private static final int LARGEST = 256 << 20;

  /** The way into the state's database; it fails as long as there is none. */
  interface Database {
    Connection connect() throws SQLException;
  }

  private final Database database;
  private final Map<Integer, Long> read = new HashMap<>();
  private String state = "";

  OutboxReceiver(Database database) {
    this.database = database;
  }

  /** The outbox of a SQLite state, which reading doesn't make. */
  static OutboxReceiver sqlite(Path file) {
    return new OutboxReceiver(
        () -> {
          if (!Files.exists(file)) {
            throw new SQLException(file + " is not there yet");
          }
          return DriverManager.getConnection("jdbc:sqlite:" + file);
        });
  }

  @Override
  public String sink() {
    return "outbox";
  }

  @Override
  public void receive(Received into) throws IOException {
    try (Connection connection = database.connect()) {
      String now = state(connection);
      if (!now.equals(state)) {
        state = now; // another one counts from the beginning
        read.clear();
      }
      for (int shard : shards(connection)) {
        pages(connection, shard, into);
      }
    } catch (SQLException e) {
      // damaged, or not made yet: what is not read is not counted
    }
  }

  /** Each state has a seed of its own; its file's number may be that of one that was removed. */
  private static String state(Connection connection) throws SQLException {
    try (PreparedStatement statement =
            connection.prepareStatement("SELECT value FROM setting WHERE name = 'hash-seed'");
        ResultSet row = statement.executeQuery()) {
      return row.next() ? row.getString(1) : "";
    }
  }

  private static int[] shards(Connection connection) throws SQLException {
    try (PreparedStatement statement =
            connection.prepareStatement("SELECT shard FROM lease WHERE sequence > 0");
        ResultSet rows = statement.executeQuery()) {
      var shards = java.util.stream.IntStream.builder();
      while (rows.next()) {
        shards.add(rows.getInt(1));
      }
      return shards.build().toArray();
    }
  }

  private void pages(Connection connection, int shard, Received into)
      throws SQLException, IOException {
    try (PreparedStatement statement =
        connection.prepareStatement(
            "SELECT sequence, lines FROM outbox WHERE shard = ? AND sequence > ? AND form = 'vendor'"
                + " AND sink IS NULL ORDER BY sequence")) {
      statement.setInt(1, shard);
      statement.setLong(2, read.getOrDefault(shard, 0L));
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          lines(FormLines.read(rows.getBytes(2), LARGEST), into);
          read.put(shard, rows.getLong(1));
        }
      }
    }
  }

  private static void lines(FormLines lines, Received into) {
    for (byte[] each : lines) {
      int length = each.length;
      while (length > 0 && each[length - 1] == '\n') {
        length--;
      }
      into.add(java.util.Arrays.copyOf(each, length));
    }
  }
}
