package io.entrarelay.record;

import com.fasterxml.jackson.core.JsonParser;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * One page of Graph cut into its records: the page's bytes as they came, and for each record, by
 * its ordinal from 0, where it lies, what identifies it, when it happened, and where the values lie
 * that its report's envelope wants. Not to be changed after {@link PageCutter} made it, and then
 * safe for several threads.
 */
public final class RecordBatch implements Iterable<byte[]>, AutoCloseable {
  /** The time of a record whose time is missing or can't be read. */
  public static final long NO_TIME = Long.MIN_VALUE;

  /** The largest record that is taken, in bytes (8 MiB); a larger one is set aside. */
  public static final int MAX_RECORD_BYTES = 8 << 20;

  /** The most records a page may hold: a hundred times Graph's largest page. */
  public static final int MAX_RECORDS = 100_000;

  private final byte[] page;
  private final int length;
  private final Envelope envelope;
  private @Nullable PageBody body;
  private @Nullable String nextLink;

  private int size;
  private int[] starts = new int[0];
  private int[] ends = new int[0];
  private long[] times = new long[0];
  private long[] idHighs = new long[0];
  private long[] idLows = new long[0];
  private long[] contents = new long[0];

  /** Of each record and slot: the value's start and end; an end of 0 where there is no value. */
  private int[] values = new int[0];

  private final BitSet withLineBreaks = new BitSet();
  private final Map<Integer, String> flaws = new HashMap<>();

  RecordBatch(byte[] page, int length, Envelope envelope) {
    this.page = page;
    this.length = length;
    this.envelope = envelope;
  }

  /** The number of records on the page; 0 is nothing unusual. */
  public int size() {
    return size;
  }

  /** The name of the report the page was cut for. */
  public String report() {
    return envelope.report();
  }

  /** The page as it came; only the first {@link #length()} bytes count. */
  public byte[] page() {
    return page;
  }

  /** The length of the page in bytes. */
  public int length() {
    return length;
  }

  /** {@code @odata.nextLink} as sent, not yet checked; null where the page is the last. */
  public @Nullable String nextLink() {
    return nextLink;
  }

  /** Where the record begins in {@link #page()}. */
  public int start(int ordinal) {
    return starts[checked(ordinal)];
  }

  /** Where the record ends in {@link #page()}, exclusive. */
  public int end(int ordinal) {
    return ends[checked(ordinal)];
  }

  /** The record's {@code id}, decoded; "" where it is missing. */
  public String id(int ordinal) {
    int slot = envelope.idSlot();
    if (!has(checked(ordinal), slot)) {
      return "";
    }
    return decoded(page, valueStart(ordinal, slot), valueEnd(ordinal, slot));
  }

  /** When the event happened: epoch milliseconds, rounded down, or {@link #NO_TIME}. */
  public long timeMillis(int ordinal) {
    return times[checked(ordinal)];
  }

  /**
   * The upper half of the 128 bit hash of the record's id; where it has no id, of its whole
   * content.
   */
  public long idHigh(int ordinal) {
    return idHighs[checked(ordinal)];
  }

  /** The lower half of {@link #idHigh}'s hash. */
  public long idLow(int ordinal) {
    return idLows[checked(ordinal)];
  }

  /** The 64 bit hash of the record's bytes. */
  public long content(int ordinal) {
    return contents[checked(ordinal)];
  }

  /**
   * Why the record can't be taken, as the end of a sentence; null where it can. It was cut all the
   * same, so that it can be set aside and doesn't hold up its page.
   */
  public @Nullable String flaw(int ordinal) {
    return flaws.get(checked(ordinal));
  }

  /** A copy of the record's bytes as Graph sent them. */
  public byte[] record(int ordinal) {
    return Arrays.copyOfRange(page, start(ordinal), end(ordinal));
  }

  /** The record's bytes as Graph sent them, read in place. */
  public InputStream stream(int ordinal) {
    return new ByteArrayInputStream(page, start(ordinal), end(ordinal) - start(ordinal));
  }

  /** The whole page as Graph sent it, read in place. */
  public InputStream stream() {
    return new ByteArrayInputStream(page, 0, length);
  }

  /** Copies of the records' bytes, in the page's order. */
  @Override
  public Iterator<byte[]> iterator() {
    return IntStream.range(0, size).mapToObj(this::record).iterator();
  }

  /** Gives back the page's memory; the batch must not be used any more. Twice is harmless. */
  @Override
  public void close() {
    if (body != null) {
      body.close();
    }
  }

  /** Whether line breaks stand between the record's tokens. */
  boolean hasLineBreaks(int ordinal) {
    return withLineBreaks.get(ordinal);
  }

  /** Whether the slot holds a scalar that is neither null nor "". */
  boolean has(int ordinal, int slot) {
    return valueEnd(ordinal, slot) != 0;
  }

  /** Where the value's JSON text begins, with the quote of a string. */
  int valueStart(int ordinal, int slot) {
    return values[2 * (ordinal * envelope.slots() + slot)];
  }

  /** Where the value's JSON text ends, exclusive; 0 where there is no value. */
  int valueEnd(int ordinal, int slot) {
    return values[2 * (ordinal * envelope.slots() + slot) + 1];
  }

  /** Opens the next record and returns its ordinal; it has no values yet. */
  int open() {
    if (size == starts.length) {
      int capacity = Math.min(Math.max(64, size * 2), MAX_RECORDS);
      starts = Arrays.copyOf(starts, capacity);
      ends = Arrays.copyOf(ends, capacity);
      times = Arrays.copyOf(times, capacity);
      idHighs = Arrays.copyOf(idHighs, capacity);
      idLows = Arrays.copyOf(idLows, capacity);
      contents = Arrays.copyOf(contents, capacity);
      values = Arrays.copyOf(values, capacity * envelope.slots() * 2);
    }
    return size++;
  }

  void bounds(int ordinal, int start, int end, boolean lineBreaks) {
    starts[ordinal] = start;
    ends[ordinal] = end;
    withLineBreaks.set(ordinal, lineBreaks);
  }

  void flaw(int ordinal, String flaw) {
    flaws.put(ordinal, flaw);
  }

  void value(int ordinal, int slot, int start, int end) {
    int at = 2 * (ordinal * envelope.slots() + slot);
    values[at] = start;
    values[at + 1] = end;
  }

  /** Forgets the values of the slots, for a key that comes again. */
  void clear(int ordinal, int firstSlot, int endSlot) {
    int base = 2 * ordinal * envelope.slots();
    for (int i = base + 2 * firstSlot; i < base + 2 * endSlot; i++) {
      values[i] = 0;
    }
  }

  void identity(int ordinal, long time, long idHigh, long idLow, long content) {
    times[ordinal] = time;
    idHighs[ordinal] = idHigh;
    idLows[ordinal] = idLow;
    contents[ordinal] = content;
  }

  void nextLink(@Nullable String link) {
    nextLink = link;
  }

  void body(PageBody owned) {
    body = owned;
  }

  Envelope envelope() {
    return envelope;
  }

  private int checked(int ordinal) {
    if (ordinal < 0 || ordinal >= size) {
      throw new IndexOutOfBoundsException("record " + ordinal + " of a page of " + size);
    }
    return ordinal;
  }

  /** A scalar's text: a string without quotes and escapes, anything else as it stands. */
  static String decoded(byte[] page, int start, int end) {
    try (JsonParser parser = PageCutter.JSON.createParser(page, start, end - start)) {
      parser.nextToken();
      return parser.getText();
    } catch (IOException e) {
      throw new UncheckedIOException("A value that was read before can't be read again.", e);
    }
  }
}
