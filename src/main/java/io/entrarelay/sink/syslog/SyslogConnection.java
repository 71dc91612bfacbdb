package io.entrarelay.sink.syslog;

import io.entrarelay.sink.SinkException;
import io.entrarelay.tls.TlsException;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * One connection to the receiver, and the proof that all of it was read.
 *
 * <p>Syslog acknowledges nothing. But TCP tells how a connection ended: a receiver that has read
 * all up to our end of stream closes its side in order; one that stops or dies with bytes unread
 * resets the connection. So {@link #confirm} ends our side and waits for the receiver's end.
 * Whatever else happens, nobody knows what was read, and everything that went over the connection
 * is sent again.
 *
 * <p>A receiver that happens to stop by itself ends in order as well, without what is still on its
 * way, or what it has taken in and not gone through (syslog-ng reads ahead). Therefore our side
 * ends only after the last bytes had the time to arrive, from when on they reset; and after the
 * receiver's end it has to take another connection: who is stopping does not.
 *
 * <p>Used by one thread, but for {@link #closeIfStalled}.
 */
final class SyslogConnection implements SyslogEncoder.Output {
  /** How long a connection lives at most with something unconfirmed, nanoseconds. */
  private static final long LONGEST_OPEN = Duration.ofSeconds(1).toNanos();

  /** How long the receiver may read nothing, or not end its side, milliseconds. */
  private static final int PATIENCE = 60_000;

  /** How long one without use is trusted: what lies between forgets it some time, nanoseconds. */
  private static final long LONGEST_IDLE = Duration.ofSeconds(30).toNanos();

  private static final long SHORTEST_ARRIVAL = 5;
  private static final long LONGEST_ARRIVAL = 1_000;
  private static final int LAST_WORD = 500;

  private final Receiver receiver;
  private final Socket plain;
  private final Socket socket;
  private final OutputStream out;
  private final InputStream in;
  private final int arrival;
  private final int patience;
  private final byte[] answer = new byte[512];
  private long bytes;
  private long largestPage;
  private long pageStart;
  private long firstWrite;
  private final long opened = System.nanoTime();
  private boolean confirmed;
  private @Nullable SyslogConnection successor;
  private @Nullable SinkException broken;

  /** Since when a write has not returned, nanoseconds; 0 while none is under way. */
  private volatile long writing;

  private volatile boolean stalled;

  private SyslogConnection(Receiver receiver, Receiver.Opened opened, int patience)
      throws IOException {
    this.receiver = receiver;
    this.plain = opened.plain();
    this.socket = opened.socket();
    this.out = socket.getOutputStream();
    this.in = socket.getInputStream();
    this.patience = patience;
    long arrived = 3 * opened.roundTripNanos() / 1_000_000;
    this.arrival = (int) Math.max(SHORTEST_ARRIVAL, Math.min(LONGEST_ARRIVAL, arrived));
  }

  /**
   * @throws SinkException where the receiver can't be reached, with what to do
   */
  static SyslogConnection open(Receiver receiver) {
    return open(receiver, PATIENCE);
  }

  /**
   * @param patience how long the receiver may take for its end, milliseconds
   */
  static SyslogConnection open(Receiver receiver, int patience) {
    try {
      return new SyslogConnection(receiver, receiver.open(), patience);
    } catch (TlsException e) {
      throw new SinkException(String.valueOf(e.getMessage()), e);
    } catch (IOException e) {
      throw new SinkException(ReceiverProblem.text(e, receiver), e);
    }
  }

  void beginPage() {
    pageStart = bytes;
  }

  void endPage() {
    largestPage = Math.max(largestPage, bytes - pageStart);
  }

  @Override
  public void write(byte[] from, int offset, int length) {
    long now = System.nanoTime();
    if (bytes == 0) {
      firstWrite = now;
    }
    bytes += length;
    writing = now;
    try {
      out.write(from, offset, length);
    } catch (IOException e) {
      throw broken(stalled ? new SocketTimeoutException() : lastWord(e));
    } finally {
      writing = 0;
    }
  }

  /** What the receiver said before it went, which tells more than a broken pipe does. */
  private IOException lastWord(IOException failure) {
    try {
      plain.setSoTimeout(LAST_WORD);
      while (in.read(answer) >= 0) {
        // nothing that it says before its last word matters
      }
    } catch (SSLException e) {
      return e;
    } catch (IOException e) {
      // no word
    }
    return failure;
  }

  /** Whether the receiver's read of what was sent should be confirmed now. */
  boolean isDue(long window) {
    return isOver()
        || bytes + largestPage > window
        || (bytes > 0 && System.nanoTime() - firstWrite >= LONGEST_OPEN);
  }

  /** Whether nothing can be sent over it any more. */
  boolean isOver() {
    return confirmed || broken != null;
  }

  /**
   * Ends this side and waits until the receiver has ended its own, which it does after it has read
   * everything; and then whether it still takes connections.
   *
   * @throws SinkException where it does not: nobody knows what it has read
   */
  void confirm() {
    if (broken != null) {
      throw broken;
    }
    if (confirmed) {
      return;
    }
    end();
    if (bytes > 0) {
      try {
        successor = answered();
      } catch (SinkException e) {
        confirmed = false;
        broken = e;
        throw e;
      }
    }
  }

  /**
   * One that was stopping ends in order as well, whatever it has taken in and not gone through, and
   * is gone then. So it has to do something once more: to shake hands, where there is TLS, for a
   * connection that is of use later; else to end an empty one.
   */
  private @Nullable SyslogConnection answered() {
    SyslogConnection next = open(receiver, patience);
    if (receiver.tls() != null) {
      return next;
    }
    next.end();
    return null;
  }

  /** A connection that can be used after this one; null where there is none, or none that lasts. */
  @Nullable SyslogConnection successor() {
    SyslogConnection next = successor;
    successor = null;
    if (next == null || !next.isGone() && System.nanoTime() - next.opened < LONGEST_IDLE) {
      return next;
    }
    next.leave();
    return null;
  }

  /** Ends it with nothing to be confirmed. */
  void leave() {
    if (successor != null) {
      successor.leave();
    }
    try {
      if (!isOver()) {
        socket.shutdownOutput();
      }
    } catch (IOException e) {
      // it is gone already
    }
    close();
  }

  /** Ends this side, and waits for the receiver's end in order. */
  private void end() {
    try {
      arrive();
      socket.shutdownOutput();
      if (socket != plain && !plain.isOutputShutdown()) {
        plain.shutdownOutput();
      }
      awaitEnd();
      confirmed = true;
    } catch (SocketTimeoutException e) {
      throw broken(new NoEndException(patience / 1000));
    } catch (IOException e) {
      throw broken(e);
    } finally {
      close();
    }
  }

  /** Waits until what was sent has arrived, and nobody has ended the connection meanwhile. */
  private void arrive() throws IOException {
    if (bytes > 0 && hasEnded(arrival)) {
      throw new EOFException();
    }
  }

  /**
   * Waits a moment for a receiver that refuses this side after the handshake, as one of TLS 1.3
   * does.
   *
   * @throws SinkException where it has gone
   */
  void stay() {
    try {
      if (hasEnded(LAST_WORD)) {
        throw new EOFException();
      }
    } catch (IOException e) {
      throw broken(e);
    }
  }

  /** Whether the receiver has gone meanwhile: nothing that is sent would arrive. */
  boolean isGone() {
    try {
      return hasEnded(1);
    } catch (IOException e) {
      return true;
    }
  }

  /** Whether the receiver has ended its side, or does so within so many milliseconds. */
  private boolean hasEnded(int millis) throws IOException {
    long end = System.nanoTime() + millis * 1_000_000L;
    for (long left = millis; left > 0; left = (end - System.nanoTime()) / 1_000_000) {
      plain.setSoTimeout((int) left);
      try {
        if (in.read(answer) < 0) {
          return true;
        }
      } catch (SocketTimeoutException stillOpen) {
        break;
      }
    }
    plain.setSoTimeout(0);
    return false;
  }

  private void awaitEnd() throws IOException {
    long end = System.nanoTime() + patience * 1_000_000L;
    drain(in, end);
    if (socket != plain) {
      // close_notify may have been sent before unread bytes reset the connection
      drain(plain.getInputStream(), end);
    }
  }

  private void drain(InputStream from, long end) throws IOException {
    do {
      long left = (end - System.nanoTime()) / 1_000_000;
      if (left <= 0) {
        throw new SocketTimeoutException();
      }
      plain.setSoTimeout((int) left);
    } while (from.read(answer) >= 0);
  }

  /** A page was written in part: nothing that follows would be understood. */
  void abandon(String why) {
    if (!isOver()) {
      broken(new SocketException(why));
    }
  }

  private SinkException broken(IOException e) {
    SinkException failure = new SinkException(ReceiverProblem.text(e, receiver), e);
    broken = failure;
    close();
    return failure;
  }

  /** Closes it where the receiver has read nothing for too long; from another thread. */
  void closeIfStalled() {
    long since = writing;
    if (since != 0 && System.nanoTime() - since > patience * 1_000_000L) {
      stalled = true;
      close();
    }
  }

  void close() {
    try {
      plain.close();
    } catch (IOException e) {
      // it is gone either way
    }
  }
}
