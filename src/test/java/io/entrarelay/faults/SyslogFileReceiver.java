package io.entrarelay.faults;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.entrarelay.sink.syslog.SyslogReceiver;
import java.util.List;

/** Reads what a syslog server has written of the messages that it got. */
final class SyslogFileReceiver implements Receiver {
  private final SyslogReceiver server;
  private int read;

  SyslogFileReceiver(SyslogReceiver server) {
    this.server = server;
  }

  @Override
  public String sink() {
    return "syslog";
  }

  @Override
  public void receive(Received into) {
    List<io.entrarelay.sink.syslog.Received> messages = server.messages();
    for (; read < messages.size(); read++) {
      VendorLine line = VendorLine.read(messages.get(read).message().getBytes(UTF_8));
      if (line == null) {
        into.torn();
      } else {
        into.add(line);
      }
    }
  }
}
