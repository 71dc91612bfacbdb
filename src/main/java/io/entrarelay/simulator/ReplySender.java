package io.entrarelay.simulator;

import com.sun.net.httpserver.HttpExchange;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/** Sends a reply, compressed where the client takes it, and breaks it where a fault says so. */
final class ReplySender {
  private static final int SMALLEST_COMPRESSED = 1024;
  private static final int DROPS = 20;
  private static final double TRICKLE_MILLIS = 4_000;
  private static final double STALL_MILLIS = 20_000;
  private static final double SHORTEST_STALL_MILLIS = 300;

  private final HttpExchange exchange;
  private final double compress;

  ReplySender(HttpExchange exchange, double compress) {
    this.exchange = exchange;
    this.compress = compress;
  }

  void send(Reply reply, @Nullable Fault fault) throws IOException {
    if (fault == Fault.CONNECTION_CLOSED) {
      return;
    }
    byte[] body = reply.body();
    if (fault == Fault.TRUNCATED_JSON) {
      body = Arrays.copyOf(body, body.length * 2 / 3);
    }
    if (!reply.type().isEmpty()) {
      exchange.getResponseHeaders().set("Content-Type", reply.type());
    }
    reply.headers().forEach(exchange.getResponseHeaders()::set);
    if (!reply.headers().containsKey("Content-Encoding")
        && compresses()
        && body.length >= SMALLEST_COMPRESSED) {
      exchange.getResponseHeaders().set("Content-Encoding", "gzip");
      body = gzip(body);
    }
    exchange.sendResponseHeaders(reply.status(), body.length == 0 ? -1 : body.length);
    if (body.length > 0) {
      try (OutputStream out = exchange.getResponseBody()) {
        write(out, body, fault);
      }
    }
  }

  private boolean compresses() {
    String accepted = exchange.getRequestHeaders().getFirst("Accept-Encoding");
    return accepted != null && accepted.contains("gzip");
  }

  private void write(OutputStream out, byte[] body, @Nullable Fault fault) throws IOException {
    if (fault == Fault.TRUNCATED_BODY || fault == Fault.STALLED_BODY) {
      out.write(body, 0, body.length / 2);
      out.flush();
      if (fault == Fault.STALLED_BODY) {
        pause(Math.max(SHORTEST_STALL_MILLIS, STALL_MILLIS / compress));
      }
      // closing the stream before its length is reached closes the connection
    } else if (fault == Fault.TRICKLED_BODY) {
      for (int drop = 0; drop < DROPS; drop++) {
        int from = (int) ((long) body.length * drop / DROPS);
        int to = (int) ((long) body.length * (drop + 1) / DROPS);
        out.write(body, from, to - from);
        out.flush();
        pause(TRICKLE_MILLIS / DROPS / compress);
      }
    } else {
      out.write(body);
    }
  }

  private static void pause(double millis) throws IOException {
    try {
      Thread.sleep((long) millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException();
    }
  }

  private static byte[] gzip(byte[] body) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream(body.length / 8 + 1024);
    try (OutputStream gzip = new FastGzip(out)) {
      gzip.write(body);
    }
    return out.toByteArray();
  }

  /** Level 1: four times faster than the default, a third larger. */
  private static final class FastGzip extends GZIPOutputStream {
    FastGzip(OutputStream out) throws IOException {
      super(out, 16 * 1024);
      def.setLevel(Deflater.BEST_SPEED);
    }
  }
}
