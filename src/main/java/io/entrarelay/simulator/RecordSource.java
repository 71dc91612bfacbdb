package io.entrarelay.simulator;

import java.io.ByteArrayOutputStream;

/**
 * The records of one report of one tenant, in the order of their event times. A record is its
 * index; nothing of it is kept, all of it can be told from the index. All times are {@link Ticks}.
 */
interface RecordSource {

  /** How many records have happened by then; their indices are 0 to this, exclusive. */
  long count(long now);

  /** The event's time; never less than that of the record before. */
  long time(long index);

  /** The event's time as a content shows it, where it moves: see {@link #reach}. */
  default long time(long index, int content) {
    return time(index);
  }

  /** How far behind its first time a later content's may lie; 0 where times don't move. */
  default long reach() {
    return 0;
  }

  String id(long index);

  /** How many contents the record has in its life, at least 1. */
  int contents(long index);

  /** When Graph shows that content, instead of the one before. */
  long visible(long index, int content);

  /** Appends the bytes of that content: always the same, as they stand in a page. */
  void write(long index, int content, ByteArrayOutputStream out);

  /** The content that Graph shows then, or -1 while it shows none. */
  default int shown(long index, long now) {
    int content = contents(index) - 1;
    while (content >= 0 && visible(index, content) > now) {
      content--;
    }
    return content;
  }

  /** The first index, up to {@code count}, whose time is not before {@code time}. */
  default long firstNotBefore(long time, long count) {
    long low = 0;
    long high = count;
    while (low < high) {
      long middle = (low + high) >>> 1;
      if (time(middle) < time) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }
}
