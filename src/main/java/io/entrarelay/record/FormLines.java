package io.entrarelay.record;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdCompressCtx;
import com.github.luben.zstd.ZstdException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Records in one form as NDJSON: each a line that ends in {@code \n}. Which record a line is goes
 * along with it, since not every form says so. An outbox row holds the lines as a zstd frame, and
 * before it in one that zstd skips (RFC 8878 section 3.1.2), as a frame again, the records' ids:
 * {@code zstd -d} gives the lines.
 */
public final class FormLines implements Iterable<byte[]> {
  private static final int LEVEL = 1;

  /** The magic number of a frame that is skipped; its length in bytes follows, 32 bits. */
  private static final int SKIPPED = 0x184D2A50;

  private static final int SKIPPED_HEAD = 2 * Integer.BYTES;

  private static final VarHandle INTS =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final long ONES = 0x0101010101010101L;
  private static final long HIGHEST = 0x8080808080808080L;
  private static final long LINE_FEEDS = ONES * '\n';

  private final byte[] bytes;
  private final int length;

  /** Null until someone asks: a sink that takes the lines as they are does not. */
  private int @Nullable [] ends;

  /** Null where the ordinals are the lines' own numbers. */
  private final int @Nullable [] ordinals;

  /** By ordinal; null where nobody has noted them. */
  private final @Nullable RecordIds ids;

  /**
   * @param bytes the lines; only the first {@code length} bytes count
   * @param ends of each line, where it ends: behind its {@code \n}
   * @param ordinals of each line, the record's ordinal in its batch
   */
  FormLines(byte[] bytes, int length, int @Nullable [] ends, int @Nullable [] ordinals) {
    this(bytes, length, ends, ordinals, null);
  }

  private FormLines(
      byte[] bytes,
      int length,
      int @Nullable [] ends,
      int @Nullable [] ordinals,
      @Nullable RecordIds ids) {
    this.bytes = bytes;
    this.length = length;
    this.ends = ends;
    this.ordinals = ordinals;
    this.ids = ids;
  }

  /**
   * Reads an outbox row's lines. Their ordinals are the lines' own numbers.
   *
   * @param stored what {@link #compressed()} gave
   * @param limit the most bytes the lines may have
   * @throws IOException where it is damaged or holds more; the message says which
   */
  public static FormLines read(byte[] stored, int limit) throws IOException {
    if (stored.length < SKIPPED_HEAD || (int) INTS.get(stored, 0) != SKIPPED) {
      return read(stored, 0, stored.length, limit, null);
    }
    int size = (int) INTS.get(stored, Integer.BYTES);
    if (size < 0 || size > stored.length - SKIPPED_HEAD) {
      throw new IOException("The stored lines are damaged: they end too early.");
    }
    RecordIds ids = new RecordIds(read(stored, SKIPPED_HEAD, size, limit, null));
    int start = SKIPPED_HEAD + size;
    return read(stored, start, stored.length - start, limit, ids);
  }

  private static FormLines read(
      byte[] stored, int start, int length, int limit, @Nullable RecordIds ids) throws IOException {
    long size = length == 0 ? -1 : Zstd.getFrameContentSize(stored, start, length);
    if (size < 0) {
      throw new IOException("The stored lines are damaged: no zstd frame that tells its size.");
    }
    if (size > limit) {
      throw new IOException(
          String.format(
              "The stored lines have %d bytes; the most that is read is %d.", size, limit));
    }
    byte[] bytes = new byte[(int) size];
    try {
      long read = Zstd.decompressByteArray(bytes, 0, bytes.length, stored, start, length);
      if (Zstd.isError(read)) {
        throw new ZstdException(read);
      }
      if (read != size) {
        throw new IOException("The stored lines are damaged: they end too early.");
      }
    } catch (ZstdException e) {
      throw new IOException("The stored lines are damaged: " + e.getMessage() + ".", e);
    }
    if (size > 0 && bytes[bytes.length - 1] != '\n') {
      throw new IOException("The stored lines are damaged: the last one has no end.");
    }
    return new FormLines(bytes, bytes.length, null, null, ids);
  }

  /**
   * Lines that a route has made; the last one may lack its line feed. Their ordinals are the lines'
   * own numbers.
   */
  public static FormLines of(byte[] lines) {
    boolean ended = lines.length == 0 || lines[lines.length - 1] == '\n';
    byte[] bytes = ended ? lines : Arrays.copyOf(lines, lines.length + 1);
    if (!ended) {
      bytes[lines.length] = '\n';
    }
    return new FormLines(bytes, bytes.length, null, null);
  }

  private int[] ends() {
    if (ends == null) {
      int[] found = new int[Math.max(16, length / 4_000)];
      int lines = 0;
      for (int end = behindLineFeed(0); end > 0; end = behindLineFeed(end)) {
        if (lines == found.length) {
          found = Arrays.copyOf(found, lines * 2);
        }
        found[lines++] = end;
      }
      ends = Arrays.copyOf(found, lines);
    }
    return ends;
  }

  /** Where the next line ends; 0 where there is none. Eight bytes at a time. */
  private int behindLineFeed(int from) {
    int at = from;
    for (; at <= length - Long.BYTES; at += Long.BYTES) {
      long differs = (long) LONGS.get(bytes, at) ^ LINE_FEEDS;
      // the highest bit of each byte that is zero, and perhaps of some behind the first such
      long zeros = (differs - ONES) & ~differs & HIGHEST;
      if (zeros != 0) {
        return at + Long.numberOfTrailingZeros(zeros) / Byte.SIZE + 1;
      }
    }
    for (; at < length; at++) {
      if (bytes[at] == '\n') {
        return at + 1;
      }
    }
    return 0;
  }

  /**
   * The lines with their records' ids and revisions. Their ordinals are the lines' own numbers.
   *
   * @param batch the page whose records these are
   * @param records all that are on the lines, and perhaps others, in the lines' order
   * @throws IllegalArgumentException where a line's record is not among them
   */
  public FormLines identified(RecordBatch batch, Selection records) {
    return new FormLines(bytes, length, ends(), null, RecordIds.of(batch, records, this));
  }

  /**
   * The lines with their records' ids and revisions. Their ordinals are the lines' own numbers.
   *
   * @param identities one for each line
   */
  public FormLines identified(List<LineIdentity> identities) {
    if (identities.size() != size()) {
      throw new IllegalArgumentException(identities.size() + " identities, " + size() + " lines");
    }
    return new FormLines(bytes, length, ends(), null, RecordIds.of(identities));
  }

  /**
   * Which record a line is: as noted when it was collected, whatever has become of the line since.
   * Of lines that a route has made itself, what they tell in vendor form.
   */
  public LineIdentity identity(int line) {
    return ids == null
        ? LineIdentity.ofVendor(bytes, start(line), end(line) - 1)
        : ids.get(ordinal(line));
  }

  /** The lines, and what is known of their records, as {@link #read} takes them. */
  public byte[] compressed() {
    try (ZstdCompressCtx zstd = new ZstdCompressCtx()) {
      zstd.setLevel(LEVEL).setChecksum(true).setContentSize(true);
      FormLines noted = ids == null ? null : ids.lines();
      int before = noted == null ? 0 : SKIPPED_HEAD + bound(noted.length);
      byte[] stored = new byte[Math.addExact(before, bound(length))];
      int at = 0;
      if (noted != null) {
        int size = noted.compress(zstd, stored, SKIPPED_HEAD);
        INTS.set(stored, 0, SKIPPED);
        INTS.set(stored, Integer.BYTES, size);
        at = SKIPPED_HEAD + size;
      }
      at += compress(zstd, stored, at);
      return Arrays.copyOf(stored, at);
    }
  }

  private static int bound(int length) {
    return Math.toIntExact(Zstd.compressBound(length));
  }

  private int compress(ZstdCompressCtx zstd, byte[] to, int at) {
    return zstd.compressByteArray(to, at, to.length - at, bytes, 0, length);
  }

  /** The number of lines. */
  public int size() {
    return ends().length;
  }

  /** The lines' bytes together; only the first {@link #length()} count. */
  public byte[] bytes() {
    return bytes;
  }

  /** The length of all lines in bytes. */
  public int length() {
    return length;
  }

  /** Where a line begins in {@link #bytes()}. */
  public int start(int line) {
    return line == 0 ? 0 : ends()[line - 1];
  }

  /** Where a line ends in {@link #bytes()}, exclusive, its {@code \n} included. */
  public int end(int line) {
    return ends()[line];
  }

  /** The ordinal, in its batch, of the record on this line. */
  public int ordinal(int line) {
    return ordinals == null ? line : ordinals[line];
  }

  /** A copy of a line without its {@code \n}. */
  public byte[] line(int line) {
    return Arrays.copyOfRange(bytes, start(line), end(line) - 1);
  }

  /** A copy of all lines. */
  public byte[] toBytes() {
    return Arrays.copyOf(bytes, length);
  }

  /** All lines, read in place. */
  public InputStream stream() {
    return new ByteArrayInputStream(bytes, 0, length);
  }

  /** The lines whose numbers the condition holds for, byte for byte as they are. */
  public FormLines only(IntPredicate condition) {
    Writer kept = new Writer(size(), length);
    for (int line = 0; line < size(); line++) {
      if (condition.test(line)) {
        kept.add(bytes, start(line), end(line) - 1);
        kept.end(ordinal(line));
      }
    }
    return kept.size() == size() ? this : kept.done(this);
  }

  /** Copies of the lines without their {@code \n}. */
  @Override
  public Iterator<byte[]> iterator() {
    return IntStream.range(0, size()).mapToObj(this::line).iterator();
  }

  /** Lines while they are written, one after the other. */
  public static final class Writer {
    private byte[] bytes;
    private int length;
    private int[] ends;
    private int[] ordinals;
    private int size;

    /**
     * @param lines how many are expected
     * @param bytes how many all of them may take; both only save growing
     */
    public Writer(int lines, int bytes) {
      this.bytes = new byte[Math.max(64, bytes)];
      this.ends = new int[lines];
      this.ordinals = new int[lines];
    }

    /** Adds to the line; there must be no line break in it. */
    public void add(byte[] from, int start, int end) {
      room(end - start);
      System.arraycopy(from, start, bytes, length, end - start);
      length += end - start;
    }

    /**
     * Ends the line.
     *
     * @param ordinal of the record on it
     */
    public void end(int ordinal) {
      room(1);
      bytes[length++] = '\n';
      if (size == ends.length) {
        int capacity = Math.max(64, size * 2);
        ends = Arrays.copyOf(ends, capacity);
        ordinals = Arrays.copyOf(ordinals, capacity);
      }
      ends[size] = length;
      ordinals[size++] = ordinal;
    }

    /** Lines that were ended. */
    public int size() {
      return size;
    }

    /** The lines; nothing may be added any more. */
    public FormLines done() {
      return done(null);
    }

    /** The lines, whose ordinals are those of the lines that they were made of. */
    FormLines done(@Nullable FormLines of) {
      return new FormLines(
          bytes,
          length,
          Arrays.copyOf(ends, size),
          Arrays.copyOf(ordinals, size),
          of == null ? null : of.ids);
    }

    private void room(int more) {
      if (more > bytes.length - length) {
        int needed = Math.addExact(length, more);
        bytes = Arrays.copyOf(bytes, (int) Math.min(needed + needed / 2L, Integer.MAX_VALUE - 8L));
      }
    }
  }
}
