package io.entrarelay.sink;

import com.github.luben.zstd.Zstd;
import io.entrarelay.state.Steps;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The files of one shard under one directory: an open one for each form, report and integration,
 * rolled together, so that each finished name holds the span of the outbox that it covers.
 * Compressed files are a member (gzip) or frame (zstd) a page: both formats allow several, and a
 * page that is taken back is cut off whole.
 */
final class NdjsonFiles implements Delivery.Participant {

  /** How these files are written. */
  record Style(
      Path root,
      Duration rollEvery,
      long rollSize,
      Compression compression,
      @Nullable String group) {}

  /** How finished files are compressed. */
  enum Compression {
    none(""),
    gzip(".gz"),
    zstd(".zst");

    private final String ending;

    Compression(String ending) {
      this.ending = ending;
    }

    String ending() {
      return ending;
    }
  }

  private static final Logger LOG = LoggerFactory.getLogger(NdjsonFiles.class);
  private static final String PART = ".ndjson.part";

  private final Style style;
  private final String shard;
  private final int replay;
  private final long fence;
  private final Steps steps;
  private final Map<Path, OpenFile> files = new LinkedHashMap<>();
  private final Set<Path> fenced = new HashSet<>();
  private long openedAt;

  /**
   * @param delivery whose shard, fencing number and replay the names hold
   */
  NdjsonFiles(Style style, Delivery delivery, Steps steps) {
    this.style = style;
    this.steps = steps;
    this.shard = String.format("%02d", delivery.shard());
    this.fence = delivery.fence();
    this.replay = delivery.replay();
  }

  /**
   * @param directory under the root: form, report, integration, none of them from a record's data
   */
  void append(Path directory, byte[] lines, int length, long collectedAt, long now)
      throws IOException {
    if (files.isEmpty()) {
      openedAt = now;
    }
    OpenFile file = files.get(directory);
    if (file == null) {
      Access.directories(style.root, directory, style.group);
      if (fenced.add(directory)) {
        fence(directory);
      }
      file = new OpenFile(directory, part(), collectedAt, shard, replay, style.group);
      files.put(directory, file);
    }
    switch (style.compression) {
      case none -> file.append(lines, length, length);
      case gzip -> {
        byte[] member = gzip(lines, length);
        file.append(member, member.length, length);
      }
      case zstd -> {
        byte[] frame = new byte[Math.toIntExact(Zstd.compressBound(length))];
        long size = Zstd.compressByteArray(frame, 0, frame.length, lines, 0, length, 3);
        if (Zstd.isError(size)) {
          throw new IOException("zstd: " + Zstd.getErrorName(size));
        }
        file.append(frame, (int) size, length);
      }
    }
  }

  private String part() {
    return "s" + shard + "-f" + fence + PART;
  }

  /**
   * Removes what earlier holders of the shard left half-written here. One that was only stopped for
   * a while, and goes on, finds nothing to give a name to: it can't finish what this one finishes.
   */
  private void fence(Path directory) throws IOException {
    try (var parts = Files.newDirectoryStream(directory, "s" + shard + "-f*" + PART)) {
      for (Path part : parts) {
        if (!part.getFileName().toString().equals(part())) {
          Files.deleteIfExists(part);
        }
      }
    }
  }

  private static byte[] gzip(byte[] lines, int length) throws IOException {
    ByteArrayOutputStream member = new ByteArrayOutputStream(length / 8 + 64);
    try (OutputStream gzip = new GZIPOutputStream(member, 8192)) {
      gzip.write(lines, 0, length);
    }
    return member.toByteArray();
  }

  @Override
  public void keep() {
    files.values().forEach(OpenFile::keep);
  }

  @Override
  public void undo() {
    files.values().forEach(OpenFile::undo);
  }

  @Override
  public boolean isDue(long now) {
    return !files.isEmpty()
        && (now - openedAt >= style.rollEvery.toMillis()
            || files.values().stream().anyMatch(file -> file.bytes() >= style.rollSize));
  }

  @Override
  public void finish(long first, long last) {
    Set<Path> directories = new LinkedHashSet<>();
    try {
      for (var it = files.values().iterator(); it.hasNext(); it.remove()) {
        OpenFile file = it.next();
        if (file.isEmpty()) {
          file.discard();
        } else {
          file.finish(first, last, style.compression);
          directories.add(file.directory());
          steps.reached("files.renamed");
        }
      }
      for (Path directory : directories) {
        // the rename itself must be on the disk before the position moves past the file
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
          channel.force(true);
        }
      }
    } catch (IOException e) {
      throw new SinkException(
          "files under "
              + style.root
              + " could not be finished: "
              + e
              + ". Check their disk, and that nobody else moves or removes *.part files",
          e);
    }
  }

  @Override
  public void discard() {
    files.values().forEach(OpenFile::abandon);
    files.clear();
  }

  /**
   * Removes what earlier processes left half-written: the outbox still holds it.
   *
   * @param notSince what was written to since then is left alone: another node may be writing it
   */
  static void sweep(Path root, Instant notSince) throws IOException {
    if (Files.isDirectory(root)) {
      try (var paths = Files.walk(root)) {
        for (Path path : (Iterable<Path>) paths::iterator) {
          if (path.getFileName().toString().endsWith(PART)
              && Files.getLastModifiedTime(path).toInstant().isBefore(notSince)) {
            Files.deleteIfExists(path);
          }
        }
      } catch (NoSuchFileException | UncheckedIOException e) {
        // another node has finished a file while we looked: what is left is found the next time
        LOG.debug("not all of {} was looked through", root, e);
      }
    }
  }
}
