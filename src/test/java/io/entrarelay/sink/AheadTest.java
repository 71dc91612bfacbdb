package io.entrarelay.sink;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.entrarelay.record.FormLines;
import io.entrarelay.sink.Ahead.Taken;
import io.entrarelay.state.OutboxEntry;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class AheadTest {
  private static final byte[] LINES = FormLines.of("{}\n{}\n".getBytes(UTF_8)).compressed();

  private final ConcurrentSkipListMap<Long, OutboxEntry> outbox = new ConcurrentSkipListMap<>();

  private void add(long sequence, int bytes, byte[] stored) {
    outbox.put(
        sequence,
        new OutboxEntry(0, sequence, "vendor", "contoso", "signIns", "t", 0, 2, bytes, stored));
  }

  private @Nullable OutboxEntry behind(long after) {
    Map.Entry<Long, OutboxEntry> entry = outbox.higherEntry(after);
    return entry == null ? null : entry.getValue();
  }

  @Test
  void theNextPageIsReadAndUnpackedWhileOneIsSent() throws InterruptedException {
    add(1, 6, LINES);
    add(2, 6, LINES);
    CountDownLatch second = new CountDownLatch(1);
    List<Thread> readers = new CopyOnWriteArrayList<>();
    Ahead ahead =
        new Ahead(
            after -> {
              readers.add(Thread.currentThread());
              OutboxEntry read = behind(after);
              if (after == 1) {
                second.countDown(); // it has been read: taking it away changes nothing any more
              }
              return read;
            });
    assertThat(next(ahead, 0).page().sequence()).isEqualTo(1);
    assertThat(second.await(20, TimeUnit.SECONDS)).isTrue();
    outbox.remove(2L); // it is not read again
    Taken taken = next(ahead, 1);
    assertThat(taken.page().sequence()).isEqualTo(2);
    assertThat(Objects.requireNonNull(taken.lines()).size()).isEqualTo(2);
    assertThat(readers.get(0)).isSameAs(Thread.currentThread());
    assertThat(readers.get(1)).isNotSameAs(Thread.currentThread());
    ahead.drop();
  }

  @Test
  void whatCameSinceIsFound() {
    add(1, 6, LINES);
    Ahead ahead = new Ahead(this::behind);
    next(ahead, 0);
    ahead.drop(); // nothing was there behind it
    add(2, 6, LINES);
    assertThat(next(ahead, 1).page().sequence()).isEqualTo(2);
    assertThat(ahead.next(2)).isNull();
  }

  @Test
  void aLargeOrDamagedPageIsUnpackedWhereItIsHandedOn() {
    add(1, 9 << 20, LINES);
    add(2, 6, new byte[] {1, 2, 3});
    Ahead ahead = new Ahead(this::behind);
    assertThat(next(ahead, 0).lines()).isNull();
    assertThat(next(ahead, 1).lines()).isNull();
    ahead.drop();
  }

  @Test
  void aFailureIsToldWhenItsPageIsDue() {
    add(1, 6, LINES);
    LongFunction<@Nullable OutboxEntry> failing =
        after -> {
          if (after == 1) {
            throw new SinkException("the database is away");
          }
          return behind(after);
        };
    Ahead ahead = new Ahead(failing);
    next(ahead, 0);
    assertThatThrownBy(() -> ahead.next(1)).hasMessage("the database is away");
    next(ahead, 0);
    ahead.drop(); // and not where nobody asks for it any more
  }

  @Test
  void nothingIsReadAnyMoreWhenItWasDropped() {
    add(1, 6, LINES);
    CountDownLatch begun = new CountDownLatch(1);
    List<String> done = new CopyOnWriteArrayList<>();
    Ahead ahead =
        new Ahead(
            after -> {
              if (after == 1) {
                begun.countDown();
                Thread.yield();
                done.add("read");
              }
              return behind(after);
            });
    next(ahead, 0);
    ahead.drop();
    assertThat(begun.getCount()).isZero();
    assertThat(done).containsExactly("read");
  }

  private static Taken next(Ahead ahead, long after) {
    return Objects.requireNonNull(ahead.next(after));
  }
}
