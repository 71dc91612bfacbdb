package io.entrarelay.state;

import java.sql.SQLException;

/**
 * Where the store's tables are. A write is one transaction, synced when it returns; reads see what
 * was committed before.
 */
interface Database extends AutoCloseable {

  /** What happens within a transaction. */
  interface Work<T> {
    T in(Session session) throws SQLException;
  }

  /**
   * @throws StoreException where it could not be done, or where the answer to its commit got lost:
   *     then it may have taken place, now or a moment later
   */
  <T> T write(Work<T> work);

  /** As {@link #write}, and not behind others that keep all connections busy. */
  default <T> T writeFirst(Work<T> work) {
    return write(work);
  }

  /**
   * @throws StoreException where it could not be read
   */
  <T> T read(Work<T> work);

  /** The database's clock, which all nodes share: epoch milliseconds. */
  long now(Session session) throws SQLException;

  @Override
  void close();
}
