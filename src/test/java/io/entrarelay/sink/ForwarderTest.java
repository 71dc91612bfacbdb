package io.entrarelay.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.entrarelay.record.FormLines;
import io.entrarelay.record.LineIdentity;
import io.entrarelay.sink.NdjsonFiles.Compression;
import io.entrarelay.sink.NdjsonFiles.Style;
import io.entrarelay.state.OutboxEntry;
import io.entrarelay.state.Position;
import io.entrarelay.state.Steps;
import io.entrarelay.state.Store;
import io.entrarelay.state.StoreException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What fails half-way is thrown away and handed on again, as after a crash, without a restart. */
class ForwarderTest {
  private static final int SHARD = 3;
  private static final BooleanSupplier ALL = () -> false;
  private static final BooleanSupplier ONE_PAGE = () -> true;
  private static final String SPAN = "20261122T123456Z-s03-000000000001-000000000002.ndjson";

  @TempDir
  @SuppressWarnings("NullAway.Init") // JUnit sets it
  private Path directory;

  @SuppressWarnings("NullAway.Init") // set before each test
  private OutboxPages pages;

  /** Whether the state can't be written. */
  private boolean full;

  private boolean wasFull;

  private Path out() {
    return directory.resolve("out");
  }

  @BeforeEach
  void open() {
    pages = new OutboxPages(directory, this::commit);
  }

  private void commit(String step) {
    if (full && step.equals("commit.before")) {
      throw new StoreException("disk full");
    }
  }

  @AfterEach
  void close() {
    pages.close();
  }

  private Forwarder forwarder(Forwarder.Handler handler) {
    return new Forwarder(
        "files",
        Set.of("vendor"),
        lease -> {},
        pages.store,
        pages.leases,
        handler,
        Clock.fixed(Instant.ofEpochMilli(OutboxPages.COLLECTED), ZoneOffset.UTC),
        Steps.NONE);
  }

  /** Writes files as the sink does. */
  private Forwarder files(Compression compression, Steps steps) {
    Style style = new Style(out(), Duration.ofMinutes(1), 1 << 20, compression, null);
    return forwarder((page, delivery) -> write(style, page, delivery, steps));
  }

  private void write(Style style, OutboxEntry page, Delivery delivery, Steps steps)
      throws IOException {
    NdjsonFiles files =
        (NdjsonFiles) delivery.enlist(out(), () -> new NdjsonFiles(style, delivery, steps));
    FormLines lines = FormLines.read(page.zstd(), 1 << 20);
    files.append(
        out().resolve(page.integration()),
        lines.bytes(),
        lines.length(),
        page.collectedAt(),
        OutboxPages.COLLECTED);
  }

  /** The files under the directory with their content. */
  private Map<String, String> written() throws IOException {
    try (var paths = Files.walk(out())) {
      Map<String, String> written = new TreeMap<>();
      paths.filter(Files::isRegularFile).forEach(path -> written.put(name(path), content(path)));
      return written;
    }
  }

  private String name(Path path) {
    return out().relativize(path).toString();
  }

  private List<String> names() throws IOException {
    try (var paths = Files.walk(out())) {
      return paths.filter(Files::isRegularFile).map(this::name).sorted().toList();
    }
  }

  private static String content(Path path) {
    try {
      return Files.readString(path);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void aFileThatSomeoneRemovedWhileItWasWrittenIsWrittenAgain() throws Exception {
    pages.add(SHARD, "contoso", "one");
    pages.add(SHARD, "contoso", "two");
    Forwarder forwarder = files(Compression.none, Steps.NONE);
    forwarder.forward(SHARD, ALL);
    Files.delete(out().resolve("contoso/s03-f1.ndjson.part"));
    Files.delete(out().resolve("contoso"));

    assertThatThrownBy(() -> forwarder.finish(SHARD, true))
        .isInstanceOf(SinkException.class)
        .hasMessageContaining("contoso/s03-f1.ndjson.part");
    assertThat(forwarder.isDone(SHARD)).isFalse();
    assertThat(forwarder.delivered()).isZero();

    forwarder.forward(SHARD, ALL);
    assertThat(written())
        .isEqualTo(Map.of("contoso/" + SPAN, OutboxPages.line("one") + OutboxPages.line("two")));
    assertThat(forwarder.isDone(SHARD)).isTrue();
    assertThat(forwarder.delivered()).isEqualTo(2);
    assertThat(pages.store.position("files", SHARD)).isEqualTo(new Position(2, 2, 0));
  }

  @Test
  void filesOfASpanThatFailedHalfWayAreTheSameFilesInTheEnd() throws Exception {
    pages.add(SHARD, "contoso", "one");
    pages.add(SHARD, "fabrikam", "two");
    List<String> renamed = new ArrayList<>();
    Forwarder forwarder =
        files(
            Compression.none,
            step -> {
              renamed.add(step);
              if (renamed.size() == 1) {
                throw new SinkException("the disk is gone");
              }
            });
    forwarder.forward(SHARD, ALL);
    assertThatThrownBy(() -> forwarder.finish(SHARD, true)).hasMessage("the disk is gone");
    pages.add(SHARD, "contoso", "three"); // not of this span
    forwarder.forward(SHARD, ALL);
    assertThat(written())
        .isEqualTo(
            Map.of(
                "contoso/" + SPAN,
                OutboxPages.line("one"),
                "fabrikam/" + SPAN,
                OutboxPages.line("two"),
                "contoso/s03-f1.ndjson.part",
                OutboxPages.line("three")));
  }

  @Test
  void whatCameAfterASpanThatIsFinishedAgainIsHandedOnInTheSameGo() throws Exception {
    pages.add(SHARD, "contoso", "one");
    Forwarder stopped = files(Compression.none, ForwarderTest::crash);
    stopped.forward(SHARD, ALL);
    assertThatThrownBy(() -> stopped.finish(SHARD, true)).hasMessage("stopped");
    pages.add(SHARD, "contoso", "two"); // nobody will say again that the outbox has grown
    Forwarder forwarder = files(Compression.none, Steps.NONE);
    forwarder.forward(SHARD, ALL);
    forwarder.finish(SHARD, true);
    assertThat(forwarder.isDone(SHARD)).isTrue();
    assertThat(String.join("", written().values()))
        .isEqualTo(OutboxPages.line("one") + OutboxPages.line("two"));
  }

  @Test
  void aSpanThatIsFinishedAgainIsOneFileThoughItTakesSeveralGoes() throws Exception {
    pages.add(SHARD, "contoso", "one");
    pages.add(SHARD, "contoso", "two");
    Forwarder stopped = files(Compression.none, ForwarderTest::crash);
    stopped.forward(SHARD, ALL);
    assertThatThrownBy(() -> stopped.finish(SHARD, true)).hasMessage("stopped");
    pages.add(SHARD, "contoso", "three");
    Forwarder forwarder = files(Compression.none, Steps.NONE);
    for (int go = 0; go < 3; go++) {
      assertThat(forwarder.forward(SHARD, ONE_PAGE)).isTrue();
      forwarder.finish(SHARD, go < 1); // not before it is whole
    }
    assertThat(forwarder.forward(SHARD, ONE_PAGE)).isFalse();
    assertThat(written())
        .isEqualTo(
            Map.of(
                "contoso/" + SPAN,
                OutboxPages.line("one") + OutboxPages.line("two"),
                "contoso/s03-f1.ndjson.part",
                OutboxPages.line("three")));
  }

  @Test
  void whatNobodyFinishesLaterIsPassedBeforeMoreThanAPageCouldComeAgain() throws Exception {
    for (int i = 0; i < 1_002; i++) {
      pages.add(SHARD, "contoso", "of one record");
    }
    List<Long> passed = new ArrayList<>();
    Forwarder forwarder =
        forwarder((page, delivery) -> passed.add(pages.store.position("files", SHARD).sequence()));
    assertThat(forwarder.forward(SHARD, ALL)).isFalse();
    assertThat(passed.subList(0, 1_000)).containsOnly(0L);
    assertThat(passed.subList(1_000, 1_002)).as("a crash brings 1,000 again").containsOnly(1_000L);
    assertThat(pages.store.position("files", SHARD)).isEqualTo(new Position(1_002, 1_002, 0));
  }

  @Test
  void aSpanIsInOneFileAlsoWhenTheCompressionIsChangedAfterACrash() throws Exception {
    pages.add(SHARD, "contoso", "one");
    pages.add(SHARD, "contoso", "two");
    String other = "contoso/" + SPAN.replace("000002.", "000003.") + ".gz";
    Files.createDirectories(out().resolve("contoso"));
    Files.writeString(out().resolve(other), "of another span");
    List<Compression> changes = List.of(Compression.none, Compression.gzip, Compression.zstd);
    for (Compression compression : changes) {
      Forwarder forwarder = files(compression, ForwarderTest::crash);
      assertThatThrownBy(
              () -> {
                forwarder.forward(SHARD, ALL);
                forwarder.finish(SHARD, true);
              })
          .hasMessage("stopped");
      String name = "contoso/" + SPAN + compression.ending();
      assertThat(names()).containsExactly(name, other);
    }
    files(Compression.none, Steps.NONE).forward(SHARD, ALL);
    assertThat(written())
        .isEqualTo(
            Map.of(
                "contoso/" + SPAN,
                OutboxPages.line("one") + OutboxPages.line("two"),
                other,
                "of another span"));
  }

  @Test
  void aReplayWritesFilesOfItsOwnAndTouchesNoEarlierOne() throws Exception {
    pages.store.begin("files", Set.of("vendor"), false);
    pages.store.begin("other", Set.of("vendor"), false); // holds all of it in the outbox
    pages.add(SHARD, "contoso", "one");
    pages.add(SHARD, "contoso", "two");
    Forwarder forwarder = files(Compression.none, Steps.NONE);
    forwarder.forward(SHARD, ALL);
    forwarder.finish(SHARD, true);
    Map<String, String> before = written();
    pages.add(SHARD, "contoso", "three");
    forwarder.forward(SHARD, ALL); // open when the position is set back

    assertThat(pages.store.replay("files", 0)).isEqualTo(new Store.Replay(Map.of("vendor", 2L)));
    assertThatThrownBy(() -> forwarder.finish(SHARD, true))
        .isInstanceOf(StoreException.PositionSetBack.class);
    forwarder.forward(SHARD, ALL);
    forwarder.finish(SHARD, true);
    String all = OutboxPages.line("one") + OutboxPages.line("two") + OutboxPages.line("three");
    Map<String, String> after = new TreeMap<>(before);
    after.put("contoso/20261122T123456Z-s03-000000000001-000000000003-r1.ndjson", all);
    assertThat(written()).isEqualTo(after);
    assertThat(forwarder.isDone(SHARD)).isTrue();

    assertThat(pages.store.replay("files", 0)).isNotNull();
    forwarder.forward(SHARD, ALL); // noticed where nothing is open as well
    forwarder.finish(SHARD, true);
    after.put("contoso/20261122T123456Z-s03-000000000001-000000000003-r2.ndjson", all);
    assertThat(written()).isEqualTo(after);
  }

  private static void crash(String step) {
    if (step.equals("files.renamed")) {
      throw new IllegalStateException("stopped");
    }
  }

  @Test
  void whatFailedToFinishIsNotTrustedAgain() throws Exception {
    pages.add(SHARD, "contoso", "one");
    pages.add(SHARD, "contoso", "two");
    List<String> told = new ArrayList<>();
    Forwarder forwarder =
        forwarder(
            (page, delivery) -> {
              delivery.enlist("target", () -> new Failing(told));
              told.add("page " + page.sequence());
            });
    forwarder.forward(SHARD, ALL);
    assertThatThrownBy(() -> forwarder.finish(SHARD, true)).hasMessage("fsync failed");
    forwarder.finish(SHARD, true); // nothing is to be finished before it is handed on again
    forwarder.forward(SHARD, ALL);
    assertThat(told)
        .containsExactly(
            "new",
            "page 1",
            "page 2",
            "finish 1 to 2",
            "discard", //
            "new",
            "page 1",
            "page 2",
            "finish 1 to 2");
    assertThat(forwarder.delivered()).isEqualTo(2);
  }

  @Test
  void aSinkWhosePositionCouldNotBeStoredIsNotDone() throws Exception {
    pages.add(SHARD, "contoso", "one");
    Forwarder forwarder =
        forwarder(
            (page, delivery) ->
                delivery.enlist(
                    "target",
                    () ->
                        new IdleParticipant() {
                          @Override
                          public void finish(long first, long last) {
                            full = !wasFull;
                            wasFull = true;
                          }
                        }));
    forwarder.forward(SHARD, ALL);
    assertThatThrownBy(() -> forwarder.finish(SHARD, true)).hasMessage("disk full");
    assertThat(forwarder.isDone(SHARD)).isFalse();
    assertThat(pages.store.position("files", SHARD)).isEqualTo(new Position(0, 1, 0));
    full = false;
    forwarder.forward(SHARD, ALL);
    assertThat(forwarder.isDone(SHARD)).isTrue();
    assertThat(pages.store.position("files", SHARD)).isEqualTo(new Position(1, 1, 0));
  }

  @Test
  void aSpanThatNeedNotBeTheSameIsNotNotedAndComesAgainAfterAFailure() throws Exception {
    pages.add(SHARD, "contoso", "one");
    pages.add(SHARD, "contoso", "two");
    List<String> told = new ArrayList<>();
    Forwarder forwarder =
        forwarder(
            (page, delivery) -> {
              delivery.refuse(new byte[] {'{', '}'}, LineIdentity.UNKNOWN, "too large");
              delivery.enlist(
                  "target",
                  () ->
                      new SendingAgain() {
                        @Override
                        public void finish(long first, long last) {
                          told.add(first + " to " + last + " at " + position());
                          if (told.size() == 1) {
                            throw new SinkException("reset");
                          }
                        }
                      });
            });
    forwarder.forward(SHARD, ALL);
    assertThatThrownBy(() -> forwarder.finish(SHARD, true)).hasMessage("reset");
    assertThat(pages.store.position("files", SHARD)).isEqualTo(Position.START);
    assertThat(pages.store.deadLetters().counts()).isEmpty();
    pages.add(SHARD, "contoso", "three");
    forwarder.forward(SHARD, ALL);
    forwarder.finish(SHARD, true);
    assertThat(told).containsExactly("1 to 2 at 0/0", "1 to 3 at 0/0");
    assertThat(pages.store.position("files", SHARD)).isEqualTo(new Position(3, 3, 0));
    assertThat(pages.store.deadLetters().counts()).isNotEmpty();
  }

  @Test
  void whileTheStateCannotBeWrittenNothingIsHandedOnAgain() throws Exception {
    pages.add(SHARD, "contoso", "one");
    pages.add(SHARD, "contoso", "two");
    List<Long> handed = new ArrayList<>();
    Forwarder forwarder =
        forwarder(
            (page, delivery) -> {
              handed.add(page.sequence());
              delivery.enlist("target", SendingAgain::new);
            });
    forwarder.forward(SHARD, ALL);
    full = true;
    assertThatThrownBy(() -> forwarder.finish(SHARD, true)).hasMessage("disk full");
    for (int attempt = 0; attempt < 3; attempt++) {
      assertThatThrownBy(() -> forwarder.forward(SHARD, ALL)).hasMessage("disk full");
      forwarder.finish(SHARD, true);
    }
    assertThat(handed).containsExactly(1L, 2L);
    assertThat(forwarder.isDone(SHARD)).isFalse();
    full = false;
    forwarder.forward(SHARD, ALL);
    forwarder.finish(SHARD, true);
    assertThat(handed).containsExactly(1L, 2L, 1L, 2L);
    assertThat(pages.store.position("files", SHARD)).isEqualTo(new Position(2, 2, 0));
    assertThat(forwarder.isDone(SHARD)).isTrue();
  }

  private String position() {
    Position position = pages.store.position("files", SHARD);
    return position.sequence() + "/" + position.closing();
  }

  @Test
  void whatCouldNotBeTakenBackIsThrownAway() throws Exception {
    pages.add(SHARD, "contoso", "one");
    pages.add(SHARD, "contoso", "two");
    List<String> told = new ArrayList<>();
    Forwarder forwarder =
        forwarder(
            (page, delivery) -> {
              delivery.enlist("target", () -> new Failing(told));
              told.add("page " + page.sequence());
              if (told.size() == 3) {
                throw new SinkException("disk full");
              }
            });
    assertThatThrownBy(() -> forwarder.forward(SHARD, ALL)).hasMessage("can't be cut back");
    forwarder.forward(SHARD, ALL);
    assertThat(told)
        .containsExactly("new", "page 1", "page 2", "discard", "new", "page 1", "page 2");
  }

  /** Needs no span again, since it sends all that is unfinished once more, as syslog does. */
  private static class SendingAgain extends IdleParticipant {
    @Override
    public boolean needsSameSpan() {
      return false;
    }
  }

  /** The first one made can neither finish nor undo. */
  private static final class Failing extends IdleParticipant {
    private final List<String> told;
    private final boolean failing;

    Failing(List<String> told) {
      this.told = told;
      this.failing = !told.contains("new");
      told.add("new");
    }

    @Override
    public void undo() {
      throw new SinkException("can't be cut back");
    }

    @Override
    public void finish(long first, long last) {
      told.add("finish " + first + " to " + last);
      if (failing) {
        throw new SinkException("fsync failed");
      }
    }

    @Override
    public void discard() {
      told.add("discard");
    }
  }
}
