package io.entrarelay.sink.syslog;

import io.entrarelay.sink.SinkException;
import io.entrarelay.tls.TlsFiles;
import java.net.UnknownHostException;
import org.jspecify.annotations.Nullable;

/** Tries a receiver without sending it anything. */
public final class SyslogProbe {
  private static final int PATIENCE = 10_000;

  private SyslogProbe() {}

  /**
   * Connects, shakes hands, ends this side and waits for the receiver's end, as the sink does.
   *
   * @param tls null for TCP in clear
   * @param confirm whether the receiver must end its side
   * @throws SinkException where that fails; the message says what to do
   */
  public static void stream(String host, int port, @Nullable TlsFiles tls, boolean confirm) {
    SyslogConnection connection = SyslogConnection.open(new Receiver(host, port, tls), PATIENCE);
    try {
      connection.stay();
      if (confirm) {
        connection.confirm();
      }
    } finally {
      connection.close();
    }
  }

  /**
   * Looks the name up: nothing more can be known of a receiver of datagrams.
   *
   * @throws SinkException where it can't be resolved; the message says what to do
   */
  public static void datagrams(String host, int port) {
    Receiver receiver = new Receiver(host, port, null);
    try {
      receiver.address();
    } catch (UnknownHostException e) {
      throw new SinkException(ReceiverProblem.text(e, receiver), e);
    }
  }
}
