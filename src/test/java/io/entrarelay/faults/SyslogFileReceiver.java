package io.entrarelay.faults;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.entrarelay.sink.syslog.SyslogReceiver;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;

/** Reads the messages that a syslog receiver has written, each as a line of JSON. */
final class SyslogFileReceiver implements Receiver {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final SyslogReceiver receiver;
  private long read;

  SyslogFileReceiver(SyslogReceiver receiver) {
    this.receiver = receiver;
  }

  @Override
  public String sink() {
    return "syslog";
  }

  @Override
  public void receive(Received into) throws IOException {
    if (!Files.exists(receiver.output())) {
      return;
    }
    byte[] bytes;
    try (FileChannel file = FileChannel.open(receiver.output())) {
      ByteBuffer buffer = ByteBuffer.allocate(Math.toIntExact(file.size() - read));
      file.read(buffer, read);
      bytes = buffer.array();
    }
    int begin = 0;
    for (int i = 0; i < bytes.length; i++) {
      if (bytes[i] == '\n') {
        String message =
            JSON.readTree(new String(bytes, begin, i - begin, UTF_8)).path("message").asText();
        into.add((message.startsWith("\ufeff") ? message.substring(1) : message).getBytes(UTF_8));
        begin = i + 1;
      }
    }
    read += begin;
  }
}
