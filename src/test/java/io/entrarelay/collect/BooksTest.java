package io.entrarelay.collect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.entrarelay.collect.Books.Fate;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class BooksTest {
  @Property(tries = 200)
  void eachRecordEndsOnce(@ForAll long seed, @ForAll @IntRange(max = 60) int records) {
    Random random = new Random(seed);
    Books books = new Books(records);
    Fate[] fates = new Fate[records];
    Arrays.fill(fates, Fate.OPEN);
    assertThat(books.balance()).isEqualTo(records == 0);
    for (int i = 0; i < 2 * records; i++) {
      int ordinal = random.nextInt(records);
      Fate fate = Fate.values()[1 + random.nextInt(4)];
      if (fates[ordinal] == Fate.OPEN) {
        books.end(ordinal, fate);
        fates[ordinal] = fate;
      } else {
        assertThatThrownBy(() -> books.end(ordinal, fate))
            .isInstanceOf(IllegalStateException.class)
            .hasMessage(
                "record %d of the page ended twice: %s, then %s", ordinal, fates[ordinal], fate);
      }
      assertThat(books.fate(ordinal)).isEqualTo(fates[ordinal]);
    }
    assertThat(books.size()).isEqualTo(records);
    assertThat(EnumSet.allOf(Fate.class).stream().mapToInt(books::count).sum()).isEqualTo(records);
    for (Fate fate : Fate.values()) {
      assertThat(books.count(fate))
          .isEqualTo((int) Arrays.stream(fates).filter(it -> it == fate).count());
    }
    assertThat(books.open()).hasSize(books.count(Fate.OPEN));
    assertThat(Arrays.stream(books.open())).allMatch(ordinal -> fates[ordinal] == Fate.OPEN);
    assertThat(books.balance()).isEqualTo(books.open().length == 0);
  }

  @Test
  void openIsNoEnd() {
    Books books = new Books(1);
    assertThatThrownBy(() -> books.end(0, Fate.OPEN))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a record does not end as OPEN");
  }
}
