package io.entrarelay.state;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/** The fair part: all get up to the same bound, and together no more than there is. */
class AllowanceTest {
  @Test
  void whoWantsLittleLeavesTheRestToTheOthers() {
    assertThat(AllowanceTable.fair(List.of(122), 122)).isEqualTo(122);
    assertThat(AllowanceTable.fair(List.of(5, 122, 122), 122)).isEqualTo(58);
    assertThat(AllowanceTable.fair(List.of(122, 122, 122), 122)).isEqualTo(40);
    assertThat(AllowanceTable.fair(List.of(5, 10), 122)).isEqualTo(122);
    assertThat(AllowanceTable.fair(List.of(0, 0), 122)).isEqualTo(122);
  }

  @Property
  void togetherTheyGetNoMoreThanThereIsAndNothingIsLeftThatSomeoneWants(
      @ForAll @Size(min = 1, max = 20) List<@IntRange(max = 200) Integer> wanted,
      @ForAll @IntRange(min = 20, max = 200) int total) {
    int fair = AllowanceTable.fair(wanted, total);
    int given = wanted.stream().mapToInt(each -> Math.min(each, fair)).sum();
    assertThat(given).isLessThanOrEqualTo(total);
    boolean unmet = wanted.stream().anyMatch(each -> each > fair);
    if (unmet) {
      assertThat(given).isGreaterThan(total - wanted.size());
    }
  }
}
