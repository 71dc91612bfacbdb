package io.entrarelay.sink;

import io.entrarelay.record.FormLines;
import io.entrarelay.state.OutboxEntry;
import java.io.IOException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Reads a shard's next page and unpacks it while the one before is sent: a receiver that is waited
 * for leaves a core idle. Of no use to more than one thread.
 */
final class Ahead {
  /** Pages of more bytes are unpacked when it is their turn, so that two never take much room. */
  private static final int LARGEST = 8 << 20;

  /** They end by themselves after a minute without a page. */
  private static final ExecutorService THREADS =
      Executors.newCachedThreadPool(
          task -> {
            Thread thread = new Thread(task, "sink-ahead");
            thread.setDaemon(true);
            return thread;
          });

  /**
   * A page whose turn it is.
   *
   * @param lines null where they are still to be unpacked
   */
  record Taken(OutboxEntry page, @Nullable FormLines lines) {}

  private final LongFunction<@Nullable OutboxEntry> outbox;
  private @Nullable Future<@Nullable Taken> begun;

  /**
   * @param outbox gives the first page behind a number; null where there is none
   */
  Ahead(LongFunction<@Nullable OutboxEntry> outbox) {
    this.outbox = outbox;
  }

  /**
   * The page behind a number, and begins with the one behind that.
   *
   * @param after the number of the page that was given last
   * @return null where there is none
   */
  @Nullable Taken next(long after) {
    Future<@Nullable Taken> read = begun;
    begun = null;
    Taken next = read == null ? null : taken(read);
    if (next == null) {
      next = read(after); // also what has come since
    }
    if (next != null) {
      long behind = next.page.sequence();
      begun = THREADS.submit(() -> read(behind));
    }
    return next;
  }

  /** Forgets what was begun. When this returns, nothing is read any more. */
  void drop() {
    Future<@Nullable Taken> read = begun;
    begun = null;
    if (read != null) {
      try {
        taken(read);
      } catch (RuntimeException e) {
        // whoever asks for that page next is told
      }
    }
  }

  private @Nullable Taken read(long after) {
    OutboxEntry page = outbox.apply(after);
    if (page == null || page.bytes() > LARGEST) {
      return page == null ? null : new Taken(page, null);
    }
    try {
      FormLines lines = FormLines.read(page.zstd(), LARGEST);
      lines.size(); // finds the lines' ends, here and not where they are waited for
      return new Taken(page, lines);
    } catch (IOException e) {
      return new Taken(
          page, null); // read once more where it is handed on, it fails that page alone
    }
  }

  private static @Nullable Taken taken(Future<@Nullable Taken> begun) {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return begun.get();
        } catch (InterruptedException e) {
          interrupted = true; // it takes as long as a page: who was interrupted notices then
        }
      }
    } catch (ExecutionException e) {
      throw e.getCause() instanceof RuntimeException failed
          ? failed
          : new IllegalStateException(e.getCause());
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
