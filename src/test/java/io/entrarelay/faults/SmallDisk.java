package io.entrarelay.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Assumptions;

/** A directory on a small file system of its own, which can be filled and made read-only. */
final class SmallDisk implements AutoCloseable {
  private final Path directory;

  private SmallDisk(Path directory) {
    this.directory = directory;
  }

  /** Mounts it; skips the test where this user may not. */
  static SmallDisk mount(Path directory, int megabytes) throws Exception {
    Files.createDirectories(directory);
    boolean mounted =
        run("mount", "-t", "tmpfs", "-o", "size=" + megabytes + "m", "none", directory.toString());
    if (System.getenv("CI") == null) {
      Assumptions.assumeTrue(mounted, "skipped: only root may mount a small disk (tmpfs)");
    }
    assertThat(mounted).as("a small disk is mounted at %s", directory).isTrue();
    return new SmallDisk(directory);
  }

  private static boolean run(String... command) throws Exception {
    return new ProcessBuilder(command).redirectErrorStream(true).start().waitFor() == 0;
  }

  /** Leaves no room; once more, what has become free since. */
  void fill() throws IOException {
    byte[] block = new byte[4096];
    try (OutputStream out =
        Files.newOutputStream(
            directory.resolve("filler"), StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
      while (true) {
        out.write(block);
      }
    } catch (IOException e) {
      assertThat(e).hasMessageContaining("No space left");
    }
  }

  void free() throws IOException {
    Files.delete(directory.resolve("filler"));
  }

  /** Needs that nobody has a file open for writing there. */
  void readOnly(boolean is) throws Exception {
    assertThat(run("mount", "-o", is ? "remount,ro" : "remount,rw", directory.toString())).isTrue();
  }

  @Override
  public void close() throws Exception {
    run("umount", "-l", directory.toString());
  }
}
