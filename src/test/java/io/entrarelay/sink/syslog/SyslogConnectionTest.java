package io.entrarelay.sink.syslog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.entrarelay.sink.SinkException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is taken for a confirmation, and what is not, with receivers that misbehave by plan. */
@Timeout(60)
class SyslogConnectionTest {
  private static final byte[] MESSAGES = new byte[100_000];
  private static final int PATIENCE = 400;

  /** What a receiver does with a connection. */
  private interface Conduct {
    void with(Socket connection) throws Exception;
  }

  private final ExecutorService threads = Executors.newCachedThreadPool();

  @SuppressWarnings("NullAway.Init") // set before each test
  private ServerSocket server;

  @BeforeEach
  void listen() throws IOException {
    server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
  }

  @AfterEach
  void stop() throws IOException {
    server.close();
    threads.shutdownNow();
  }

  /** Takes a connection for each, one after another. */
  private Future<?> receive(Conduct... conducts) {
    return threads.submit(
        () -> {
          for (Conduct conduct : conducts) {
            try (Socket connection = server.accept()) {
              conduct.with(connection);
            }
          }
          return null;
        });
  }

  private Receiver receiver() {
    return new Receiver("localhost", server.getLocalPort(), null);
  }

  private SyslogConnection open() {
    return SyslogConnection.open(receiver(), PATIENCE);
  }

  private String refused(SyslogConnection connection) {
    SinkException refusal = catchThrowableOfType(SinkException.class, connection::confirm);
    assertThat(connection.isOver()).isTrue();
    assertThat(connection.isDue(1 << 20)).as("it is noticed").isTrue();
    assertThatThrownBy(connection::confirm).as("once broken, always broken").isSameAs(refusal);
    return String.valueOf(refusal.getMessage());
  }

  @Test
  void whoReadsToTheEndAndClosesHasConfirmed() throws Exception {
    Future<?> done =
        receive(
            connection ->
                assertThat(connection.getInputStream().readAllBytes()).hasSize(2 * MESSAGES.length),
            connection -> connection.getInputStream().readAllBytes());
    SyslogConnection connection = open();
    connection.write(MESSAGES, 0, MESSAGES.length);
    connection.write(MESSAGES, 0, MESSAGES.length);
    assertThat(connection.isDue(1 << 20)).isFalse();
    assertThat(connection.isDue(2 * MESSAGES.length - 1)).isTrue();
    connection.confirm();
    assertThat(connection.isOver()).isTrue();
    connection.confirm();
    done.get();
  }

  @Test
  void whoEndsInOrderAndIsGoneThenHasNot() throws Exception {
    Future<?> done =
        receive(
            connection -> {
              connection.getInputStream().readAllBytes();
              server.close();
            });
    SyslogConnection connection = open();
    connection.write(MESSAGES, 0, MESSAGES.length);
    assertThat(refused(connection)).contains("can't be reached");
    done.get();
  }

  @Test
  void whoClosesBeforeOurEndHasNot() throws Exception {
    Future<?> done = receive(connection -> connection.getInputStream().readNBytes(MESSAGES.length));
    SyslogConnection connection = open();
    connection.write(MESSAGES, 0, MESSAGES.length);
    done.get();
    assertThat(refused(connection))
        .startsWith(
            "the syslog receiver localhost:"
                + server.getLocalPort()
                + " ended the connection: what it had not confirmed is sent again.");
  }

  @Test
  void whoClosesWithBytesUnreadHasNot() throws Exception {
    Future<?> done =
        receive(
            connection -> {
              connection.getInputStream().read();
              // Java would end its side before it closes; this is what others' close does
              connection.setSoLinger(true, 0);
            });
    SyslogConnection connection = open();
    connection.write(MESSAGES, 0, MESSAGES.length);
    done.get();
    assertThat(refused(connection)).contains("broke the connection off");
  }

  @Test
  void whoNeverEndsIsNamedWithWhatToDo() {
    Future<?> holding =
        receive(
            connection -> {
              connection.getInputStream().readAllBytes();
              Thread.currentThread().join();
            });
    SyslogConnection connection = open();
    connection.write(MESSAGES, 0, MESSAGES.length);
    assertThat(refused(connection))
        .contains("did not end the connection", "relay.sinks.syslog.confirm: false");
    assertThat(holding).isNotDone();
  }

  @Test
  void whoStopsReadingIsLeft() {
    receive(connection -> Thread.currentThread().join());
    SyslogConnection connection = open();
    threads.submit(
        () -> {
          while (!connection.isOver()) {
            connection.closeIfStalled();
            Thread.onSpinWait();
          }
        });
    assertThatThrownBy(
            () -> {
              while (true) {
                connection.write(MESSAGES, 0, MESSAGES.length);
              }
            })
        .isInstanceOf(SinkException.class)
        .hasMessageContaining("did not answer or read in time");
  }

  @Test
  void whoIsNotThereIsNamed() throws IOException {
    server.close();
    assertThatThrownBy(this::open)
        .isInstanceOf(SinkException.class)
        .hasMessage(
            "the syslog receiver localhost:"
                + server.getLocalPort()
                + " can't be reached (Connection refused). Check that it runs and listens there,"
                + " relay.sinks.syslog.port, and the firewall in between");
    assertThatThrownBy(() -> SyslogConnection.open(new Receiver("no-such-host.invalid", 514, null)))
        .hasMessage(
            "the name no-such-host.invalid of the syslog receiver can't be resolved. Check"
                + " relay.sinks.syslog.host and this machine's DNS");
  }

  @Test
  void aReceiverThatSpeaksNoTlsIsNamed() {
    receive(connection -> connection.getInputStream().readNBytes(10));
    Receiver receiver =
        new Receiver(
            "localhost", server.getLocalPort(), new io.entrarelay.tls.TlsFiles(null, null, null));
    assertThatThrownBy(() -> SyslogConnection.open(receiver, PATIENCE))
        .isInstanceOf(SinkException.class)
        .hasMessageContaining("localhost:" + server.getLocalPort());
  }

  @Test
  void aConnectionWhosePeerHasGoneIsNotUsedAgain() throws Exception {
    Future<?> done = receive(connection -> connection.getInputStream().readNBytes(10));
    SyslogConnection connection = open();
    assertThat(connection.isGone()).isFalse();
    connection.write(MESSAGES, 0, 10);
    done.get();
    assertThat(connection.isGone()).isTrue();
  }
}
