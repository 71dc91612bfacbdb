package io.entrarelay.state;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Who works for which shard, and the numbers of its outbox. */
final class LeaseTable {
  private LeaseTable() {}

  /**
   * Fails where the lease is not ours any more, and keeps it ours until the transaction ends.
   *
   * @throws StoreException.LeaseLost where it is not
   */
  static void check(Session session, Lease lease) throws SQLException {
    extend(session, lease, 0, 0);
  }

  /**
   * Takes numbers of the shard's outbox.
   *
   * @param bytes that are appended under them
   * @throws StoreException.LeaseLost where the lease is not ours any more
   */
  static void extend(Session session, Lease lease, int numbers, long bytes) throws SQLException {
    int held =
        session.update(
            "UPDATE lease SET sequence = sequence + ?, bytes = bytes + ?"
                + " WHERE shard = ? AND fence = ?",
            numbers,
            bytes,
            lease.shard(),
            lease.fence());
    if (held == 0) {
      throw new StoreException.LeaseLost(lease);
    }
  }

  /**
   * Takes numbers of a shard's outbox for who doesn't hold it: the shard's other writers wait until
   * the transaction has ended, so that the numbers become visible in order.
   */
  static void extend(Session session, int shard, int numbers, long bytes) throws SQLException {
    session.update(
        "UPDATE lease SET sequence = sequence + ?, bytes = bytes + ? WHERE shard = ?",
        numbers,
        bytes,
        shard);
  }

  /** How many bytes were ever appended to the shard's outbox. */
  static long bytes(Session session, int shard) throws SQLException {
    return session.number("SELECT bytes FROM lease WHERE shard = ?", shard);
  }

  static long last(Session session, int shard) throws SQLException {
    return session.number("SELECT sequence FROM lease WHERE shard = ?", shard);
  }

  /** Makes the rows of all shards, where they are not there yet, held by nobody. */
  static void prepare(Session session) throws SQLException {
    for (int shard = 0; shard < Lease.SHARDS; shard++) {
      session.update(
          "INSERT INTO lease (shard, holder, fence, sequence, bytes, expires_at)"
              + " VALUES (?, '', 0, 0, 0, 0) ON CONFLICT (shard) DO NOTHING",
          shard);
    }
  }

  static Lease take(Session session, int shard, String holder, long expiresAt) throws SQLException {
    session.update(
        "UPDATE lease SET holder = ?, fence = fence + 1, expires_at = ? WHERE shard = ?",
        holder,
        expiresAt,
        shard);
    return new Lease(shard, session.number("SELECT fence FROM lease WHERE shard = ?", shard));
  }

  /**
   * Takes up to so many shards whose time is over. Rows that others are at work with are passed
   * over.
   */
  static List<Lease> claim(Session session, String holder, int most, long now, long expiresAt)
      throws SQLException {
    List<Integer> free =
        session.rows(
            "SELECT shard FROM lease WHERE expires_at <= ? ORDER BY shard LIMIT ?"
                + " FOR UPDATE SKIP LOCKED",
            row -> row.getInt(1),
            now,
            most);
    List<Lease> claimed = new ArrayList<>();
    for (int shard : free) {
      claimed.add(take(session, shard, holder, expiresAt));
    }
    return claimed;
  }

  /** Renews leases; those that are not in the answer have another holder. */
  static Map<Integer, Lease> renew(Session session, Collection<Lease> held, long expiresAt)
      throws SQLException {
    Map<Integer, Lease> renewed = new TreeMap<>();
    for (Lease lease : held) {
      int rows =
          session.update(
              "UPDATE lease SET expires_at = ? WHERE shard = ? AND fence = ?",
              expiresAt,
              lease.shard(),
              lease.fence());
      if (rows == 1) {
        renewed.put(lease.shard(), lease);
      }
    }
    return renewed;
  }

  /** Gives a lease back: it may be taken at once. */
  static void release(Session session, Lease lease) throws SQLException {
    session.update(
        "UPDATE lease SET expires_at = 0 WHERE shard = ? AND fence = ?",
        lease.shard(),
        lease.fence());
  }
}
