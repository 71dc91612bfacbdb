package io.entrarelay.sink.syslog;

import io.entrarelay.tls.TlsFiles;
import java.nio.file.Path;
import java.util.Map;
import org.apache.camel.Consumer;
import org.apache.camel.Endpoint;
import org.apache.camel.Processor;
import org.apache.camel.Producer;
import org.apache.camel.support.DefaultComponent;
import org.apache.camel.support.DefaultEndpoint;
import org.jspecify.annotations.Nullable;

/**
 * The Camel component {@code syslog:HOST:PORT}: sends pages of the outbox, each record as a message
 * of RFC 5424.
 */
public final class SyslogComponent extends DefaultComponent {
  private final String hostname;

  /**
   * @param hostname this machine's name, for the messages
   */
  public SyslogComponent(String hostname) {
    this.hostname = hostname;
  }

  @Override
  protected Endpoint createEndpoint(String uri, String address, Map<String, Object> parameters)
      throws Exception {
    int colon = address.lastIndexOf(':');
    String host = colon < 0 ? "" : address.substring(0, colon).replaceAll("^\\[|]$", "");
    if (host.isBlank() || !address.substring(colon + 1).matches("\\d{1,5}")) {
      throw new IllegalArgumentException(
          "syslog:"
              + address
              + " names no receiver: set relay.sinks.syslog.host, or write syslog:HOST:PORT");
    }
    int port = Integer.parseInt(address.substring(colon + 1));
    SyslogEndpoint endpoint = new SyslogEndpoint(uri, this, host, port);
    setProperties(endpoint, parameters);
    return endpoint;
  }

  /** A receiver with its way of sending. */
  public static final class SyslogEndpoint extends DefaultEndpoint {
    private final String hostname;
    private final String host;
    private final int port;
    private String protocol = "tls";
    private String caCertificate = "";
    private String certificate = "";
    private String privateKey = "";
    private String facility = "authpriv";
    private String severity = "informational";
    private String failureSeverity = "warning";
    private String riskSeverity = "critical";
    private int maxSize = 8096;
    private long resendWindow = 16 << 20;
    private boolean confirm = true;

    SyslogEndpoint(String uri, SyslogComponent component, String host, int port) {
      super(uri, component);
      this.hostname = component.hostname;
      this.host = host;
      this.port = port;
    }

    /** How messages get there: tcp, tls or udp. */
    public String getProtocol() {
      return protocol;
    }

    public void setProtocol(String protocol) {
      this.protocol = protocol;
    }

    /** A PEM file of the authorities that are trusted; blank for the JDK's. */
    public String getCaCertificate() {
      return caCertificate;
    }

    public void setCaCertificate(String caCertificate) {
      this.caCertificate = caCertificate;
    }

    /** A PEM file of this side's certificate; blank where it shows none. */
    public String getCertificate() {
      return certificate;
    }

    public void setCertificate(String certificate) {
      this.certificate = certificate;
    }

    /** A PEM file of the certificate's key. */
    public String getPrivateKey() {
      return privateKey;
    }

    public void setPrivateKey(String privateKey) {
      this.privateKey = privateKey;
    }

    /** The facility of all messages. */
    public String getFacility() {
      return facility;
    }

    public void setFacility(String facility) {
      this.facility = facility;
    }

    /** The severity of a record that tells neither a failure nor a risk. */
    public String getSeverity() {
      return severity;
    }

    public void setSeverity(String severity) {
      this.severity = severity;
    }

    /** The severity of a failure. */
    public String getFailureSeverity() {
      return failureSeverity;
    }

    public void setFailureSeverity(String failureSeverity) {
      this.failureSeverity = failureSeverity;
    }

    /** The severity of a risk. */
    public String getRiskSeverity() {
      return riskSeverity;
    }

    public void setRiskSeverity(String riskSeverity) {
      this.riskSeverity = riskSeverity;
    }

    /** The longest message that is sent, bytes; a longer one becomes a dead letter. */
    public int getMaxSize() {
      return maxSize;
    }

    public void setMaxSize(int maxSize) {
      this.maxSize = maxSize;
    }

    /** Bytes that may be sent before the receiver must confirm that it has read them. */
    public long getResendWindow() {
      return resendWindow;
    }

    public void setResendWindow(long resendWindow) {
      this.resendWindow = resendWindow;
    }

    /** Whether the receiver must confirm, by ending the connection, that it has read everything. */
    public boolean isConfirm() {
      return confirm;
    }

    public void setConfirm(boolean confirm) {
      this.confirm = confirm;
    }

    @Override
    public Producer createProducer() {
      boolean udp = protocol.equals(Protocol.udp.name());
      SyslogEncoder encoder =
          new SyslogEncoder(
              udp ? SyslogEncoder.Framing.DATAGRAM : SyslogEncoder.Framing.OCTET_COUNTING,
              new Priority(
                  Facility.valueOf(facility),
                  Severity.valueOf(severity),
                  Severity.valueOf(failureSeverity),
                  Severity.valueOf(riskSeverity)),
              hostname,
              String.valueOf(ProcessHandle.current().pid()),
              maxSize);
      Receiver receiver =
          new Receiver(
              host,
              port,
              Protocol.valueOf(protocol) == Protocol.tls
                  ? new TlsFiles(path(caCertificate), path(certificate), path(privateKey))
                  : null);
      return udp
          ? new DatagramProducer(this, receiver, encoder)
          : new StreamProducer(this, receiver, encoder, resendWindow, confirm);
    }

    private static @Nullable Path path(String file) {
      return file.isBlank() ? null : Path.of(file);
    }

    @Override
    public Consumer createConsumer(Processor processor) {
      throw new UnsupportedOperationException("syslog: can only be written to");
    }
  }
}
