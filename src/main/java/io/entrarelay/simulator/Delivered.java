package io.entrarelay.simulator;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** What stands in finished files of the vendor form, held against what the simulator has shown. */
public final class Delivered {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final byte[] PROPERTIES = ",\"properties\":".getBytes(UTF_8);

  /** SHA-256 of each line's properties, by record id. */
  private final Map<String, List<String>> contents = new HashMap<>();

  private int torn;

  /**
   * Reads the finished files of a report.
   *
   * @param out the directory that holds {@code vendor/}
   */
  public static Delivered read(Path out, String report) throws IOException {
    Delivered delivered = new Delivered();
    Path root = out.resolve("vendor").resolve(report);
    if (Files.isDirectory(root)) {
      try (Stream<Path> files = Files.walk(root)) {
        for (Path file : (Iterable<Path>) files::iterator) {
          if (FinishedFile.is(file)) {
            delivered.add(file);
          }
        }
      } catch (UncheckedIOException e) {
        if (!(e.getCause() instanceof NoSuchFileException)) {
          throw e;
        }
      }
    }
    return delivered;
  }

  private void add(Path file) throws IOException {
    byte[] bytes;
    try {
      bytes = FinishedFile.read(file);
    } catch (NoSuchFileException e) {
      throw e;
    } catch (IOException e) { // no end of a compressed file
      torn++;
      return;
    }
    int begin = 0;
    for (int i = 0; i < bytes.length; i++) {
      if (bytes[i] == '\n') {
        line(Arrays.copyOfRange(bytes, begin, i));
        begin = i + 1;
      }
    }
    if (begin != bytes.length) {
      torn++;
    }
  }

  private void line(byte[] line) throws IOException {
    int at = indexOf(line, PROPERTIES);
    if (at < 0 || line[line.length - 1] != '}') {
      torn++;
      return;
    }
    ByteArrayOutputStream record = new ByteArrayOutputStream();
    record.write(line, at + PROPERTIES.length, line.length - at - PROPERTIES.length - 1);
    String id = JSON.readTree(record.toByteArray()).path("id").asText();
    contents.computeIfAbsent(id, key -> new ArrayList<>()).add(sha256(record.toByteArray()));
  }

  private static int indexOf(byte[] bytes, byte[] part) {
    for (int i = 0; i + part.length <= bytes.length; i++) {
      if (Arrays.equals(bytes, i, i + part.length, part, 0, part.length)) {
        return i;
      }
    }
    return -1;
  }

  private static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * How the files and the truth differ.
   *
   * @param visible records that Graph shows
   * @param lines of these records
   * @param lost ids whose last content is missing
   * @param twice ids of which a content stands there more than once
   * @param foreign ids with a content that Graph has not sent
   * @param torn lines that are none
   */
  public record Difference(
      long visible,
      long lines,
      Set<String> lost,
      Set<String> twice,
      Set<String> foreign,
      int torn) {

    public boolean isNone() {
      return lost.isEmpty() && twice.isEmpty() && foreign.isEmpty() && torn == 0;
    }

    @Override
    public String toString() {
      return "visible "
          + visible
          + ", delivered lines "
          + lines
          + ", lost "
          + lost.size()
          + some(lost)
          + ", twice "
          + twice.size()
          + some(twice)
          + ", not as Graph sent it "
          + foreign.size()
          + some(foreign)
          + ", torn "
          + torn;
    }

    private static String some(Set<String> ids) {
      return ids.isEmpty() ? "" : " " + ids.stream().limit(3).toList();
    }
  }

  /** Compares the files with what was shown. */
  public Difference against(Stream<Truth.Entry> truth) {
    Set<String> lost = new TreeSet<>();
    Set<String> twice = new TreeSet<>();
    Set<String> foreign = new TreeSet<>();
    long[] counts = new long[2];
    truth.forEach(
        entry -> {
          counts[0]++;
          List<String> got = contents.getOrDefault(entry.id(), List.of());
          counts[1] += got.size();
          List<String> shown = entry.contents().stream().map(Truth.Content::sha256).toList();
          if (!got.contains(shown.get(shown.size() - 1))) {
            lost.add(entry.id());
          }
          if (Set.copyOf(got).size() != got.size()) {
            twice.add(entry.id());
          }
          if (!shown.containsAll(got)) {
            foreign.add(entry.id());
          }
        });
    return new Difference(counts[0], counts[1], lost, twice, foreign, torn);
  }
}
