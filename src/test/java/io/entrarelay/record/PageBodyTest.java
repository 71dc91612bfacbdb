package io.entrarelay.record;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class PageBodyTest {
  private static final Duration LONG = Duration.ofSeconds(20);
  private static final int MIB = 1 << 20;

  private final ExecutorService readers = Executors.newCachedThreadPool();

  @AfterEach
  void stop() {
    readers.shutdownNow();
  }

  private static InputStream zeros(int length) {
    return new ByteArrayInputStream(new byte[length]);
  }

  @Test
  void readsToTheEnd() throws Exception {
    PageMemory memory = new PageMemory(MIB);
    for (int length : new int[] {0, 1, 16_383, 16_384, 16_385, 100_000, 700_000}) {
      byte[] sent = new byte[length];
      new Random(length).nextBytes(sent);
      try (PageBody body = PageBody.read(new ByteArrayInputStream(sent), memory, LONG)) {
        assertThat(Arrays.copyOf(body.bytes(), body.length())).isEqualTo(sent);
        assertThat(memory.used()).isEqualTo(body.bytes().length);
      }
      assertThat(memory.used()).isZero();
    }
  }

  @Test
  void refusesMoreThanALargestPage() throws Exception {
    PageMemory memory = new PageMemory(MIB);
    try (PageBody body = PageBody.read(zeros(PageBody.MAX_BYTES), memory, LONG)) {
      assertThat(body.length()).isEqualTo(PageBody.MAX_BYTES);
    }
    assertThatThrownBy(() -> PageBody.read(zeros(PageBody.MAX_BYTES + 1), memory, LONG))
        .isInstanceOf(PageException.class)
        .hasMessage("The page has more than 64 MiB; a smaller window or $top makes pages smaller.");
    assertThat(memory.used()).isZero();
  }

  @Test
  void endsASlowPage() {
    PageMemory memory = new PageMemory(MIB);
    AtomicLong clock = new AtomicLong();
    InputStream trickle =
        new InputStream() {
          @Override
          public int read() {
            clock.addAndGet(TimeUnit.SECONDS.toNanos(1));
            return 'x';
          }

          @Override
          public int read(byte[] bytes, int offset, int length) {
            bytes[offset] = (byte) read();
            return 1;
          }
        };
    assertThatThrownBy(() -> PageBody.read(trickle, memory, Duration.ofMinutes(5), clock::get))
        .isInstanceOf(SocketTimeoutException.class)
        .hasMessage("The page did not arrive within 300 s; 301 bytes came.");
    assertThat(memory.used()).isZero();
  }

  @Test
  void givesBackTheMemoryOfABrokenBody() {
    PageMemory memory = new PageMemory(MIB);
    InputStream broken =
        new FilterInputStream(zeros(100_000)) {
          @Override
          public int read() throws IOException {
            return available() > 0 ? super.read() : failed();
          }

          @Override
          public int read(byte[] bytes, int offset, int length) throws IOException {
            return available() > 0 ? super.read(bytes, offset, length) : failed();
          }

          private int failed() throws IOException {
            throw new IOException("Connection reset");
          }
        };
    assertThatThrownBy(() -> PageBody.read(broken, memory, LONG)).hasMessage("Connection reset");
    assertThat(memory.used()).isZero();
  }

  @Test
  void aBatchGivesBackItsPage() throws Exception {
    PageMemory memory = new PageMemory(MIB);
    PageCutter cutter = new PageCutter(Reports.signIns(), 1);
    InputStream page = new ByteArrayInputStream("{\"value\":[{}]}".getBytes(UTF_8));
    try (RecordBatch batch = cutter.cut(PageBody.read(page, memory, LONG))) {
      assertThat(batch.size()).isEqualTo(1);
      assertThat(memory.used()).isPositive();
      batch.close(); // twice is harmless
      assertThat(memory.used()).isZero();
    }
    assertThat(memory.used()).isZero();
    PageBody html = PageBody.read(new ByteArrayInputStream("<html>".getBytes(UTF_8)), memory, LONG);
    assertThat(memory.used()).isPositive();
    assertThatThrownBy(() -> cutter.cut(html)).isInstanceOf(PageException.class);
    assertThat(memory.used()).isZero();
  }

  @Test
  void aSlowReaderHoldsOnlyWhatCame() throws Exception {
    PageMemory memory = new PageMemory(MIB);
    PipedOutputStream server = new PipedOutputStream();
    PipedInputStream client = new PipedInputStream(server, MIB);
    Future<PageBody> slow = readers.submit(() -> PageBody.read(client, memory, LONG));
    assertThat(memory.used()).isZero();
    server.write(new byte[100]);
    server.flush();
    await().until(() -> memory.used() == 16 << 10);
    try (PageBody other = PageBody.read(zeros(400_000), memory, LONG)) { // not held up
      assertThat(other.length()).isEqualTo(400_000);
    }
    server.close();
    slow.get().close();
    assertThat(memory.used()).isZero();
  }

  @Test
  void manyReadersFinishWithinTheLimitAndOnePage() throws Exception {
    long limit = 2 * MIB;
    int page = MIB;
    PageMemory memory = new PageMemory(limit);
    AtomicLong most = new AtomicLong();
    List<Future<Integer>> pages = new ArrayList<>();
    for (int reader = 0; reader < 12; reader++) {
      Random random = new Random(reader);
      pages.add(
          readers.submit(
              () -> {
                int length = 0;
                for (int i = 0; i < 20; i++) {
                  InputStream pieces =
                      new ByteArrayInputStream(new byte[page]) {
                        @Override
                        public synchronized int read(byte[] bytes, int offset, int size) {
                          most.accumulateAndGet(memory.used(), Math::max);
                          return super.read(
                              bytes, offset, Math.min(size, 1 + random.nextInt(200_000)));
                        }
                      };
                  try (PageBody body = PageBody.read(pieces, memory, LONG)) {
                    most.accumulateAndGet(memory.used(), Math::max);
                    length += body.length();
                  }
                }
                return length;
              }));
    }
    for (Future<Integer> each : pages) {
      assertThat(each.get()).isEqualTo(20 * page);
    }
    assertThat(memory.used()).isZero();
    assertThat(most.get()).isGreaterThan(page).isLessThan(limit + 5L * page / 2);
  }

  @Test
  void onlyOnePageAtATimeGoesBeyondTheLimit() throws Exception {
    PageMemory memory = new PageMemory(100_000);
    PageBody beyond = PageBody.read(zeros(500_000), memory, LONG);
    assertThatThrownBy(() -> PageBody.read(zeros(10), memory, Duration.ofMillis(50)))
        .isInstanceOf(SocketTimeoutException.class)
        .hasMessage(
            "The page did not get the memory it needs within 0 s: too many large pages are being"
                + " worked on at once. Give the process more heap (-Xmx).");
    Future<PageBody> waiting = readers.submit(() -> PageBody.read(zeros(500_000), memory, LONG));
    assertThatThrownBy(() -> waiting.get(50, TimeUnit.MILLISECONDS))
        .isInstanceOf(TimeoutException.class);
    beyond.close();
    waiting.get().close();
    assertThat(memory.used()).isZero();
  }

  @Test
  void anInterruptedReaderStopsWaiting() throws Exception {
    PageMemory memory = new PageMemory(1);
    PageBody beyond = PageBody.read(zeros(10), memory, LONG);
    List<Throwable> ends = new ArrayList<>();
    Thread waiting =
        new Thread(
            () -> {
              try {
                PageBody.read(zeros(10), memory, LONG);
              } catch (IOException | PageException e) {
                ends.add(e);
                ends.add(Thread.currentThread().isInterrupted() ? e : new AssertionError());
              }
            });
    waiting.start();
    await().until(() -> waiting.getState() == Thread.State.TIMED_WAITING);
    waiting.interrupt();
    waiting.join();
    assertThat(ends)
        .hasSize(2)
        .allSatisfy(e -> assertThat(e).isInstanceOf(InterruptedIOException.class));
    assertThat(ends.get(0)).hasMessage("Stopped while waiting for memory to read a page.");
    beyond.close();
    assertThat(memory.used()).isZero();
  }

  @Test
  void refusesALimitBelowAByte() {
    assertThatThrownBy(() -> new PageMemory(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("The memory for pages must be at least 1 byte.");
  }
}
