package io.entrarelay.onboard;

import io.entrarelay.config.RelaySettings;
import io.entrarelay.config.RelaySettings.Protocol;
import io.entrarelay.onboard.IntegrationCheck.Line;
import io.entrarelay.onboard.IntegrationCheck.Outcome;
import io.entrarelay.sink.SinkException;
import io.entrarelay.sink.syslog.SyslogProbe;
import io.entrarelay.tls.TlsFiles;

/** Whether the syslog sink's receiver can be reached and ends connections as the sink needs it. */
public final class SyslogCheck {
  private static final String PROBE = "sink syslog";

  private SyslogCheck() {}

  /**
   * @param syslog with a host
   */
  public static Line of(RelaySettings.Syslog syslog) {
    String host = String.valueOf(syslog.host());
    String receiver = host + ":" + syslog.port() + " by " + syslog.protocol();
    try {
      if (syslog.protocol() == Protocol.UDP) {
        SyslogProbe.datagrams(host, syslog.port());
        return new Line(
            PROBE,
            Outcome.ATTENTION,
            receiver
                + ": whether datagrams arrive can't be known. Prefer tls where records count.");
      }
      TlsFiles tls =
          syslog.protocol() == Protocol.TLS
              ? new TlsFiles(syslog.caCertificate(), syslog.certificate(), syslog.privateKey())
              : null;
      SyslogProbe.stream(host, syslog.port(), tls, syslog.confirm());
      return syslog.confirm()
          ? new Line(PROBE, Outcome.OK, receiver + ", confirms what it has read")
          : new Line(
              PROBE,
              Outcome.ATTENTION,
              receiver
                  + " takes connections and confirms nothing: relay.sinks.syslog.confirm is false,"
                  + " and what a broken connection held is lost.");
    } catch (SinkException e) {
      return new Line(PROBE, Outcome.FAILED, e.getMessage() + ".");
    }
  }
}
