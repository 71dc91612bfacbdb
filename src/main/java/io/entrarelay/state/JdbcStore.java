package io.entrarelay.state;

import io.entrarelay.plan.Plan.Coverage;
import io.entrarelay.state.PageCommit.OutboxRow;
import io.entrarelay.state.PageCommit.SeenSegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The store in a relational database: SQLite for one process, PostgreSQL for several. */
public final class JdbcStore implements Store {
  private final Database database;
  private final Steps steps;

  private JdbcStore(Database database, Steps steps) {
    this.database = database;
    this.steps = steps;
  }

  /** Opens a file of SQLite, making or migrating it where need be. */
  public static JdbcStore sqlite(Path file, Steps steps) {
    return new JdbcStore(SqliteDatabase.open(file, steps), steps);
  }

  /** Whether something was collected into a file of SQLite, which may have to be put back. */
  public static boolean isThere(Path file) {
    return Files.isRegularFile(file) || SqliteCopy.exists(new SqliteFile(file));
  }

  /** Says that a file of SQLite is missing, and whether a relay that is started puts it back. */
  public static String missing(Path file) {
    return String.valueOf(SqliteDatabase.missing(new SqliteFile(file)).getMessage());
  }

  /** Opens a file of SQLite as it is, beside a process that may work with it. */
  public static JdbcStore beside(Path file) {
    return new JdbcStore(SqliteDatabase.beside(file), Steps.NONE);
  }

  /**
   * Opens a database of PostgreSQL, making or migrating its tables where need be.
   *
   * @param lease how long a lease lasts
   */
  public static JdbcStore postgres(
      String url, @Nullable String user, @Nullable String password, Duration lease, Steps steps) {
    JdbcStore store =
        new JdbcStore(PostgresDatabase.open(url, user, password, lease, steps), steps);
    store.database.write(
        session -> {
          LeaseTable.prepare(session);
          return session;
        });
    return store;
  }

  @Override
  public long hashSeed() {
    return database.write(
        session -> {
          session.update(
              "INSERT INTO setting (name, value) VALUES ('hash-seed', ?) ON CONFLICT DO NOTHING",
              Long.toString(new SecureRandom().nextLong()));
          String seed =
              session.first(
                  "SELECT value FROM setting WHERE name = 'hash-seed'", row -> row.getString(1));
          return seed == null ? 0 : Long.parseLong(seed);
        });
  }

  @Override
  public Map<Integer, Lease> takeAll(String holder) {
    return database.write(
        session -> {
          LeaseTable.prepare(session);
          Map<Integer, Lease> leases = new TreeMap<>();
          for (int shard = 0; shard < Lease.SHARDS; shard++) {
            leases.put(shard, LeaseTable.take(session, shard, holder, Long.MAX_VALUE));
          }
          return leases;
        });
  }

  @Override
  public Beat beat(String node, Set<String> sinks, Collection<Lease> held, Duration lasting) {
    return database.writeFirst(
        session -> {
          long now = database.now(session);
          long expiresAt = now + lasting.toMillis();
          NodeTable.alive(session, node, sinks, now, expiresAt);
          AllowanceTable.renew(session, node, expiresAt);
          Map<Integer, Lease> renewed = LeaseTable.renew(session, held, expiresAt);
          int nodes = Math.max(1, NodeTable.count(session, now));
          int fair = (Lease.SHARDS + nodes - 1) / nodes;
          int more = fair - renewed.size();
          List<Lease> claimed =
              more > 0 ? LeaseTable.claim(session, node, more, now, expiresAt) : List.of();
          return new Beat(renewed, claimed, nodes, Math.max(0, -more));
        });
  }

  @Override
  public void release(Lease lease) {
    database.write(
        session -> {
          LeaseTable.release(session, lease);
          return lease;
        });
  }

  @Override
  public void leave(String node) {
    database.write(
        session -> {
          NodeTable.leave(session, node);
          AllowanceTable.leave(session, node);
          return node;
        });
  }

  @Override
  public void share(String node, Allowance allowance, Duration lasting) {
    int granted =
        database.write(
            session -> {
              long now = database.now(session);
              return AllowanceTable.share(session, node, allowance, now, now + lasting.toMillis());
            });
    allowance.grow(granted);
  }

  @Override
  public FeedState feed(String tenantId, String clientId, String report, long since) {
    return database.write(session -> FeedTable.feed(session, tenantId, clientId, report, since));
  }

  @Override
  public byte[] seen(long feed, long minute) {
    return database.read(session -> SeenTable.pairs(session, feed, minute));
  }

  @Override
  public void commit(PageCommit page) {
    steps.reached("commit.begin");
    database.write(
        session -> {
          int shard = page.lease().shard();
          LeaseTable.extend(
              session, page.lease(), page.outbox().size(), OutboxRow.stored(page.outbox()));
          steps.reached("commit.lease");
          for (SeenSegment segment : page.seen()) {
            SeenTable.append(session, page.feed(), page.at(), segment);
          }
          steps.reached("commit.seen");
          OutboxTable.append(session, shard, null, page.outbox());
          steps.reached("commit.outbox");
          DeadLetterTable.add(session, shard, page.parked(), page.at());
          FeedTable.count(session, page.feed(), page.tally());
          if (page.coverage() != null) {
            FeedTable.cover(session, page.feed(), page.coverage());
          }
          steps.reached("commit.coverage");
          return page;
        });
  }

  @Override
  public void settle(Lease lease) {
    database.write(
        session -> {
          LeaseTable.check(session, lease); // the row that each commit has locked
          return lease;
        });
  }

  @Override
  public void coverage(Lease lease, long feed, Coverage coverage) {
    database.write(
        session -> {
          LeaseTable.check(session, lease);
          FeedTable.cover(session, feed, coverage);
          return coverage;
        });
  }

  @Override
  public void notBefore(Lease lease, long feed, long until) {
    database.write(
        session -> {
          LeaseTable.check(session, lease);
          return session.update("UPDATE feed SET not_before = ? WHERE id = ?", until, feed);
        });
  }

  @Override
  public int forget(Lease lease, long feed, long minuteBefore, long takenBefore) {
    return database.write(
        session -> {
          LeaseTable.check(session, lease);
          return SeenTable.forget(session, feed, minuteBefore, takenBefore);
        });
  }

  @Override
  public @Nullable OutboxEntry next(String sink, int shard, long after, Set<String> forms) {
    return database
        .<Optional<OutboxEntry>>read(
            session -> Optional.ofNullable(OutboxTable.next(session, sink, shard, after, forms)))
        .orElse(null);
  }

  @Override
  public long lastSequence(int shard) {
    return database.read(session -> LeaseTable.last(session, shard));
  }

  @Override
  public Position position(String sink, int shard) {
    return database.read(session -> OutboxTable.position(session, sink, shard));
  }

  @Override
  public void move(Lease lease, String sink, Position position, List<DeadLetter> refused) {
    database.write(
        session -> {
          LeaseTable.check(session, lease);
          long now = database.now(session);
          OutboxTable.move(session, sink, lease.shard(), position, now);
          DeadLetterTable.add(session, lease.shard(), refused, now);
          DeadLetterTable.passed(session, sink, lease.shard(), position.sequence());
          return position;
        });
  }

  @Override
  public void begin(String sink, Set<String> forms, boolean fromNow) {
    database.write(
        session -> {
          SinkTable.begin(session, sink, forms, fromNow);
          return sink;
        });
  }

  @Override
  public Set<String> retire(Set<String> sinks, Set<String> gone, long collectedBefore) {
    return database.write(
        session -> {
          Set<String> others = new TreeSet<>(gone);
          others.retainAll(NodeTable.sinks(session, database.now(session)));
          Set<String> nobodys = new TreeSet<>(gone);
          nobodys.removeAll(others);
          SinkTable.retire(session, nobodys);
          OutboxTable.retire(session, nobodys);
          Set<String> needed = needed(session, sinks);
          for (int shard = 0; shard < Lease.SHARDS; shard++) {
            OutboxTable.removePassed(session, shard, needed, collectedBefore);
          }
          return others;
        });
  }

  /** These sinks, and what others the store knows: another node may have them, or be away. */
  private static Set<String> needed(Session session, Set<String> sinks) throws SQLException {
    Set<String> needed = new TreeSet<>(sinks);
    needed.addAll(SinkTable.forms(session).keySet());
    return needed;
  }

  @Override
  public int trim(Lease lease, Set<String> sinks, long collectedBefore) {
    if (sinks.isEmpty()) {
      return 0;
    }
    return database.write(
        session -> {
          LeaseTable.check(session, lease);
          return OutboxTable.removePassed(
              session, lease.shard(), needed(session, sinks), collectedBefore);
        });
  }

  @Override
  public @Nullable Replay replay(String sink, long from) {
    return database
        .<Optional<Replay>>write(
            session -> Optional.ofNullable(SinkTable.replay(session, sink, from)))
        .orElse(null);
  }

  @Override
  public Map<Integer, Long> marks() {
    return database.read(SinkTable::marks);
  }

  @Override
  public Waiting waiting(Set<String> sinks) {
    return database.read(session -> SinkTable.waiting(session, sinks));
  }

  @Override
  public Map<String, Set<String>> sinkForms() {
    return database.read(SinkTable::forms);
  }

  @Override
  public List<SinkState> sinks() {
    return database.read(SinkTable::list);
  }

  @Override
  public List<Backlog> backlogs(int most) {
    return database.read(session -> SinkTable.backlogs(session, most));
  }

  @Override
  public OutboxSize outboxSize() {
    return database.read(OutboxTable::size);
  }

  @Override
  public DeadLetters deadLetters() {
    return new DeadLetters(database);
  }

  @Override
  public Users users() {
    return new Users(database);
  }

  @Override
  public AuditLog auditLog() {
    return new AuditLog(database);
  }

  @Override
  public Integrations integrations() {
    return new Integrations(database);
  }

  @Override
  public StoredIntegrations storedIntegrations() {
    return new StoredIntegrations(database);
  }

  @Override
  public void close() {
    database.close();
  }
}
