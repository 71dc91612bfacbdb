package io.entrarelay.sink.syslog;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A real rsyslog (packages rsyslog, rsyslog-gnutls). */
public class Rsyslog extends SyslogReceiver {
  private final String program;

  /**
   * @param tls for {@link Transport#TLS} only
   */
  public Rsyslog(Path directory, Transport transport, @Nullable Tls tls) throws IOException {
    super(directory, transport, tls);
    program = program("rsyslogd", "rsyslog and rsyslog-gnutls");
  }

  @Override
  protected List<String> command() throws IOException {
    Path file = directory.resolve("rsyslog.conf");
    Files.writeString(file, configuration());
    return List.of(program, "-n", "-f", file.toString(), "-i", directory.resolve("pid").toString());
  }

  protected String configuration() throws IOException {
    String files = "";
    String driver = "";
    if (tls != null) {
      files =
          " defaultNetstreamDriverCAFile=\"%s\" defaultNetstreamDriverCertFile=\"%s\"\n  defaultNetstreamDriverKeyFile=\"%s\""
              .formatted(tls.authority(), tls.certificate(), tls.privateKey());
      driver =
          " streamDriver.name=\"gtls\" streamDriver.mode=\"1\" streamDriver.authMode=\"x509/certvalid\"";
    }
    String udp =
        transport != Transport.UDP
            ? ""
            : "module(load=\"imudp\")\ninput(type=\"imudp\" port=\"%d\" address=\"127.0.0.1\" ruleset=\"received\" rcvbufSize=\"4m\")\n"
                .formatted(port());
    return """
        global(workDirectory="%s" maxMessageSize="16m"
          parser.escapeControlCharactersOnReceive="off" parser.dropTrailingLFOnReception="off"
        %s)
        module(load="imtcp" maxFrameSize="16777216"%s)
        %sinput(type="imtcp" port="%d" address="127.0.0.1" ruleset="received")
        template(name="fields" type="list" option.jsonf="on") {
          property(outname="pri" name="pri" format="jsonf")
          property(outname="time" name="timereported" dateFormat="rfc3339" format="jsonf")
          property(outname="host" name="hostname" format="jsonf")
          property(outname="program" name="app-name" format="jsonf")
          property(outname="process" name="procid" format="jsonf")
          property(outname="messageId" name="msgid" format="jsonf")
          property(outname="data" name="structured-data" format="jsonf")
          property(outname="message" name="msg" format="jsonf")
        }
        ruleset(name="received") {
          action(type="omfile" file="%s" template="fields")
        }
        action(type="omfile" file="%s")
        """
        .formatted(directory, files, driver, udp, port(), output(), directory.resolve("log"));
  }

  @Override
  protected Received received(JsonNode line) {
    Map<String, String> parameters =
        StructuredData.parse(line.path("data").asText()).getOrDefault("relay@32473", Map.of());
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
