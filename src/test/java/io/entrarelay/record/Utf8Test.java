package io.entrarelay.record;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CoderResult;
import java.util.Arrays;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/** Agrees with the JDK's strict decoder. */
class Utf8Test {
  private static int byTheJdk(byte[] bytes) {
    ByteBuffer in = ByteBuffer.wrap(bytes);
    CoderResult result = UTF_8.newDecoder().decode(in, CharBuffer.allocate(bytes.length), true);
    return result.isError() ? in.position() : bytes.length;
  }

  /** Every sequence of three bytes whose first is none of ASCII, and of four where that matters. */
  @Test
  void tellsAllShortSequences() {
    byte[] edges = {0, 0x7F, (byte) 0x80, (byte) 0x8F, (byte) 0x90, (byte) 0x9F};
    byte[] more = {(byte) 0xA0, (byte) 0xBF, (byte) 0xC0, (byte) 0xC2, (byte) 0xE0, (byte) 0xFF};
    byte[] all = Arrays.copyOf(edges, 12);
    System.arraycopy(more, 0, all, 6, 6);
    for (int first = 0x80; first < 0x100; first++) {
      for (byte second : all) {
        for (byte third : all) {
          for (byte fourth : all) {
            byte[] bytes = {'a', (byte) first, second, third, fourth};
            assertThat(Utf8.malformed(bytes, 0, 5))
                .as(Arrays.toString(bytes))
                .isEqualTo(byTheJdk(bytes));
          }
        }
      }
    }
  }

  @Property
  void tellsItAnywhereInAText(@ForAll String text, @ForAll @Size(max = 4) byte[] bad) {
    byte[] good = text.getBytes(UTF_8);
    byte[] bytes = Arrays.copyOf(good, 2 * good.length + bad.length);
    System.arraycopy(bad, 0, bytes, good.length, bad.length);
    System.arraycopy(good, 0, bytes, good.length + bad.length, good.length);
    assertThat(Utf8.malformed(bytes, 0, bytes.length)).isEqualTo(byTheJdk(bytes));
  }
}
