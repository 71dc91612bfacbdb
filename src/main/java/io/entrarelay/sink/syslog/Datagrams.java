package io.entrarelay.sink.syslog;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;

/**
 * Messages as UDP datagrams (RFC 5426), one each. Nothing tells whether one arrives: the network
 * and the receiver drop what is too much for them.
 */
final class Datagrams implements SyslogEncoder.Output, AutoCloseable {
  /** The most that a datagram holds over IPv4: 65,535 bytes less the headers of IP and UDP. */
  static final int LARGEST = 65_507;

  private final DatagramSocket socket;
  private final InetAddress address;
  private final int port;

  Datagrams(InetAddress address, int port) throws IOException {
    this.socket = new DatagramSocket();
    this.address = address;
    this.port = port;
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    socket.send(new DatagramPacket(bytes, offset, length, address, port));
  }

  @Override
  public void close() {
    socket.close();
  }
}
