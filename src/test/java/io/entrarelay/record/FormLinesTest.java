package io.entrarelay.record;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.Zstd;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class FormLinesTest {
  private static final byte[] BYTES = "{\"a\":1}\n{\"b\":2}\n(room)".getBytes(UTF_8);
  private static final FormLines LINES =
      new FormLines(BYTES, 16, new int[] {8, 16}, new int[] {3, 5});

  private static List<String> texts(FormLines lines) {
    List<String> texts = new ArrayList<>();
    lines.forEach(line -> texts.add(new String(line, UTF_8)));
    return texts;
  }

  @Test
  void givesItsLines() {
    assertThat(texts(LINES)).containsExactly("{\"a\":1}", "{\"b\":2}");
    assertThat(LINES.size()).isEqualTo(2);
    assertThat(LINES.ordinal(0)).isEqualTo(3);
    assertThat(LINES.ordinal(1)).isEqualTo(5);
    assertThat(LINES.start(1)).isEqualTo(8);
    assertThat(LINES.end(1)).isEqualTo(16);
    assertThat(LINES.toBytes()).isEqualTo("{\"a\":1}\n{\"b\":2}\n".getBytes(UTF_8));
    assertThat(LINES.stream()).hasContent("{\"a\":1}\n{\"b\":2}\n");
  }

  @Test
  void comesBackFromItsFrame() throws IOException {
    FormLines read = FormLines.read(LINES.compressed(), 16);
    assertThat(read.toBytes()).isEqualTo(LINES.toBytes());
    assertThat(texts(read)).isEqualTo(texts(LINES));
    assertThat(read.ordinal(1)).isEqualTo(1);
    FormLines none = new FormLines(new byte[0], 0, new int[0], new int[0]);
    assertThat(FormLines.read(none.compressed(), 0).size()).isZero();
  }

  @Test
  void refusesAFrameThatIsTooLarge() {
    byte[] frame = LINES.compressed();
    assertThatThrownBy(() -> FormLines.read(frame, 15))
        .isInstanceOf(IOException.class)
        .hasMessage("The stored lines have 16 bytes; the most that is read is 15.");
  }

  @Test
  void refusesWhatIsNoFrame() {
    assertThatThrownBy(() -> FormLines.read("{\"a\":1}\n".getBytes(UTF_8), 100))
        .isInstanceOf(IOException.class)
        .hasMessage("The stored lines are damaged: no zstd frame that tells its size.");
    assertThatThrownBy(() -> FormLines.read(new byte[0], 100))
        .isInstanceOf(IOException.class)
        .hasMessage("The stored lines are damaged: no zstd frame that tells its size.");
  }

  @Test
  void refusesADamagedFrame() {
    byte[] frame = LINES.compressed();
    for (int i = 5; i < frame.length; i++) {
      byte[] damaged = frame.clone();
      damaged[i] ^= 1;
      assertThatThrownBy(() -> FormLines.read(damaged, 1000))
          .as("byte %d", i)
          .isInstanceOf(IOException.class)
          .hasMessageStartingWith("The stored lines ");
    }
  }

  @Test
  void refusesALineWithoutEnd() {
    assertThatThrownBy(() -> FormLines.read(Zstd.compress("{}\n{}".getBytes(UTF_8)), 100))
        .isInstanceOf(IOException.class)
        .hasMessage("The stored lines are damaged: the last one has no end.");
  }
}
