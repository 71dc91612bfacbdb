package io.entrarelay.state;

import io.entrarelay.plan.Intervals;
import io.entrarelay.plan.Intervals.Span;
import io.entrarelay.plan.Plan.Coverage;
import io.entrarelay.plan.Plan.Recheck;
import io.entrarelay.state.PageCommit.OutboxRow;
import io.entrarelay.state.PageCommit.ParkedRecord;
import io.entrarelay.state.PageCommit.SeenSegment;
import java.io.ByteArrayOutputStream;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.flywaydb.core.Flyway;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteDataSource;

/**
 * The store on SQLite: one file, write-ahead log, every commit synced to the disk before it returns
 * ({@code synchronous=FULL}). One connection writes and one reads, each used by one thread at a
 * time.
 */
public final class SqliteStore implements Store {
  private static final int CACHE_KIB = 8 * 1024;
  private static final int CHECKPOINT_PAGES = 4_000;

  private final Path file;
  private final Connection writer;
  private final Connection reader;
  private final Steps steps;

  private SqliteStore(Path file, Connection writer, Connection reader, Steps steps) {
    this.file = file;
    this.writer = writer;
    this.reader = reader;
    this.steps = steps;
  }

  /** Opens the file, making or migrating it where need be. */
  public static SqliteStore open(Path file, Steps steps) {
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
      Flyway.configure()
          .dataSource(source)
          .locations("classpath:migrations")
          .validateMigrationNaming(true)
          .load()
          .migrate();
      Connection writer = source.getConnection();
      try (var statement = writer.createStatement()) {
        statement.execute("PRAGMA wal_autocheckpoint=" + CHECKPOINT_PAGES);
      }
      return new SqliteStore(file, writer, source.getConnection(), steps);
    } catch (SQLException | RuntimeException e) {
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

  private interface Work<T> {
    T in(Connection connection) throws SQLException;
  }

  private <T> T write(Work<T> work) {
    synchronized (writer) {
      boolean committed = false;
      try {
        // by hand: the driver's own transactions begin anew at each commit, and would keep every
        // other process from writing its requests
        execute("BEGIN IMMEDIATE");
        T result = work.in(writer);
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

  private <T> T read(Work<T> work) {
    synchronized (reader) {
      try {
        return work.in(reader);
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

  private static PreparedStatement prepare(Connection connection, String sql, Object... values)
      throws SQLException {
    PreparedStatement statement = connection.prepareStatement(sql);
    for (int i = 0; i < values.length; i++) {
      statement.setObject(i + 1, values[i]);
    }
    return statement;
  }

  private static int update(Connection connection, String sql, Object... values)
      throws SQLException {
    try (PreparedStatement statement = prepare(connection, sql, values)) {
      return statement.executeUpdate();
    }
  }

  private static long number(Connection connection, String sql, Object... values)
      throws SQLException {
    try (PreparedStatement statement = prepare(connection, sql, values);
        ResultSet rows = statement.executeQuery()) {
      return rows.next() ? rows.getLong(1) : 0;
    }
  }

  /** Takes {@code numbers} numbers of the shard's outbox; fails where the lease is not ours. */
  private static long sequence(Connection connection, Lease lease, int numbers)
      throws SQLException {
    int held =
        update(
            connection,
            "UPDATE lease SET sequence = sequence + ? WHERE shard = ? AND fence = ?",
            numbers,
            lease.shard(),
            lease.fence());
    if (held == 0) {
      throw new StoreException.LeaseLost(lease);
    }
    return number(connection, "SELECT sequence FROM lease WHERE shard = ?", lease.shard());
  }

  @Override
  public long hashSeed() {
    return write(
        connection -> {
          update(
              connection,
              "INSERT INTO setting (name, value) VALUES ('hash-seed', ?) ON CONFLICT DO NOTHING",
              Long.toString(new SecureRandom().nextLong()));
          return number(connection, "SELECT value FROM setting WHERE name = 'hash-seed'");
        });
  }

  @Override
  public Map<Integer, Lease> takeAll(String holder) {
    return write(
        connection -> {
          Map<Integer, Lease> leases = new TreeMap<>();
          for (int shard = 0; shard < Lease.SHARDS; shard++) {
            update(
                connection,
                "INSERT INTO lease (shard, holder, fence, sequence) VALUES (?, ?, 1, 0)"
                    + " ON CONFLICT (shard) DO UPDATE"
                    + " SET holder = excluded.holder, fence = fence + 1",
                shard,
                holder);
            long fence = number(connection, "SELECT fence FROM lease WHERE shard = ?", shard);
            leases.put(shard, new Lease(shard, fence));
          }
          return leases;
        });
  }

  @Override
  public FeedState feed(String tenantId, String clientId, String report, long since) {
    return write(
        connection -> {
          int made =
              update(
                  connection,
                  "INSERT INTO feed (tenant_id, client_id, report, since, not_before)"
                      + " VALUES (?, ?, ?, ?, 0)"
                      + " ON CONFLICT (tenant_id, client_id, report) DO NOTHING",
                  tenantId,
                  clientId,
                  report,
                  since);
          try (PreparedStatement statement =
                  prepare(
                      connection,
                      "SELECT id, since, not_before FROM feed"
                          + " WHERE tenant_id = ? AND client_id = ? AND report = ?",
                      tenantId,
                      clientId,
                      report);
              ResultSet row = statement.executeQuery()) {
            row.next();
            long id = row.getLong(1);
            return new FeedState(
                id,
                made == 1,
                new Coverage(row.getLong(2), readings(connection, id), rechecks(connection, id)),
                row.getLong(3),
                tallies(connection, id));
          }
        });
  }

  private static NavigableMap<Long, Intervals> readings(Connection connection, long feed)
      throws SQLException {
    NavigableMap<Long, Intervals> readings = new TreeMap<>();
    try (PreparedStatement statement =
            prepare(connection, "SELECT age, begins, ends FROM reading WHERE feed = ?", feed);
        ResultSet rows = statement.executeQuery()) {
      while (rows.next()) {
        readings.merge(
            rows.getLong(1), Intervals.of(rows.getLong(2), rows.getLong(3)), Intervals::plus);
      }
    }
    return readings;
  }

  private static List<Recheck> rechecks(Connection connection, long feed) throws SQLException {
    List<Recheck> rechecks = new ArrayList<>();
    try (PreparedStatement statement =
            prepare(connection, "SELECT begins, ends, due FROM recheck WHERE feed = ?", feed);
        ResultSet rows = statement.executeQuery()) {
      while (rows.next()) {
        rechecks.add(new Recheck(rows.getLong(1), rows.getLong(2), rows.getLong(3)));
      }
    }
    return rechecks;
  }

  private static NavigableMap<Long, Tally> tallies(Connection connection, long feed)
      throws SQLException {
    NavigableMap<Long, Tally> tallies = new TreeMap<>();
    try (PreparedStatement statement =
            prepare(
                connection,
                "SELECT age, taken, revised, repeated, dropped, parked FROM tally WHERE feed = ?",
                feed);
        ResultSet rows = statement.executeQuery()) {
      while (rows.next()) {
        tallies.put(
            rows.getLong(1),
            new Tally(
                rows.getLong(2),
                rows.getLong(3),
                rows.getLong(4),
                rows.getLong(5),
                rows.getLong(6)));
      }
    }
    return tallies;
  }

  @Override
  public byte[] seen(long feed, long minute) {
    return read(
        connection -> {
          ByteArrayOutputStream pairs = new ByteArrayOutputStream();
          try (PreparedStatement statement =
                  prepare(
                      connection,
                      "SELECT pairs FROM seen WHERE feed = ? AND minute = ? ORDER BY segment",
                      feed,
                      minute);
              ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
              pairs.writeBytes(rows.getBytes(1));
            }
          }
          return pairs.toByteArray();
        });
  }

  @Override
  public void commit(PageCommit page) {
    steps.reached("commit.begin");
    write(
        connection -> {
          int rows = page.outbox().size();
          long last = sequence(connection, page.lease(), rows);
          steps.reached("commit.lease");
          for (SeenSegment segment : page.seen()) {
            insertSeen(connection, page, segment);
          }
          steps.reached("commit.seen");
          for (int i = 0; i < rows; i++) {
            insertOutbox(connection, page.lease(), last - rows + 1 + i, page.outbox().get(i));
          }
          steps.reached("commit.outbox");
          for (ParkedRecord parked : page.parked()) {
            update(
                connection,
                "INSERT INTO parked (feed, stage, reason, parked_at, record)"
                    + " VALUES (?, ?, ?, ?, ?)",
                page.feed(),
                parked.stage(),
                parked.reason(),
                page.at(),
                parked.record());
          }
          for (Map.Entry<Long, Tally> tally : page.tally().entrySet()) {
            addTally(connection, page.feed(), tally.getKey(), tally.getValue());
          }
          if (page.coverage() != null) {
            replaceCoverage(connection, page.feed(), page.coverage());
          }
          steps.reached("commit.coverage");
          return rows;
        });
  }

  private static void insertSeen(Connection connection, PageCommit page, SeenSegment segment)
      throws SQLException {
    update(
        connection,
        "INSERT INTO seen (feed, minute, segment, taken_at, pairs) VALUES (?, ?,"
            + " (SELECT coalesce(max(segment), 0) + 1 FROM seen WHERE feed = ? AND minute = ?),"
            + " ?, ?)",
        page.feed(),
        segment.minute(),
        page.feed(),
        segment.minute(),
        page.at(),
        segment.pairs());
  }

  private static void insertOutbox(Connection connection, Lease lease, long sequence, OutboxRow row)
      throws SQLException {
    update(
        connection,
        "INSERT INTO outbox (shard, sequence, form, integration, report, tenant_id, collected_at,"
            + " records, bytes, lines) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        lease.shard(),
        sequence,
        row.form(),
        row.integration(),
        row.report(),
        row.tenantId(),
        row.collectedAt(),
        row.records(),
        row.bytes(),
        row.zstd());
  }

  private static void addTally(Connection connection, long feed, long age, Tally tally)
      throws SQLException {
    update(
        connection,
        "INSERT INTO tally (feed, age, taken, revised, repeated, dropped, parked)"
            + " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (feed, age) DO UPDATE SET"
            + " taken = taken + excluded.taken, revised = revised + excluded.revised,"
            + " repeated = repeated + excluded.repeated, dropped = dropped + excluded.dropped,"
            + " parked = parked + excluded.parked",
        feed,
        age,
        tally.taken(),
        tally.revised(),
        tally.repeated(),
        tally.dropped(),
        tally.parked());
  }

  private static void replaceCoverage(Connection connection, long feed, Coverage coverage)
      throws SQLException {
    update(connection, "UPDATE feed SET since = ? WHERE id = ?", coverage.since(), feed);
    update(connection, "DELETE FROM reading WHERE feed = ?", feed);
    for (Map.Entry<Long, Intervals> reading : coverage.read().entrySet()) {
      if (reading.getValue().isEmpty()) {
        // a sweep that has read nothing yet is not one that is new: its age is kept
        reading(connection, feed, reading.getKey(), 0, 0);
      }
      for (Span span : reading.getValue().spans()) {
        reading(connection, feed, reading.getKey(), span.from(), span.to());
      }
    }
    update(connection, "DELETE FROM recheck WHERE feed = ?", feed);
    for (Recheck recheck : coverage.rechecks()) {
      update(
          connection,
          "INSERT INTO recheck (feed, begins, ends, due) VALUES (?, ?, ?, ?)",
          feed,
          recheck.from(),
          recheck.to(),
          recheck.due());
    }
  }

  private static void reading(Connection connection, long feed, long age, long begins, long ends)
      throws SQLException {
    update(
        connection,
        "INSERT INTO reading (feed, age, begins, ends) VALUES (?, ?, ?, ?)",
        feed,
        age,
        begins,
        ends);
  }

  @Override
  public void coverage(Lease lease, long feed, Coverage coverage) {
    write(
        connection -> {
          sequence(connection, lease, 0);
          replaceCoverage(connection, feed, coverage);
          return coverage;
        });
  }

  @Override
  public void notBefore(Lease lease, long feed, long until) {
    write(
        connection -> {
          sequence(connection, lease, 0);
          return update(connection, "UPDATE feed SET not_before = ? WHERE id = ?", until, feed);
        });
  }

  @Override
  public int forget(Lease lease, long feed, long minuteBefore, long takenBefore) {
    return write(
        connection -> {
          sequence(connection, lease, 0);
          return update(
              connection,
              "DELETE FROM seen WHERE feed = ? AND minute < ? AND taken_at < ?",
              feed,
              minuteBefore,
              takenBefore);
        });
  }

  @Override
  public @Nullable OutboxEntry next(int shard, long after, Set<String> forms) {
    List<Object> values = new ArrayList<>(List.of(shard, after));
    values.addAll(forms);
    return this.<Optional<OutboxEntry>>read(
            connection -> {
              try (PreparedStatement statement =
                      prepare(
                          connection,
                          "SELECT sequence, form, integration, report, tenant_id, collected_at,"
                              + " records, bytes, lines FROM outbox"
                              + " WHERE shard = ? AND sequence > ? AND form IN ("
                              + marks(forms)
                              + ") ORDER BY sequence LIMIT 1",
                          values.toArray());
                  ResultSet row = statement.executeQuery()) {
                return row.next()
                    ? Optional.of(
                        new OutboxEntry(
                            shard,
                            row.getLong(1),
                            row.getString(2),
                            row.getString(3),
                            row.getString(4),
                            row.getString(5),
                            row.getLong(6),
                            row.getInt(7),
                            row.getInt(8),
                            row.getBytes(9)))
                    : Optional.empty();
              }
            })
        .orElse(null);
  }

  @Override
  public long lastSequence(int shard) {
    return read(
        connection -> number(connection, "SELECT sequence FROM lease WHERE shard = ?", shard));
  }

  @Override
  public Position position(String sink, int shard) {
    return read(
        connection -> {
          try (PreparedStatement statement =
                  prepare(
                      connection,
                      "SELECT sequence, closing FROM position WHERE sink = ? AND shard = ?",
                      sink,
                      shard);
              ResultSet row = statement.executeQuery()) {
            return row.next() ? new Position(row.getLong(1), row.getLong(2)) : Position.START;
          }
        });
  }

  @Override
  public void move(Lease lease, String sink, Position position) {
    write(
        connection -> {
          sequence(connection, lease, 0);
          return update(
              connection,
              "INSERT INTO position (sink, shard, sequence, closing) VALUES (?, ?, ?, ?)"
                  + " ON CONFLICT (sink, shard) DO UPDATE SET"
                  + " sequence = excluded.sequence, closing = excluded.closing",
              sink,
              lease.shard(),
              position.sequence(),
              position.closing());
        });
  }

  @Override
  public void retire(Set<String> sinks) {
    write(
        connection -> {
          int retired =
              update(
                  connection,
                  "DELETE FROM position WHERE sink NOT IN (" + marks(sinks) + ")",
                  sinks.toArray());
          for (int shard = 0; shard < Lease.SHARDS; shard++) {
            removePassed(connection, shard, sinks);
          }
          return retired;
        });
  }

  @Override
  public int trim(Lease lease, Set<String> sinks) {
    if (sinks.isEmpty()) {
      return 0;
    }
    return write(
        connection -> {
          sequence(connection, lease, 0);
          return removePassed(connection, lease.shard(), sinks);
        });
  }

  private static int removePassed(Connection connection, int shard, Set<String> sinks)
      throws SQLException {
    List<Object> values = new ArrayList<>(List.of(sinks.size(), shard));
    values.addAll(sinks);
    long passed =
        number(
            connection,
            "SELECT CASE WHEN count(*) = ? THEN min(sequence) ELSE 0 END FROM position"
                + " WHERE shard = ? AND sink IN ("
                + marks(sinks)
                + ")",
            values.toArray());
    return update(
        connection, "DELETE FROM outbox WHERE shard = ? AND sequence <= ?", shard, passed);
  }

  private static String marks(Set<String> values) {
    return String.join(", ", Collections.nCopies(values.size(), "?"));
  }

  @Override
  public OutboxSize outboxSize() {
    return read(
        connection -> {
          try (PreparedStatement statement =
                  prepare(
                      connection, "SELECT count(*), coalesce(sum(length(lines)), 0) FROM outbox");
              ResultSet row = statement.executeQuery()) {
            row.next();
            return new OutboxSize(row.getLong(1), row.getLong(2));
          }
        });
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
