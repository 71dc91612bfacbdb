package io.entrarelay.sink;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.entrarelay.record.FormLines;
import io.entrarelay.record.LineIdentity;
import io.entrarelay.relay.DeadLetterRetry;
import io.entrarelay.relay.DeadLetterRetry.Outcome;
import io.entrarelay.state.DeadLetters;
import io.entrarelay.state.DeadLetters.Filter;
import io.entrarelay.state.DeadLetters.Letter;
import io.entrarelay.state.OutboxEntry;
import io.entrarelay.state.Steps;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a sink's receiver refuses goes to that sink again when it is told to, and to no other. */
@Timeout(60)
class RefusedTest {
  private static final int SHARD = 7;
  private static final Filter ANY = new Filter(List.of(), null, null, null);

  private final List<String> kafka = new CopyOnWriteArrayList<>();
  private final List<String> files = new CopyOnWriteArrayList<>();
  private final List<LineIdentity> identities = new CopyOnWriteArrayList<>();
  private volatile boolean refusing = true;

  @SuppressWarnings("NullAway.Init") // set before each test
  private OutboxPages pages;

  @SuppressWarnings("NullAway.Init") // set before each test
  private Outbox outbox;

  @BeforeEach
  void open(@TempDir Path directory) {
    pages = new OutboxPages(directory, Steps.NONE);
    outbox = new Outbox(pages.store, () -> true, Clock.systemUTC(), Steps.NONE);
    pages.leases.values().forEach(outbox::begin);
  }

  @AfterEach
  void close() {
    outbox.workers().values().forEach(outbox::stop);
    pages.close();
  }

  private void toKafka(OutboxEntry page, Delivery delivery) throws Exception {
    FormLines lines = FormLines.read(page.zstd(), 1 << 20);
    for (int line = 0; line < lines.size(); line++) {
      String text = new String(lines.line(line), UTF_8);
      if (refusing && text.contains("large")) {
        delivery.refuse(
            lines.line(line), lines.identity(line), "the record is too large for the broker");
      } else {
        kafka.add(text);
        identities.add(lines.identity(line));
      }
    }
  }

  private void toFiles(OutboxEntry page, Delivery delivery) throws Exception {
    for (byte[] line : FormLines.read(page.zstd(), 1 << 20)) {
      files.add(new String(line, UTF_8));
    }
  }

  private List<Letter> letters() {
    return pages.store.deadLetters().list(ANY, 0, 100);
  }

  private Outcome retry() throws InterruptedException {
    Outcome outcome =
        new DeadLetterRetry(
                pages.store,
                List.of("vendor"),
                () -> {
                  throw new AssertionError("nothing is mapped");
                },
                outbox::grown)
            .retry(ANY, 0, 100);
    assertThat(outbox.awaitDelivered(Duration.ofSeconds(20))).isTrue();
    return outcome;
  }

  private SinkWorker start(String sink, Forwarder.Handler handler) {
    return outbox.start(sink, Set.of("vendor"), false, handler);
  }

  @Test
  void aRefusedRecordIsTriedUntilItIsTakenAndComesOnce() throws Exception {
    start("kafka", this::toKafka);
    start("files", this::toFiles);
    outbox.complete();
    pages.add(SHARD, "contoso", "small");
    pages.add(SHARD, "contoso", "large");
    outbox.grown(SHARD);
    assertThat(outbox.awaitDelivered(Duration.ofSeconds(20))).isTrue();
    assertThat(letters()).hasSize(1);
    Letter first = letters().get(0);
    assertThat(first.stage()).isEqualTo("sink.kafka");

    assertThat(retry().retried()).isEqualTo(1);
    assertThat(letters()).hasSize(1);
    assertThat(letters().get(0))
        .extracting(Letter::id, Letter::times, Letter::isRetried)
        .containsExactly(first.id(), 2, false);

    refusing = false;
    assertThat(retry().retried()).isEqualTo(1);
    assertThat(letters()).isEmpty();
    assertThat(retry().retried()).isZero();
    assertThat(kafka)
        .containsExactlyInAnyOrder(
            OutboxPages.line("small").strip(), OutboxPages.line("large").strip());
    assertThat(identities)
        .containsExactly(new LineIdentity("small", 2), new LineIdentity("large", 2));
    assertThat(files)
        .containsExactlyInAnyOrder(
            OutboxPages.line("small").strip(), OutboxPages.line("large").strip());
    assertThat(pages.store.outboxSize().rows()).isZero();
  }

  @Test
  void aLetterOfASinkThatIsGoneStaysAndSaysSo() throws Exception {
    SinkWorker worker = start("kafka", this::toKafka);
    outbox.complete();
    pages.add(SHARD, "contoso", "large");
    outbox.grown(SHARD);
    assertThat(outbox.awaitDelivered(Duration.ofSeconds(20))).isTrue();
    outbox.stop(worker);
    pages.store.begin("kafka", Set.of("ocsf"), false);
    assertThat(retry().kept())
        .extracting(DeadLetterRetry.Kept::reason)
        .containsExactly(
            "the sink kafka doesn't take the form vendor any more. Let its route take it (forms),"
                + " or drop the letter");
    pages.store.retire(Set.of("files"), Set.of("kafka"), Long.MAX_VALUE);
    assertThat(retry().kept())
        .extracting(DeadLetterRetry.Kept::reason)
        .containsExactly(
            "there is no sink kafka any more. Bring its route back, or drop the letter");
    DeadLetters letters = pages.store.deadLetters();
    assertThat(letters.drop(ANY)).isEqualTo(1);
  }
}
