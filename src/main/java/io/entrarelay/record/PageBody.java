package io.entrarelay.record;

import io.entrarelay.record.PageException.Kind;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Arrays;
import java.util.function.LongSupplier;

/**
 * A page as it came, and the memory it holds until it is closed. Gzip is the HTTP client's affair
 * and undone before.
 */
public final class PageBody implements AutoCloseable {
  /** The largest page that is taken, in bytes (64 MiB). */
  public static final int MAX_BYTES = 64 << 20;

  private static final int FIRST_ROOM = 16 << 10;

  private final byte[] bytes;
  private final int length;
  private final PageMemory.Lease lease;

  private PageBody(byte[] bytes, int length, PageMemory.Lease lease) {
    this.bytes = bytes;
    this.length = length;
    this.lease = lease;
  }

  /**
   * Reads a body to its end; the stream stays open.
   *
   * @param in the body; a read that blocks is ended by the HTTP client's own timeout
   * @param memory where the room for it comes from
   * @param within the longest that all of it may take, looked at between reads
   * @throws PageException where it is larger than {@link #MAX_BYTES}
   * @throws SocketTimeoutException where the time is over; the message says whether the body was
   *     slow or memory lacked
   * @throws InterruptedIOException where the thread was interrupted while it waited for memory
   * @throws IOException as the stream throws it
   */
  public static PageBody read(InputStream in, PageMemory memory, Duration within)
      throws IOException, PageException {
    return read(in, memory, within, System::nanoTime);
  }

  static PageBody read(InputStream in, PageMemory memory, Duration within, LongSupplier nanoTime)
      throws IOException, PageException {
    long deadline = nanoTime.getAsLong() + within.toNanos();
    PageMemory.Lease lease = memory.lease();
    boolean done = false;
    try {
      byte[] bytes = new byte[0];
      int length = 0;
      while (true) {
        if (length == bytes.length) {
          int next = in.read(); // only what arrives takes room
          if (next < 0) {
            break;
          }
          bytes = grow(bytes, lease, deadline - nanoTime.getAsLong(), within);
          bytes[length++] = (byte) next;
        }
        int read = in.read(bytes, length, bytes.length - length);
        if (read < 0) {
          break;
        }
        length += read;
        if (length > MAX_BYTES) {
          throw tooLarge();
        }
        if (nanoTime.getAsLong() - deadline > 0) {
          throw new SocketTimeoutException(
              String.format(
                  "The page did not arrive within %d s; %d bytes came.",
                  within.toSeconds(), length));
        }
      }
      PageBody body = new PageBody(bytes, length, lease);
      done = true;
      return body;
    } finally {
      if (!done) {
        lease.close();
      }
    }
  }

  private static byte[] grow(byte[] bytes, PageMemory.Lease lease, long nanos, Duration within)
      throws IOException {
    int capacity = Math.min(Math.max(FIRST_ROOM, bytes.length + bytes.length / 2), MAX_BYTES + 1);
    try {
      if (!lease.take(capacity, nanos)) {
        throw new SocketTimeoutException(
            String.format(
                "The page did not get the memory it needs within %d s: too many large pages are"
                    + " being worked on at once. Give the process more heap (-Xmx).",
                within.toSeconds()));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      InterruptedIOException interrupted =
          new InterruptedIOException("Stopped while waiting for memory to read a page.");
      interrupted.initCause(e);
      throw interrupted;
    }
    byte[] larger = Arrays.copyOf(bytes, capacity);
    lease.give(bytes.length);
    return larger;
  }

  static PageException tooLarge() {
    return new PageException(
        Kind.TOO_LARGE,
        String.format(
            "The page has more than %d MiB; a smaller window or $top makes pages smaller.",
            MAX_BYTES >> 20));
  }

  /** The page; only the first {@link #length()} bytes count. */
  public byte[] bytes() {
    return bytes;
  }

  /** The page's length in bytes. */
  public int length() {
    return length;
  }

  /** Gives back the memory; the bytes must not be used any more. Twice is harmless. */
  @Override
  public void close() {
    lease.close();
  }
}
