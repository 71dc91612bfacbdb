package io.entrarelay.graph;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketTimeoutException;
import java.time.Duration;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.io.entity.HttpEntityWrapper;

/**
 * The body of an answer that is an error: only its beginning is read, and not for ever, since
 * camel-http keeps it as one text. Graph's own have some hundred bytes.
 */
final class ErrorBody extends HttpEntityWrapper {
  static final int LIMIT = 64 << 10;

  private final Duration within;
  private final Runnable hangUp;

  /**
   * @param hangUp ends the connection, so that the rest is not read
   */
  ErrorBody(HttpEntity body, Duration within, Runnable hangUp) {
    super(body);
    this.within = within;
    this.hangUp = hangUp;
  }

  @Override
  public long getContentLength() {
    return -1;
  }

  @Override
  public InputStream getContent() throws IOException {
    long end = System.nanoTime() + within.toNanos();
    return new FilterInputStream(super.getContent()) {
      private int left = LIMIT;

      @Override
      public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
      }

      @Override
      public int read(byte[] bytes, int offset, int length) throws IOException {
        if (System.nanoTime() - end > 0) {
          hangUp.run();
          throw new SocketTimeoutException("an error's body did not end in time");
        }
        if (left == 0) {
          hangUp.run();
          return -1;
        }
        int read = super.read(bytes, offset, Math.min(length, left));
        left -= Math.max(0, read);
        return read;
      }

      @Override
      public void close() throws IOException {
        if (left > 0) {
          super.close(); // which reads to the end, for the connection's next use
        }
      }
    };
  }
}
