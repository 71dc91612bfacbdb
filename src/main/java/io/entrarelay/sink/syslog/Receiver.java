package io.entrarelay.sink.syslog;

import io.entrarelay.tls.TlsException;
import io.entrarelay.tls.TlsFiles;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.UnknownHostException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/**
 * Where messages go.
 *
 * @param tls the files of a connection by TLS; null for TCP in clear
 */
record Receiver(String host, int port, @Nullable TlsFiles tls) {
  private static final int PATIENCE = 10_000;
  private static final String[] VERSIONS = {"TLSv1.3", "TLSv1.2"};

  /** An open connection, the handshake done. */
  @SuppressWarnings("ArrayRecordComponent")
  record Opened(Socket plain, Socket socket, long roundTripNanos) {}

  @Override
  public String toString() {
    return host.indexOf(':') < 0 ? host + ":" + port : "[" + host + "]:" + port;
  }

  InetAddress address() throws UnknownHostException {
    return InetAddress.getByName(host);
  }

  /**
   * Connects, to the first of the host's addresses that answers.
   *
   * @throws IOException what the network or the handshake says
   * @throws TlsException where a file can't be used
   */
  Opened open() throws IOException, TlsException {
    IOException last = new UnknownHostException(host);
    for (InetAddress address : InetAddress.getAllByName(host)) {
      Socket plain = new Socket();
      boolean opened = false;
      try {
        long start = System.nanoTime();
        plain.connect(new InetSocketAddress(address, port), PATIENCE);
        long roundTrip = System.nanoTime() - start;
        plain.setTcpNoDelay(true);
        plain.setKeepAlive(true);
        Socket socket = tls == null ? plain : shaken(plain, tls);
        opened = true;
        return new Opened(plain, socket, roundTrip);
      } catch (IOException e) {
        last = e;
      } finally {
        if (!opened) {
          plain.close();
        }
      }
    }
    throw last;
  }

  private Socket shaken(Socket plain, TlsFiles files) throws IOException, TlsException {
    SSLSocket socket =
        (SSLSocket) files.context().getSocketFactory().createSocket(plain, host, port, false);
    SSLParameters parameters = socket.getSSLParameters();
    // RFC 5425 section 5.2: the certificate is for the host that was configured
    parameters.setEndpointIdentificationAlgorithm("HTTPS");
    parameters.setProtocols(VERSIONS);
    socket.setSSLParameters(parameters);
    plain.setSoTimeout(PATIENCE);
    socket.startHandshake();
    plain.setSoTimeout(0);
    return socket;
  }
}
