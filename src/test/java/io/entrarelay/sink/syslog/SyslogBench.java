package io.entrarelay.sink.syslog;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.entrarelay.graph.Pki;
import io.entrarelay.record.LineIdentity;
import io.entrarelay.sink.syslog.SyslogEncoder.Framing;
import io.entrarelay.sink.syslog.SyslogReceiver.Tls;
import io.entrarelay.sink.syslog.SyslogReceiver.Transport;
import io.entrarelay.tls.TlsFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.awaitility.Awaitility;

/**
 * Vendor records from the outbox to a real rsyslog over TLS with client certificates, and in turn a
 * bare TLS socket that sends the same bytes to the same receiver; both until the receiver has ended
 * the connection. Prints records a second and the ratio of the two, the best of each. {@code mvn
 * -Pbench verify}; {@code -Dbench.syslog.records=50000}.
 */
public final class SyslogBench {
  private static final Path LINE =
      Path.of("src/test/resources/golden/vendor/signIns/success-with-mfa/expected.ndjson");
  private static final int PAGE = 1000;
  private static final int ROUNDS = 5;
  private static final Duration LONG = Duration.ofMinutes(5);

  private SyslogBench() {}

  public static void main(String[] arguments) throws Exception {
    int records = Integer.getInteger("bench.syslog.records", 50_000) / PAGE * PAGE;
    Path directory = Files.createTempDirectory(Path.of("target").toAbsolutePath(), "syslog-bench");
    Pki authority = new Pki("authority");
    Path trusted = authority.write(directory.resolve("authority.pem"));
    Pki.Pair server = authority.write(directory, "receiver", "localhost");
    Pki.Pair client = authority.write(directory, "relay", "relay.example.com");
    TlsFiles files = new TlsFiles(trusted, client.certificate(), client.privateKey());
    List<List<byte[]>> pages = pages(records);
    double bare = 0;
    double relay = 0;
    try (Rsyslog rsyslog =
        new Rsyslog(
            directory.resolve("rsyslog"),
            Transport.TLS,
            new Tls(trusted, server.certificate(), server.privateKey()))) {
      rsyslog.start();
      long sent = 0;
      for (int round = 0; round < ROUNDS; round++) {
        Path state = Files.createDirectories(directory.resolve("state-" + round));
        bare = Math.max(bare, bare(rsyslog, files, pages, records));
        sent += records;
        settle(rsyslog, sent);
        relay = Math.max(relay, relay(rsyslog, trusted, client, state, pages, records));
        sent += records;
        settle(rsyslog, sent);
        System.out.printf(Locale.ROOT, "  bare %,.0f/s, relay %,.0f/s%n", bare, relay);
      }
      rsyslog.stop();
    } finally {
      delete(directory);
    }
    System.out.printf(
        Locale.ROOT,
        "SyslogBench: %,d records of %,d bytes; bare TLS socket %,.0f/s; outbox to rsyslog over TLS"
            + " %,.0f/s; ratio %.2f%n",
        records,
        pages.get(0).get(0).length,
        bare,
        relay,
        relay / bare);
    System.exit(0);
  }

  private static List<List<byte[]>> pages(int records) throws IOException {
    String line = Files.readString(LINE).strip();
    String id = line.replaceAll(".*\"properties\":\\{\"id\":\"([^\"]+)\".*", "$1");
    List<List<byte[]>> pages = new ArrayList<>();
    for (int number = 0; number < records; ) {
      List<byte[]> page = new ArrayList<>();
      for (int i = 0; i < PAGE; i++, number++) {
        String own = id.substring(0, id.length() - 8) + String.format("%08x", number);
        page.add(line.replace(id, own).getBytes(UTF_8));
      }
      pages.add(page);
    }
    return pages;
  }

  private static double bare(Rsyslog rsyslog, TlsFiles files, List<List<byte[]>> pages, int records)
      throws Exception {
    Priority priority =
        new Priority(
            Facility.authpriv, Severity.informational, Severity.warning, Severity.critical);
    SyslogEncoder encoder =
        new SyslogEncoder(Framing.OCTET_COUNTING, priority, OutboxToSyslog.HOST, "1", 100_000);
    List<byte[]> writes = new ArrayList<>();
    SyslogEncoder.Output output =
        (bytes, offset, length) ->
            writes.add(java.util.Arrays.copyOfRange(bytes, offset, offset + length));
    for (List<byte[]> page : pages) {
      encoder.begin("contoso", "signIns", "vendor", OutboxToSyslog.TENANT, Instant.now());
      for (byte[] line : page) {
        LineIdentity identity = LineIdentity.ofVendor(line, 0, line.length);
        encoder.add(line, 0, line.length, identity, output, (bytes, start, end, of, size) -> {});
      }
      encoder.flush(output);
    }
    long start = System.nanoTime();
    SyslogConnection connection =
        SyslogConnection.open(new Receiver("localhost", rsyslog.port(), files));
    for (byte[] write : writes) {
      connection.write(write, 0, write.length);
    }
    connection.confirm();
    return records / ((System.nanoTime() - start) / 1e9);
  }

  private static double relay(
      Rsyslog rsyslog,
      Path trusted,
      Pki.Pair client,
      Path state,
      List<List<byte[]>> pages,
      int records)
      throws Exception {
    String endpoint =
        "syslog:localhost:"
            + rsyslog.port()
            + "?protocol=tls&maxSize=100000&caCertificate="
            + trusted
            + "&certificate="
            + client.certificate()
            + "&privateKey="
            + client.privateKey();
    try (OutboxToSyslog relay = new OutboxToSyslog(state, endpoint)) {
      for (int page = 0; page < pages.size(); page++) {
        relay.add(page % 4, "signIns", pages.get(page));
      }
      long start = System.nanoTime();
      relay.start();
      relay.awaitDelivered(LONG);
      return records / ((System.nanoTime() - start) / 1e9);
    }
  }

  /** Waits until the receiver has written what it has read, so that each round has it idle. */
  private static void settle(Rsyslog rsyslog, long records) {
    Awaitility.await().atMost(LONG).until(() -> rsyslog.count() >= records);
  }

  private static void delete(Path directory) throws IOException {
    try (var paths = Files.walk(directory)) {
      for (Path path : (Iterable<Path>) paths.sorted(Comparator.reverseOrder())::iterator) {
        Files.delete(path);
      }
    }
  }
}
