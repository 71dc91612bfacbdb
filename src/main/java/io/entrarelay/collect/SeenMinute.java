package io.entrarelay.collect;

import java.nio.ByteBuffer;

/**
 * The (id, content) pairs taken of one minute of event time: an open-addressing table of three
 * longs a pair (128 bits of the id's hash, 64 of the content's). Keeping every content of an id,
 * not only the last, stops a record that goes A, B, A from coming out a third time. Guarded by its
 * feed's lock.
 */
final class SeenMinute {
  /** Bytes of a pair in the store. */
  static final int PAIR = 24;

  private static final int LONGS = 3;

  private long[] table;
  private int size;

  private SeenMinute(int pairs) {
    this.table = new long[LONGS * Integer.highestOneBit(Math.max(8, pairs * 2) * 2 - 1)];
  }

  /** Reads the pairs as they are stored. */
  static SeenMinute of(byte[] pairs) {
    SeenMinute minute = new SeenMinute(pairs.length / PAIR);
    ByteBuffer buffer = ByteBuffer.wrap(pairs);
    while (buffer.remaining() >= PAIR) {
      minute.add(buffer.getLong(), buffer.getLong(), buffer.getLong());
    }
    return minute;
  }

  /**
   * Grows with each pair, so that a page can tell that another one came between, also where the set
   * has left memory and was read from the store again meanwhile.
   */
  int version() {
    return size;
  }

  /** Memory it takes, about. */
  int bytes() {
    return table.length * Long.BYTES + 64;
  }

  boolean has(long high, long low, long content) {
    for (int at = slot(high, table); used(at); at = next(at, table)) {
      if (table[at] == high(high) && table[at + 1] == low && table[at + 2] == content) {
        return true;
      }
    }
    return false;
  }

  /** How many contents of this id were taken. */
  int contents(long high, long low) {
    int contents = 0;
    for (int at = slot(high, table); used(at); at = next(at, table)) {
      if (table[at] == high(high) && table[at + 1] == low) {
        contents++;
      }
    }
    return contents;
  }

  void add(long high, long low, long content) {
    if ((size + 1) * LONGS * 3L > table.length * 2L) {
      long[] larger = new long[table.length * 2];
      for (int at = 0; at < table.length; at += LONGS) {
        if (used(at)) {
          put(larger, table[at], table[at + 1], table[at + 2]);
        }
      }
      table = larger;
    }
    put(table, high(high), low, content);
    size++;
  }

  private static void put(long[] table, long high, long low, long content) {
    int at = slot(high, table);
    while (table[at] != 0) {
      at = next(at, table);
    }
    table[at] = high;
    table[at + 1] = low;
    table[at + 2] = content;
  }

  private boolean used(int at) {
    return table[at] != 0;
  }

  /** Zero marks an empty slot: an id whose hash begins with 64 zero bits is moved to one. */
  private static long high(long high) {
    return high == 0 ? 1 : high;
  }

  private static int slot(long high, long[] table) {
    return (int) (high(high) & (table.length / LONGS - 1)) * LONGS;
  }

  private static int next(int at, long[] table) {
    return at + LONGS == table.length ? 0 : at + LONGS;
  }
}
