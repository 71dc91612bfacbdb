package io.entrarelay.sink.syslog;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.entrarelay.graph.Pki;
import io.entrarelay.sink.SinkException;
import io.entrarelay.sink.syslog.SyslogReceiver.Tls;
import io.entrarelay.sink.syslog.SyslogReceiver.Transport;
import io.entrarelay.sink.syslog.SyslogRecords.Expected;
import io.entrarelay.tls.TlsFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What holds with any receiver. {@code -Dsyslog.stops=20} stops and kills it more often, {@code
 * -Dsyslog.seed=7} does the same again.
 */
@Timeout(1_800)
abstract class SyslogContract {
  static final Duration LONG = Duration.ofSeconds(90);
  private static final long WINDOW = 2 << 20;

  /** A machine that is slow at the wrong moment ends a receiver after it has got all. */
  private static final int ATTEMPTS = 10;

  private static final int PAGES = 30;
  private static final int PAGE = 200;

  @SuppressWarnings("NullAway.Init") // JUnit sets it
  @TempDir
  Path directory;

  @SuppressWarnings("NullAway.Init") // set before each test
  private Pki authority;

  @SuppressWarnings("NullAway.Init") // set before each test
  private Path trusted;

  private final long seed = Long.getLong("syslog.seed", System.nanoTime());
  private final Random random = new Random(seed);

  abstract SyslogReceiver receiver(Path at, Transport transport, @Nullable Tls tls)
      throws IOException;

  @BeforeEach
  void authority() throws IOException {
    authority = new Pki("authority of the receivers");
    trusted = authority.write(directory.resolve("authority.pem"));
  }

  /** A receiver's side, for this name. */
  final Tls tls(String name) throws IOException {
    Pki.Pair pair = authority.write(directory, "receiver", name);
    return new Tls(trusted, pair.certificate(), pair.privateKey());
  }

  private SyslogReceiver start(Transport transport, String name) throws IOException {
    SyslogReceiver receiver =
        receiver(
            directory.resolve("receiver"),
            transport,
            transport == Transport.TLS ? tls(name) : null);
    receiver.start();
    return receiver;
  }

  private SyslogReceiver start(Transport transport) throws IOException {
    return start(transport, "localhost");
  }

  final String endpoint(SyslogReceiver receiver, Transport transport) throws IOException {
    String files = "";
    if (transport == Transport.TLS) {
      Pki.Pair pair = authority.write(directory, "relay", "relay.example.com");
      files =
          "&caCertificate="
              + trusted
              + "&certificate="
              + pair.certificate()
              + "&privateKey="
              + pair.privateKey();
    }
    return "syslog:localhost:"
        + receiver.port()
        + "?protocol="
        + transport.name().toLowerCase(Locale.ROOT)
        + "&maxSize=500000&resendWindow="
        + WINDOW
        + files;
  }

  final Path database() throws IOException {
    return Files.createDirectories(directory.resolve("state"));
  }

  private void arrivesAsItIs(Transport transport, int count, int each, int longest)
      throws Exception {
    Map<String, Expected> expected = new HashMap<>();
    try (SyslogReceiver receiver = start(transport);
        OutboxToSyslog relay = new OutboxToSyslog(database(), endpoint(receiver, transport))) {
      relay.start();
      for (int number = 0; number < count; ) {
        List<byte[]> page = new ArrayList<>();
        for (int i = 0; i < each && number < count; i++, number++) {
          int size = number % 1000 == 999 ? longest : random.nextInt(600);
          Expected record = SyslogRecords.record("id \"]\\ü🔐 " + number, number, size, random);
          expected.put(record.id(), record);
          page.add(record.line().getBytes(UTF_8));
        }
        relay.add(number % 5, "signIns", page);
      }
      relay.awaitDelivered(LONG);
      if (transport != Transport.UDP) {
        Awaitility.await().atMost(LONG).until(() -> receiver.count() >= count);
      } else {
        Awaitility.await().atMost(LONG).until(() -> receiver.count() > 0);
      }
      receiver.stop();
      List<Received> messages = receiver.messages();
      System.out.println(
          getClass().getSimpleName() + ": " + transport + ": " + messages.size() + " of " + count);
      if (transport != Transport.UDP) {
        assertThat(messages).hasSize(count);
      }
      for (Received message : messages) {
        Expected record = expected.remove(message.recordId());
        assertThat(record).as("sent once: %s", message.recordId()).isNotNull();
        check(message, record);
      }
      if (transport != Transport.UDP) {
        assertThat(expected).isEmpty();
      }
    }
  }

  private static void check(Received message, Expected record) {
    assertThat(message.message()).isEqualTo(record.line());
    assertThat(message.priority()).isEqualTo(record.priority());
    assertThat(OffsetDateTime.parse(message.time()).toInstant()).isEqualTo(record.time());
    assertThat(message.host()).isEqualTo(OutboxToSyslog.HOST);
    assertThat(message.program()).isEqualTo("entra-relay");
    assertThat(message.process()).isEqualTo(String.valueOf(ProcessHandle.current().pid()));
    assertThat(message.messageId()).isEqualTo("signIns");
    assertThat(message.parameters())
        .isEqualTo(
            Map.of(
                "integration",
                OutboxToSyslog.INTEGRATION,
                "report",
                "signIns",
                "form",
                "vendor",
                "tenantId",
                OutboxToSyslog.TENANT,
                "recordId",
                record.id(),
                "revision",
                String.valueOf(record.revision())));
  }

  @Test
  void tenThousandRecordsArriveOverTlsAsTheyAre() throws Exception {
    arrivesAsItIs(Transport.TLS, 10_000, 500, 300_000);
  }

  @Test
  void recordsArriveOverTcpAsTheyAre() throws Exception {
    arrivesAsItIs(Transport.TCP, 2_000, 500, 300_000);
  }

  @Test
  void datagramsArriveAsTheyAre() throws Exception {
    arrivesAsItIs(Transport.UDP, 200, 10, 60_000);
  }

  /** What came of the records that were sent. */
  private record Outcome(long lost, long twice, long twiceBytes) {}

  private static Outcome outcome(SyslogReceiver receiver, int count) {
    Map<String, Integer> times = new HashMap<>();
    long twice = 0;
    long twiceBytes = 0;
    for (Received message : receiver.messages()) {
      if (times.merge(message.recordId(), 1, Integer::sum) > 1) {
        twice++;
        twiceBytes += message.message().getBytes(UTF_8).length;
      }
    }
    assertThat(times.keySet()).allMatch(id -> id.startsWith("id-"));
    return new Outcome(count - times.size(), twice, twiceBytes);
  }

  /** Waits until the receiver writes no more of what it has read. */
  private static void settle(SyslogReceiver receiver) {
    AtomicLong last = new AtomicLong(-1);
    AtomicInteger same = new AtomicInteger();
    Awaitility.await()
        .atMost(LONG)
        .pollInterval(Duration.ofMillis(700))
        .until(
            () -> {
              long count = receiver.count();
              same.set(last.getAndSet(count) == count ? same.get() + 1 : 0);
              return same.get() == 2;
            });
  }

  /**
   * Sends pages and ends the receiver in the middle, then starts it again.
   *
   * @return null where it had got all before it had ended
   */
  private @Nullable Outcome interrupted(Transport transport, boolean kill) throws Exception {
    int count = PAGES * PAGE;
    try (SyslogReceiver receiver = start(transport);
        OutboxToSyslog relay = new OutboxToSyslog(database(), endpoint(receiver, transport))) {
      for (int page = 0; page < PAGES; page++) {
        relay.add(page % 3, "signIns", SyslogRecords.page(page * PAGE, PAGE, 3000, random));
      }
      int moment = count / 20 + random.nextInt(count / 2);
      relay.start();
      Awaitility.await()
          .atMost(LONG)
          .pollInterval(Duration.ofMillis(2))
          .until(() -> receiver.count() >= moment);
      if (kill) {
        receiver.kill();
      } else {
        receiver.stop();
      }
      long before = receiver.count();
      if (before == count) {
        return null;
      }
      receiver.start();
      relay.awaitDelivered(LONG);
      settle(receiver);
      receiver.stop();
      Outcome outcome = outcome(receiver, count);
      System.out.printf(
          Locale.ROOT,
          "%s: %s, %s after %,d of %,d: lost %d, twice %d (%,d bytes of a window of %,d)%n",
          getClass().getSimpleName(),
          transport,
          kill ? "killed" : "stopped",
          before,
          count,
          outcome.lost,
          outcome.twice,
          outcome.twiceBytes,
          WINDOW);
      assertThat(outcome.twiceBytes).isLessThanOrEqualTo(WINDOW);
      return outcome;
    }
  }

  private void repeat(Transport transport, boolean kill) throws Exception {
    System.out.println(getClass().getSimpleName() + ": -Dsyslog.seed=" + seed);
    Path root = directory;
    for (int time = 0; time < Integer.getInteger("syslog.stops", 1); time++) {
      Outcome outcome = null;
      for (int attempt = 0; outcome == null; attempt++) {
        assertThat(attempt).as("attempts to stop it in the middle").isLessThan(ATTEMPTS);
        directory = Files.createDirectories(root.resolve("time-" + time + "-" + attempt));
        outcome = interrupted(transport, kill);
      }
      if (!kill) {
        assertThat(outcome.lost).isZero();
      }
    }
  }

  @Test
  void anOrderlyStopOfTheReceiverLosesNothingOverTls() throws Exception {
    repeat(Transport.TLS, false);
  }

  @Test
  void anOrderlyStopOfTheReceiverLosesNothingOverTcp() throws Exception {
    repeat(Transport.TCP, false);
  }

  /** What it had read and not kept is lost, and nobody can know it; it is counted here. */
  @Test
  void afterAKilledReceiverAllElseArrives() throws Exception {
    repeat(Transport.TLS, true);
  }

  private static String refusal(String host, SyslogReceiver receiver, TlsFiles files) {
    return String.valueOf(
        catchThrowableOfType(
                SinkException.class, () -> SyslogProbe.stream(host, receiver.port(), files, true))
            .getMessage());
  }

  @Test
  void whatIsWrongWithCertificatesIsSaid() throws Exception {
    Pki.Pair good = authority.write(directory, "relay", "relay.example.com");
    Pki stranger = new Pki("another authority");
    Pki.Pair strange = stranger.write(directory, "strange", "relay.example.com");
    Path elsewhere = stranger.write(directory.resolve("elsewhere.pem"));
    try (SyslogReceiver receiver = start(Transport.TLS, "localhost")) {
      String peer = "the syslog receiver localhost:" + receiver.port();
      SyslogProbe.stream(
          "localhost",
          receiver.port(),
          new TlsFiles(trusted, good.certificate(), good.privateKey()),
          true);
      assertThat(refusal("localhost", receiver, new TlsFiles(trusted, null, null)))
          .as("no certificate")
          .contains(peer, "certificate", "relay.sinks.syslog.certificate and private-key");
      assertThat(
              refusal(
                  "localhost",
                  receiver,
                  new TlsFiles(trusted, strange.certificate(), strange.privateKey())))
          .as("a certificate of another authority")
          .contains(peer, "certificate");
      assertThat(
              refusal(
                  "localhost",
                  receiver,
                  new TlsFiles(elsewhere, good.certificate(), good.privateKey())))
          .isEqualTo(
              "the certificate that "
                  + peer
                  + " shows comes from an authority that isn't trusted. Put that authority's"
                  + " certificate (PEM) into relay.sinks.syslog.ca-certificate");
      assertThat(
              refusal(
                  "127.0.0.1",
                  receiver,
                  new TlsFiles(trusted, good.certificate(), good.privateKey())))
          .isEqualTo(
              "the certificate that the syslog receiver 127.0.0.1:"
                  + receiver.port()
                  + " shows is not for the name 127.0.0.1. Set relay.sinks.syslog.host to a name"
                  + " that is in the certificate, or have one issued that names it");
      assertThat(
              refusal(
                  "localhost",
                  receiver,
                  new TlsFiles(trusted, good.certificate(), strange.privateKey())))
          .isEqualTo(
              good.certificate()
                  + ": no certificate of this file belongs to the private key in "
                  + strange.privateKey()
                  + ". Put the PEM files there that the receiver's administrator issued");
      System.out.println(
          getClass().getSimpleName()
              + ": "
              + refusal("localhost", receiver, new TlsFiles(trusted, null, null)));
    }
  }

  @Test
  void textsOfARouteArriveWithTheirLineBreaks() throws Exception {
    List<String> texts = List.of("one\ntwo\r\n\tthree", "\u00fc]\"\\", "\n ");
    try (SyslogReceiver receiver = start(Transport.TCP);
        OutboxToSyslog relay =
            new OutboxToSyslog(
                database(),
                endpoint(receiver, Transport.TCP),
                exchange -> exchange.getMessage().setBody(texts))) {
      relay.start();
      relay.add(7, "signIns", List.of("{}".getBytes(UTF_8)));
      relay.awaitDelivered(LONG);
      receiver.stop();
      assertThat(receiver.messages()).extracting(Received::message).isEqualTo(texts);
    }
  }

  @Test
  void aRecordOverTheLimitBecomesADeadLetterAndTheOthersArrive() throws Exception {
    try (SyslogReceiver receiver = start(Transport.TCP);
        OutboxToSyslog relay =
            new OutboxToSyslog(
                database(),
                endpoint(receiver, Transport.TCP).replace("maxSize=500000", "maxSize=2000"))) {
      relay.start();
      List<byte[]> page = SyslogRecords.page(0, 10, 100, random);
      byte[] large = SyslogRecords.record("large", 10, 5_000, random).line().getBytes(UTF_8);
      page.add(4, large);
      relay.add(7, "signIns", page);
      relay.add(8, "signIns", List.of(large));
      relay.awaitDelivered(LONG);
      receiver.stop();
      assertThat(receiver.messages())
          .extracting(Received::recordId)
          .containsExactlyInAnyOrderElementsOf(
              IntStream.range(0, 10).mapToObj(i -> "id-" + i).toList());
      assertThat(relay.deadLetters())
          .singleElement()
          .asString()
          .contains("sink.syslog", "max-size");
    }
  }
}
