package io.entrarelay.sink;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.github.luben.zstd.ZstdInputStream;
import io.entrarelay.sink.NdjsonFiles.Compression;
import io.entrarelay.sink.NdjsonFiles.Style;
import io.entrarelay.state.Lease;
import io.entrarelay.state.Position;
import io.entrarelay.state.Steps;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NdjsonFilesTest {
  private static final long COLLECTED = Instant.parse("2026-11-22T12:34:56Z").toEpochMilli();

  @TempDir Path root;

  private static Delivery delivery(long fence, int replay) {
    return new Delivery("files", new Lease(7, fence), new Position(0, 0, replay));
  }

  private NdjsonFiles files(Compression compression) {
    return new NdjsonFiles(
        new Style(root, Duration.ofMinutes(1), 1_000, compression, null),
        delivery(3, 0),
        Steps.NONE);
  }

  private Path directory() {
    return root.resolve("vendor").resolve("signIns").resolve("contoso");
  }

  private static void append(NdjsonFiles files, Path directory, String lines) throws IOException {
    byte[] bytes = lines.getBytes(UTF_8);
    files.append(directory, bytes, bytes.length, COLLECTED, COLLECTED);
  }

  private List<String> names() throws IOException {
    try (var found = Files.list(directory())) {
      return found.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void aFileIsNamedByItsSpanAndFirstPageAndReadableByTheGroupOnly() throws IOException {
    NdjsonFiles files = files(Compression.none);
    append(files, directory(), "{\"a\":1}\n");
    assertThat(names()).containsExactly("s07-f3.ndjson.part");
    files.keep();
    files.finish(12, 34);
    assertThat(names()).containsExactly("20261122T123456Z-s07-000000000012-000000000034.ndjson");
    Path file = directory().resolve(names().get(0));
    assertThat(file).hasContent("{\"a\":1}\n");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-r-----");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory())))
        .isEqualTo("rwxr-x---");
  }

  @Test
  void aPageThatFailedIsTakenBackWholeInEveryCompression() throws IOException {
    for (Compression compression : Compression.values()) {
      NdjsonFiles files = files(compression);
      append(files, directory(), "{\"a\":1}\n");
      files.keep();
      append(files, directory(), "{\"torn");
      files.undo();
      append(files, directory(), "{\"b\":\"é\"}\n");
      files.keep();
      files.finish(1, 2);
      Path file = directory().resolve(names().get(0));
      assertThat(read(file, compression)).isEqualTo("{\"a\":1}\n{\"b\":\"é\"}\n");
      Files.delete(file);
    }
  }

  private static String read(Path file, Compression compression) throws IOException {
    InputStream bytes = new ByteArrayInputStream(Files.readAllBytes(file));
    try (InputStream in =
        switch (compression) {
          case none -> bytes;
          case gzip -> new GZIPInputStream(bytes);
          case zstd -> new ZstdInputStream(bytes).setContinuous(false);
        }) {
      return new String(in.readAllBytes(), UTF_8);
    }
  }

  @Test
  void aPageTakenBackBeforeAnythingWasKeptLeavesNoFile() throws IOException {
    NdjsonFiles files = files(Compression.none);
    append(files, directory(), "{\"a\":1}\n");
    files.undo();
    files.finish(1, 1);
    assertThat(names()).isEmpty();
  }

  @Test
  void filesRollBySizeAndByAge() throws IOException {
    NdjsonFiles files = files(Compression.none);
    assertThat(files.isDue(COLLECTED + 3_600_000)).isFalse();
    append(files, directory(), "x".repeat(999) + "\n");
    assertThat(files.isDue(COLLECTED)).isTrue();
    NdjsonFiles young = files(Compression.none);
    append(young, directory().resolveSibling("other"), "{}\n");
    assertThat(young.isDue(COLLECTED + 59_999)).isFalse();
    assertThat(young.isDue(COLLECTED + 60_000)).isTrue();
  }

  @Test
  void whatAnEarlierProcessLeftHalfWrittenIsRemoved() throws IOException {
    Files.createDirectories(directory());
    Files.writeString(directory().resolve("s07-f3.ndjson.part"), "{\"torn");
    Files.writeString(directory().resolve("done.ndjson"), "{}\n");
    NdjsonFiles.sweep(root, Instant.now().minusSeconds(60));
    assertThat(names()).hasSize(2);
    NdjsonFiles.sweep(root, Instant.now().plusSeconds(1));
    assertThat(names()).containsExactly("done.ndjson");
  }

  @Test
  void anEarlierHolderOfTheShardCantFinishWhatTheNextOneWrites() throws IOException {
    NdjsonFiles paused = files(Compression.none);
    append(paused, directory(), "{\"n\":1}\n");
    paused.keep();
    NdjsonFiles next =
        new NdjsonFiles(
            new Style(root, Duration.ofMinutes(1), 1_000, Compression.none, null),
            delivery(4, 0),
            Steps.NONE);
    append(next, directory(), "{\"n\":1}\n");
    next.keep();
    assertThatThrownBy(() -> paused.finish(1, 1)).isInstanceOf(SinkException.class);
    assertThat(names()).containsExactly("s07-f4.ndjson.part");
    next.finish(1, 1);
    assertThat(names()).hasSize(1).allMatch(name -> name.endsWith("-000000000001.ndjson"));
  }

  @Test
  void retentionRemovesFinishedFilesOfOursOnly() throws IOException {
    NdjsonFiles files = files(Compression.none);
    append(files, directory(), "{}\n");
    files.keep();
    files.finish(1, 1);
    NdjsonFiles again =
        new NdjsonFiles(
            new Style(root, Duration.ofMinutes(1), 1_000, Compression.zstd, null),
            delivery(3, 12),
            Steps.NONE);
    append(again, directory(), "{}\n");
    again.keep();
    again.finish(1, 1);
    assertThat(names())
        .containsExactly(
            "20261122T123456Z-s07-000000000001-000000000001-r12.ndjson.zst",
            "20261122T123456Z-s07-000000000001-000000000001.ndjson");
    Path old = directory().resolve(names().get(0));
    Path older = directory().resolve(names().get(1));
    Path foreign = directory().resolve("notes.ndjson");
    Files.writeString(foreign, "mine\n");
    Instant now = Instant.now();
    for (Path file : List.of(old, older, foreign)) {
      Files.setLastModifiedTime(file, FileTime.from(now.minus(Duration.ofDays(3))));
    }
    assertThat(FileRetention.sweep(root, Duration.ofDays(4), now)).isZero();
    assertThat(FileRetention.sweep(root, Duration.ofDays(2), now)).isEqualTo(2);
    assertThat(names()).containsExactly("notes.ndjson");
  }

  @Test
  void aFullDiskIsSaidAndWhatWasKeptStaysWhole() throws Exception {
    Path small = Files.createDirectory(root.resolve("small"));
    assumeTrue(
        run("mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", small.toString()),
        "needs the right to mount a tmpfs (run as root)");
    try {
      NdjsonFiles files =
          new NdjsonFiles(
              new Style(small, Duration.ofMinutes(1), 1_000, Compression.none, null),
              delivery(3, 0),
              Steps.NONE);
      Path directory = small.resolve("vendor");
      append(files, directory, "{\"a\":1}\n");
      files.keep();
      assertThatThrownBy(() -> append(files, directory, "x".repeat(200_000) + "\n"))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("No space left on device");
      files.undo();
      append(files, directory, "{\"b\":2}\n");
      files.keep();
      files.finish(1, 2);
      assertThat(directory.resolve("20261122T123456Z-s07-000000000001-000000000002.ndjson"))
          .hasContent("{\"a\":1}\n{\"b\":2}\n");
    } finally {
      run("umount", small.toString());
    }
  }

  @Test
  void aGroupThatIsNotThereIsNamed() {
    NdjsonFiles files =
        new NdjsonFiles(
            new Style(root, Duration.ofMinutes(1), 1_000, Compression.none, "no-such-group"),
            delivery(3, 0),
            Steps.NONE);
    Path top = root.resolve("vendor");
    assertThatThrownBy(() -> append(files, directory(), "{}\n"))
        .isInstanceOf(SinkException.class)
        .hasMessageStartingWith(top + " can't be given to the group no-such-group (")
        .hasMessageEndingWith(
            "UserPrincipalNotFoundException): check relay.sinks.files.group, and that this process"
                + " is a member of it");
  }

  @Test
  void aFileThatSomebodyRemovedIsSaid() throws IOException {
    NdjsonFiles files = files(Compression.none);
    append(files, directory(), "{}\n");
    files.keep();
    Path part = directory().resolve("s07-f3.ndjson.part");
    Files.delete(part);
    assertThatThrownBy(() -> files.finish(1, 1))
        .isInstanceOf(SinkException.class)
        .hasMessageStartingWith(
            "files under "
                + root
                + " could not be finished: java.nio.file.NoSuchFileException: "
                + part)
        .hasMessageEndingWith(
            ". Check their disk, and that nobody else moves or removes *.part files");
  }

  @Test
  void aFileThatCannotBeCutBackIsSaid() throws IOException {
    NdjsonFiles files = files(Compression.none);
    append(files, directory(), "{}\n");
    Thread.currentThread().interrupt(); // closes the channel under the next call
    try {
      assertThatThrownBy(files::undo)
          .isInstanceOf(SinkException.class)
          .hasMessage(
              "the file "
                  + directory().resolve("s07-f3.ndjson.part")
                  + " could not be cut back: java.nio.channels.ClosedByInterruptException. Check"
                  + " its disk");
    } finally {
      assertThat(Thread.interrupted()).isTrue();
    }
  }

  private static boolean run(String... command) throws Exception {
    try {
      return new ProcessBuilder(command).redirectErrorStream(true).start().waitFor() == 0;
    } catch (IOException e) {
      return false;
    }
  }
}
