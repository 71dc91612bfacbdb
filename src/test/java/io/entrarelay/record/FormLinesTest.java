package io.entrarelay.record;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.Zstd;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class FormLinesTest {
  private static final byte[] BYTES = "{\"a\":1}\n{\"b\":2}\n(room)".getBytes(UTF_8);
  private static final FormLines LINES =
      new FormLines(BYTES, 16, new int[] {8, 16}, new int[] {3, 5});

  private static final LineIdentity FIRST = new LineIdentity("a \"\\\n\u0000\u00e4", 0);
  private static final LineIdentity SECOND = new LineIdentity(null, 12);
  private static final FormLines IDENTIFIED = LINES.identified(List.of(FIRST, SECOND));

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
  void aLineKeepsItsRecordWhateverBecomesOfIt() throws IOException {
    FormLines read = FormLines.read(IDENTIFIED.compressed(), 100);
    assertThat(read.toBytes()).isEqualTo(LINES.toBytes());
    assertThat(read.identity(0)).isEqualTo(FIRST);
    assertThat(read.identity(1)).isEqualTo(SECOND);

    FormLines second = read.only(line -> line == 1);
    assertThat(second.size()).isEqualTo(1);
    assertThat(second.identity(0)).isEqualTo(SECOND);
    FormLines less = new PropertyRemoval("/b").from(second);
    assertThat(texts(less)).containsExactly("{}");
    assertThat(less.identity(0)).isEqualTo(SECOND);
    assertThat(read.only(line -> false).size()).isZero();
  }

  @Test
  void linesThatARouteHasMadeTellTheirRecordInVendorFormOnly() {
    FormLines made =
        FormLines.of(
            "{\"relay\":{\"revision\":3},\"properties\":{\"id\":\"a\"}}\n{\"id\":\"b\"}"
                .getBytes(UTF_8));
    assertThat(made.identity(0)).isEqualTo(new LineIdentity("a", 3));
    assertThat(made.identity(1)).isEqualTo(LineIdentity.UNKNOWN);
  }

  @Test
  void everyLineHasAnIdentity() {
    assertThatThrownBy(() -> LINES.identified(List.of(FIRST)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("1 identities, 2 lines");
  }

  @Test
  void zstdItselfGivesTheLinesAlone() {
    assertThat(Zstd.decompress(IDENTIFIED.compressed(), 1000)).isEqualTo(LINES.toBytes());
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
    refusesDamage(LINES.compressed(), 5);
    refusesDamage(IDENTIFIED.compressed(), 0);
    for (int length = 1; length < IDENTIFIED.compressed().length; length++) {
      byte[] part = Arrays.copyOf(IDENTIFIED.compressed(), length);
      assertThatThrownBy(() -> FormLines.read(part, 1000))
          .as("%d bytes", length)
          .isInstanceOf(IOException.class)
          .hasMessageStartingWith("The stored lines ");
    }
  }

  private static void refusesDamage(byte[] frame, int from) {
    for (int i = from; i < frame.length; i++) {
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
