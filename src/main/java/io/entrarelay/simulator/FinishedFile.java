package io.entrarelay.simulator;

import com.github.luben.zstd.ZstdInputStream;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;

/** A finished file of the files sink, plain or compressed, as its ending says. */
public final class FinishedFile {
  private FinishedFile() {}

  /** Whether it is one by its name. */
  public static boolean is(Path file) {
    return file.toString().matches(".*\\.ndjson(\\.gz|\\.zst)?");
  }

  /**
   * Its lines.
   *
   * @throws IOException also where a compressed file is torn
   */
  public static byte[] read(Path file) throws IOException {
    String name = file.toString();
    try (InputStream in = new BufferedInputStream(Files.newInputStream(file));
        // closed itself: it holds memory outside of the heap
        InputStream lines =
            name.endsWith(".gz")
                ? new GZIPInputStream(in)
                : name.endsWith(".zst") ? new ZstdInputStream(in) : in) {
      return lines.readAllBytes();
    }
  }
}
