package io.entrarelay.simulator;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.stream.IntStream;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;

/**
 * The past records of a report, newest first, rendered and deflated by the hundred into a temporary
 * file, so that any run of them is put together by copying. A page made of chunks is one gzip
 * member: Java's own reader stops between members when the network is slower than it.
 */
final class RenderedChunks implements AutoCloseable {
  static final int RECORDS = 100;

  /**
   * Text in raw deflate blocks that end at a byte.
   *
   * @param deflated the blocks, none of them the last
   * @param length of the text in bytes
   * @param crc the text's CRC-32
   */
  @SuppressWarnings("ArrayRecordComponent") // read only, never compared
  record Chunk(byte[] deflated, int length, int crc) {
    static Chunk of(byte[] text) {
      Deflater deflater = new Deflater(Deflater.BEST_SPEED, true);
      try {
        deflater.setInput(text);
        ByteArrayOutputStream out = new ByteArrayOutputStream(text.length / 4 + 64);
        byte[] buffer = new byte[32 * 1024];
        int count;
        do {
          count = deflater.deflate(buffer, 0, buffer.length, Deflater.SYNC_FLUSH);
          out.write(buffer, 0, count);
        } while (count == buffer.length);
        CRC32 crc = new CRC32();
        crc.update(text);
        return new Chunk(out.toByteArray(), text.length, (int) crc.getValue());
      } finally {
        deflater.end();
      }
    }

    byte[] text() {
      Inflater inflater = new Inflater(true);
      try {
        inflater.setInput(deflated);
        byte[] text = new byte[length];
        int done = 0;
        while (done < length) {
          done += inflater.inflate(text, done, length - done);
        }
        return text;
      } catch (DataFormatException e) {
        throw new IllegalStateException(e);
      } finally {
        inflater.end();
      }
    }
  }

  private final RecordSource source;
  private final FileChannel file;
  private final long[] positions;
  private final int[] deflated;
  private final int[] lengths;
  private final int[] crcs;
  private long end;

  private RenderedChunks(RecordSource source, int chunks, FileChannel file) {
    this.source = source;
    this.file = file;
    this.positions = new long[chunks];
    this.deflated = new int[chunks];
    this.lengths = new int[chunks];
    this.crcs = new int[chunks];
  }

  /** Renders the first {@code count} records, on all cores. */
  static RenderedChunks render(RecordSource source, long count) {
    try {
      Path path = Files.createTempFile("entra-relay-simulator", ".chunks");
      FileChannel file =
          FileChannel.open(
              path,
              StandardOpenOption.READ,
              StandardOpenOption.WRITE,
              StandardOpenOption.DELETE_ON_CLOSE);
      RenderedChunks chunks = new RenderedChunks(source, (int) (count / RECORDS), file);
      IntStream.range(0, chunks.positions.length).parallel().forEach(chunks::renderChunk);
      return chunks;
    } catch (IOException e) {
      throw new UncheckedIOException(
          "The simulator can't keep its rendered pages in a temporary file.", e);
    }
  }

  private void renderChunk(int number) {
    Chunk chunk = Chunk.of(text((long) (number + 1) * RECORDS - 1, (long) number * RECORDS));
    synchronized (this) {
      positions[number] = end;
      end += chunk.deflated.length;
    }
    deflated[number] = chunk.deflated.length;
    lengths[number] = chunk.length;
    crcs[number] = chunk.crc;
    try {
      ByteBuffer buffer = ByteBuffer.wrap(chunk.deflated);
      long position = positions[number];
      while (buffer.hasRemaining()) {
        position += file.write(buffer, position);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private byte[] text(long from, long to) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(256 * 1024);
    for (long index = from; index >= to; index--) {
      if (out.size() > 0) {
        out.write(',');
      }
      source.write(index, source.contents(index) - 1, out);
    }
    return out.toByteArray();
  }

  /** The records from an index down to another, at most to the beginning of a chunk. */
  Chunk down(long from, long to) {
    long chunk = from / RECORDS;
    if (from % RECORDS == RECORDS - 1 && to <= chunk * RECORDS && chunk < positions.length) {
      return read((int) chunk);
    }
    return Chunk.of(text(from, Math.max(to, chunk * RECORDS)));
  }

  private Chunk read(int number) {
    ByteBuffer buffer = ByteBuffer.allocate(deflated[number]);
    try {
      long position = positions[number];
      while (buffer.hasRemaining()) {
        position += file.read(buffer, position);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new Chunk(buffer.array(), lengths[number], crcs[number]);
  }

  @Override
  public void close() {
    try {
      file.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
