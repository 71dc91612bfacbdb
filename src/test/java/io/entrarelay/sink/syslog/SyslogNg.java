package io.entrarelay.sink.syslog;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A real syslog-ng (package syslog-ng-core). */
public final class SyslogNg extends SyslogReceiver {
  private final String program;

  /**
   * @param tls for {@link Transport#TLS} only
   */
  public SyslogNg(Path directory, Transport transport, @Nullable Tls tls) throws IOException {
    super(directory, transport, tls);
    program = program("syslog-ng", "syslog-ng-core");
  }

  @Override
  protected List<String> command() throws IOException {
    Path file = directory.resolve("syslog-ng.conf");
    Files.writeString(file, configuration());
    return List.of(
        program,
        "--foreground",
        "--no-caps",
        "--cfgfile=" + file,
        "--pidfile=" + directory.resolve("pid"),
        "--persist-file=" + directory.resolve("persist"),
        "--control=" + directory.resolve("control"));
  }

  private String configuration() {
    String tlsOptions =
        tls == null
            ? ""
            : " tls(key-file(\"%s\") cert-file(\"%s\") ca-file(\"%s\") peer-verify(required-trusted))"
                .formatted(tls.privateKey(), tls.certificate(), tls.authority());
    String stream = transport == Transport.TLS ? "tls" : "tcp";
    String udp =
        transport != Transport.UDP
            ? ""
            : "syslog(ip(\"127.0.0.1\") port(%d) transport(\"udp\") so-rcvbuf(4194304));"
                .formatted(port());
    return """
        @version: 3.35
        options {
          keep-hostname(yes); use-dns(no); stats-freq(0); log-msg-size(524288);
          ts-format(iso); frac-digits(6);
        };
        source received {
          syslog(ip("127.0.0.1") port(%d) transport("%s")%s);
          %s
        };
        destination fields {
          file("%s" template("$(format-json --scope sdata pri=$PRI time=$S_ISODATE host=$HOST \
        program=$PROGRAM process=$PID messageId=$MSGID message=$MSG)\\n"));
        };
        log { source(received); destination(fields); flags(flow-control); };
        """
        .formatted(port(), stream, tlsOptions, udp, output());
  }

  @Override
  protected Received received(JsonNode line) {
    Map<String, String> parameters = new LinkedHashMap<>();
    line.path("_SDATA")
        .path("relay@32473")
        .fields()
        .forEachRemaining(each -> parameters.put(each.getKey(), each.getValue().asText()));
    return new Received(
        line.path("pri").asInt(),
        line.path("time").asText(),
        line.path("host").asText(),
        line.path("program").asText(),
        line.path("process").asText(),
        line.path("messageId").asText(),
        parameters,
        withoutMark(line.path("message").asText()));
  }
}
