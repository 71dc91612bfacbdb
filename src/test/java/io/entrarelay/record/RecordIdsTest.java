package io.entrarelay.record;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import org.junit.jupiter.api.Test;

/** The ids of a page's records in step with the lines of a form that some of them didn't get. */
class RecordIdsTest {
  private static final byte[] PAGE =
      """
      {"value":[{"id":"a"},{"id":"b\\u0061\\"\\n"},{"id":7},{"name":"none"},{"id":""},{"id":null},
                {"id":"twice","id":"last"},{"id":"ü"}]}
      """
          .getBytes(UTF_8);

  private static FormLines lines(int... ordinals) {
    FormLines.Writer lines = new FormLines.Writer(ordinals.length, 10);
    for (int ordinal : ordinals) {
      lines.add("{}".getBytes(UTF_8), 0, 2);
      lines.end(ordinal);
    }
    return lines.done();
  }

  private static Selection taken(int... ordinals) {
    Selection taken = new Selection();
    for (int ordinal : ordinals) {
      taken.add(ordinal, ordinal * 10);
    }
    return taken;
  }

  private static RecordBatch page() throws PageException {
    return new PageCutter(Reports.signIns(), 7).cut(PAGE, PAGE.length);
  }

  private static FormLines stored(FormLines lines, Selection taken)
      throws IOException, PageException {
    return FormLines.read(lines.identified(page(), taken).compressed(), 1000);
  }

  @Test
  void eachLineIsOfItsRecord() throws Exception {
    FormLines all = stored(lines(0, 1, 2, 3, 4, 5, 6, 7), taken(0, 1, 2, 3, 4, 5, 6, 7));
    assertThat(all.identity(0)).isEqualTo(new LineIdentity("a", 0));
    assertThat(all.identity(1)).isEqualTo(new LineIdentity("ba\"\n", 10));
    assertThat(all.identity(2)).isEqualTo(new LineIdentity("7", 20));
    assertThat(all.identity(3)).isEqualTo(new LineIdentity(null, 30));
    assertThat(all.identity(4)).isEqualTo(new LineIdentity(null, 40));
    assertThat(all.identity(5)).isEqualTo(new LineIdentity(null, 50));
    assertThat(all.identity(6)).isEqualTo(new LineIdentity("last", 60));
    assertThat(all.identity(7)).isEqualTo(new LineIdentity("ü", 70));
  }

  @Test
  void recordsThatDidNotGetTheFormAreLeftOut() throws Exception {
    FormLines some = stored(lines(1, 6), taken(0, 1, 4, 6, 7));
    assertThat(some.identity(0)).isEqualTo(new LineIdentity("ba\"\n", 10));
    assertThat(some.identity(1)).isEqualTo(new LineIdentity("last", 60));
  }

  @Test
  void severalLinesMayBeOfOneRecord() throws Exception {
    FormLines some = stored(lines(0, 0, 7), taken(0, 7));
    assertThat(some.identity(1)).isEqualTo(new LineIdentity("a", 0));
    assertThat(some.identity(2)).isEqualTo(new LineIdentity("ü", 70));
  }

  @Test
  void aLineOfAnotherRecordIsRefused() {
    assertThatThrownBy(() -> lines(0, 2).identified(page(), taken(0, 1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("line 1 is of record 2");
  }
}
