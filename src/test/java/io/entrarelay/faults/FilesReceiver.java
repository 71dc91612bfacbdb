package io.entrarelay.faults;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Stream;

/** Reads finished files of the vendor form, as a SIEM's agent does: each once, by its name. */
final class FilesReceiver implements Receiver {
  private final Path out;
  private final Set<Path> read = new HashSet<>();

  /**
   * @param out the directory that holds {@code vendor/}
   */
  FilesReceiver(Path out) {
    this.out = out;
  }

  @Override
  public String sink() {
    return "files";
  }

  @Override
  public void receive(Received into) throws IOException {
    Path root = out.resolve("vendor");
    if (!Files.isDirectory(root)) {
      return;
    }
    try (Stream<Path> files = Files.walk(root)) {
      for (Path file : (Iterable<Path>) files::iterator) {
        if (file.toString().endsWith(".ndjson") && read.add(file)) {
          lines(Files.readAllBytes(file), into);
        }
      }
    } catch (UncheckedIOException e) {
      if (!(e.getCause() instanceof NoSuchFileException)) { // one being written was renamed
        throw e;
      }
    }
  }

  private static void lines(byte[] bytes, Received into) {
    int begin = 0;
    for (int i = 0; i < bytes.length; i++) {
      if (bytes[i] == '\n') {
        into.add(Arrays.copyOfRange(bytes, begin, i));
        begin = i + 1;
      }
    }
    if (begin != bytes.length) {
      into.torn();
    }
  }
}
