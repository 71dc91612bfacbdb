package io.entrarelay.sink.syslog;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.entrarelay.sink.syslog.SyslogReceiver.Tls;
import io.entrarelay.sink.syslog.SyslogReceiver.Transport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The syslog sink and a real rsyslog. */
class SyslogRsyslogIT extends SyslogContract {
  @Override
  SyslogReceiver receiver(Path at, Transport transport, @Nullable Tls tls) throws IOException {
    return new Rsyslog(at, transport, tls);
  }

  /** The configuration that the README shows, with this test's files and port. */
  private static String readme(Path directory, int port, Tls tls) throws IOException {
    String readme = Files.readString(Path.of("README.md"));
    int start = readme.indexOf("```\n", readme.indexOf("**rsyslog**")) + 4;
    return readme
        .substring(start, readme.indexOf("```", start))
        .replace("global(", "global(workDirectory=\"" + directory + "\" ")
        .replace("/etc/rsyslog.d/relay-ca.pem", tls.authority().toString())
        .replace("/etc/rsyslog.d/siem.pem", tls.certificate().toString())
        .replace("/etc/rsyslog.d/siem-key.pem", tls.privateKey().toString())
        .replace("port=\"6514\"", "port=\"" + port + "\" address=\"127.0.0.1\"")
        .replace("/var/log/entra.ndjson", directory.resolve("received.json").toString());
  }

  @Test
  void theReadmesConfigurationKeepsTheLinesAsTheyAre() throws Exception {
    Tls side = tls("localhost");
    try (Rsyslog rsyslog =
            new Rsyslog(directory.resolve("rsyslog"), Transport.TLS, side) {
              @Override
              protected String configuration() throws IOException {
                return readme(directory, port(), side);
              }
            };
        OutboxToSyslog relay =
            new OutboxToSyslog(
                database(), endpoint(rsyslog, Transport.TLS).replace("=500000", "=65536"))) {
      rsyslog.start();
      relay.start();
      List<byte[]> page = SyslogRecords.page(0, 300, 8_000, new Random(1));
      relay.add(3, "signIns", page);
      relay.awaitDelivered(LONG);
      rsyslog.stop();
      assertThat(Files.readString(rsyslog.output()))
          .isEqualTo(
              String.join("\n", page.stream().map(line -> new String(line, UTF_8)).toList())
                  + "\n");
    }
  }
}
