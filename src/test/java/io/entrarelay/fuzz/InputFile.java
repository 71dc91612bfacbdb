package io.entrarelay.fuzz;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * The file that a reader of files is given, in a folder of its own; written anew for each input.
 */
final class InputFile {
  private final Path path;

  /**
   * @param name of the file, below the folder
   */
  InputFile(String name) {
    try {
      Path folder = Files.createTempDirectory("fuzz");
      path = folder.resolve(name);
      Files.createDirectories(path.getParent());
      Files.createFile(
          path, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      path.toFile().deleteOnExit();
      folder.toFile().deleteOnExit();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Path path() {
    return path;
  }

  void write(byte[] input) throws IOException {
    Files.write(path, input);
  }

  /** The most lines that a reader may count in a file, whatever it takes for a line's end. */
  static int lines(byte[] input) {
    int lines = 1;
    for (byte b : input) {
      // the last bytes of U+0085, U+2028 and U+2029 among them, which YAML takes for line ends
      lines += b == '\n' || b == '\r' || b == (byte) 0x85 || (b & 0xFE) == 0xA8 ? 1 : 0;
    }
    return lines;
  }
}
