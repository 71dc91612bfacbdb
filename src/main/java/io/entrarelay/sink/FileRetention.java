package io.entrarelay.sink;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.regex.Pattern;

/** Removes finished files that were kept for long enough ({@code relay.sinks.files.retain}). */
public final class FileRetention {
  /** As {@link OpenFile} names them: nobody else's file is touched. */
  private static final Pattern FINISHED =
      Pattern.compile(
          "\\d{8}T\\d{6}Z-s\\d{2}-\\d{12}-\\d{12}(-r\\d{1,9})?\\.ndjson(\\.gz|\\.zst)?");

  private FileRetention() {}

  /**
   * Removes files that were finished before {@code now} less {@code retain}.
   *
   * @return how many were removed
   */
  public static int sweep(Path root, Duration retain, Instant now) throws IOException {
    if (!Files.isDirectory(root)) {
      return 0;
    }
    int removed = 0;
    Instant oldest = now.minus(retain);
    try (var paths = Files.walk(root)) {
      for (Path path : (Iterable<Path>) paths::iterator) {
        if (FINISHED.matcher(path.getFileName().toString()).matches()
            && Files.getLastModifiedTime(path).toInstant().isBefore(oldest)
            && Files.deleteIfExists(path)) {
          removed++;
        }
      }
    } catch (NoSuchFileException | UncheckedIOException e) {
      // an agent moved a file away while we looked: the next sweep sees the rest
      return removed;
    }
    return removed;
  }
}
