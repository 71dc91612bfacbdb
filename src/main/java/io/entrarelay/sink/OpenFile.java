package io.entrarelay.sink;

import io.entrarelay.sink.NdjsonFiles.Compression;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A file that is being written. Its ending tells agents to leave it alone; it is finished by an
 * atomic rename, after its content is on the disk. Used by one thread.
 */
final class OpenFile {
  private static final Logger LOG = LoggerFactory.getLogger(OpenFile.class);
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);

  private final Path directory;
  private final Path part;
  private final String shard;
  private final long firstCollectedAt;
  private final int replay;
  private final FileChannel channel;
  private long kept;
  private long length;
  private long keptBytes;
  private long bytes;

  /**
   * Starts a file; what an earlier process left half-written in its place is cut off.
   *
   * @param part its name while it is written
   * @param firstCollectedAt of the first page, epoch milliseconds: part of the file's name, so that
   *     a redo gives the same one
   * @param shard two digits
   * @param replay how often the outbox was sent again: a part of the name as well, so that no
   *     earlier file is touched
   */
  OpenFile(
      Path directory,
      String part,
      long firstCollectedAt,
      String shard,
      int replay,
      @Nullable String group)
      throws IOException {
    this.directory = directory;
    this.part = directory.resolve(part);
    this.shard = shard;
    this.firstCollectedAt = firstCollectedAt;
    this.replay = replay;
    this.channel =
        FileChannel.open(
            this.part,
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE,
            StandardOpenOption.TRUNCATE_EXISTING);
    Access.file(this.part, group);
  }

  /**
   * @param uncompressed the bytes' length before compression, for the size at which to roll
   */
  void append(byte[] content, int size, int uncompressed) throws IOException {
    ByteBuffer buffer = ByteBuffer.wrap(content, 0, size);
    while (buffer.hasRemaining()) {
      length += channel.write(buffer, length);
    }
    bytes += uncompressed;
  }

  void keep() {
    kept = length;
    keptBytes = bytes;
  }

  void undo() {
    length = kept;
    bytes = keptBytes;
    try {
      channel.truncate(kept);
    } catch (IOException e) {
      throw new SinkException(
          "the file " + part + " could not be cut back: " + e + ". Check its disk", e);
    }
  }

  /** Bytes before compression. */
  long bytes() {
    return bytes;
  }

  boolean isEmpty() {
    return kept == 0;
  }

  /**
   * Brings the content to the disk and gives the file its name. A file of the same span in another
   * compression is of a process that was stopped before the position moved: this one replaces it.
   */
  void finish(long first, long last, Compression compression) throws IOException {
    channel.force(true);
    String name =
        TIME.format(Instant.ofEpochMilli(firstCollectedAt))
            + "-s"
            + shard
            + "-"
            + String.format("%012d-%012d", first, last)
            + (replay == 0 ? "" : "-r" + replay)
            + ".ndjson";
    for (Compression other : Compression.values()) {
      if (other != compression) {
        Files.deleteIfExists(directory.resolve(name + other.ending()));
      }
    }
    Files.move(
        part,
        directory.resolve(name + compression.ending()),
        StandardCopyOption.ATOMIC_MOVE,
        StandardCopyOption.REPLACE_EXISTING);
    channel.close();
  }

  /** Ends a file that holds nothing. */
  void discard() throws IOException {
    channel.close();
    Files.deleteIfExists(part);
  }

  /** Ends a file that can't be trusted: what an fsync has failed for may not be on the disk. */
  void abandon() {
    try {
      discard();
    } catch (IOException e) {
      // the next file in its place, or the next start, cuts off what is left of it
      LOG.debug("left behind: {}", part, e);
    }
  }

  Path directory() {
    return directory;
  }
}
