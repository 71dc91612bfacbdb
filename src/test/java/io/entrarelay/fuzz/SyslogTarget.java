package io.entrarelay.fuzz;

import io.entrarelay.sink.syslog.EncodedAndRead;
import io.entrarelay.sink.syslog.Hostile;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * A page of any names and lines as syslog messages: a reader by the grammar of RFC 5424 gets the
 * same names and lines back.
 */
final class SyslogTarget implements FuzzTarget {
  private static final int SEPARATOR = 0x1E;

  @Override
  public String read(byte[] input) {
    return EncodedAndRead.check(input);
  }

  @Override
  public List<byte[]> seeds(Random random) {
    Hostile hostile = new Hostile(random);
    List<byte[]> seeds = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      ByteArrayOutputStream page = new ByteArrayOutputStream();
      for (String name :
          List.of("relay.example.com", "contoso", "signIns", "vendor", "tenant", "record")) {
        page.writeBytes(name.getBytes(java.nio.charset.StandardCharsets.UTF_8));
        page.write(SEPARATOR);
      }
      page.writeBytes(hostile.record());
      page.write(SEPARATOR);
      page.writeBytes(hostile.record());
      if (page.size() <= longest()) {
        seeds.add(page.toByteArray());
      }
    }
    return seeds;
  }

  @Override
  public int longest() {
    return 20_000;
  }
}
