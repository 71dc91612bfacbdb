package io.entrarelay.plan;

import static io.entrarelay.plan.Intervals.NONE;
import static io.entrarelay.plan.Intervals.OPEN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.entrarelay.plan.Intervals.Span;
import java.util.BitSet;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class IntervalsTest {
  /** Instants 0 to 38 stand for themselves, bit 39 for all that follow. */
  private static final int SMALL = 39;

  private record Both(Intervals set, BitSet model) {}

  private static long bound(int at) {
    return at == SMALL + 1 ? OPEN : at;
  }

  /** A set by adding and taking away spans, beside the same in bits. */
  private static Both both(List<Integer> numbers) {
    Intervals set = NONE;
    BitSet model = new BitSet();
    for (int number : numbers) {
      int from = number % (SMALL + 1);
      int to = number / (SMALL + 1) % (SMALL + 2);
      if (number / (SMALL + 1) / (SMALL + 2) % 3 < 2) {
        set = set.plus(from, bound(to));
        model.set(Math.min(from, to), to);
      } else {
        set = set.minus(from, bound(to));
        model.clear(Math.min(from, to), to);
      }
    }
    return new Both(set, model);
  }

  private static void same(Intervals set, BitSet model) {
    for (int i = 0; i < SMALL; i++) {
      assertThat(set.contains(i)).as("%s contains %s", set, i).isEqualTo(model.get(i));
    }
    assertThat(set.contains(OPEN - 1)).as("%s is open", set).isEqualTo(model.get(SMALL));
    assertThat(set.contains(-1)).isFalse();
    assertThat(set.isEmpty()).isEqualTo(model.isEmpty());
    List<Span> spans = set.spans();
    assertThat(spans).hasSize(set.size());
    for (int i = 1; i < spans.size(); i++) {
      assertThat(spans.get(i).from()).as("apart: %s", set).isGreaterThan(spans.get(i - 1).to());
    }
    if (!spans.isEmpty()) {
      assertThat(set.first()).isEqualTo(spans.get(0));
      assertThat(set.last()).isEqualTo(spans.get(spans.size() - 1));
    }
  }

  @Property(tries = 500)
  void isASetOfInstants(
      @ForAll @Size(max = 12) List<@IntRange(max = 5_000) Integer> one,
      @ForAll @Size(max = 12) List<@IntRange(max = 5_000) Integer> other) {
    Both a = both(one);
    Both b = both(other);
    same(a.set, a.model);

    BitSet or = (BitSet) a.model.clone();
    or.or(b.model);
    same(a.set.plus(b.set), or);
    BitSet and = (BitSet) a.model.clone();
    and.and(b.model);
    same(a.set.within(b.set), and);
    BitSet without = (BitSet) a.model.clone();
    without.andNot(b.model);
    same(a.set.minus(b.set), without);

    assertThat(a.set.equals(b.set)).isEqualTo(a.model.equals(b.model));
    assertThat(a.set.plus(b.set)).isEqualTo(b.set.plus(a.set)).hasSameHashCodeAs(b.set.plus(a.set));
  }

  @Test
  void anOpenEndGoesOnForEver() {
    Intervals open = Intervals.of(5, OPEN);
    assertThat(open.contains(OPEN - 1)).isTrue();
    assertThat(open.first().length()).isEqualTo(OPEN);
    assertThat(open.minus(10, OPEN)).isEqualTo(Intervals.of(5, 10));
    assertThat(open.plus(0, 5)).isEqualTo(Intervals.of(0, OPEN));
    assertThat(open.within(Long.MIN_VALUE, 7)).isEqualTo(Intervals.of(5, 7));
    assertThat(Intervals.of(0, OPEN)).hasToString("[1970-01-01T00:00:00Z..]");
  }

  @Test
  void aSpanWithoutLengthIsNone() {
    assertThat(Intervals.of(5, 5)).isSameAs(NONE);
    assertThat(Intervals.of(6, 5)).isSameAs(NONE);
    assertThatThrownBy(() -> new Span(5, 5))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a span ends after it begins: 5..5");
  }
}
