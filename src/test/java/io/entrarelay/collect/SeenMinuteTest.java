package io.entrarelay.collect;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class SeenMinuteTest {
  private record Id(long high, long low) {}

  /** Ids that collide in the table, ids of zeros, and contents of zero. */
  private static long awkward(Random random) {
    return switch (random.nextInt(4)) {
      case 0 -> 0;
      case 1 -> (long) random.nextInt(3) << 40;
      case 2 -> random.nextInt(20) - 10;
      default -> random.nextLong();
    };
  }

  /** The table keeps an id whose hash begins with zeros as one that begins with a one. */
  private static long high(Random random) {
    long high = awkward(random);
    return high == 1 ? 2 : high;
  }

  private static void same(SeenMinute minute, Map<Id, Set<Long>> model, Random random) {
    model.forEach(
        (id, contents) -> {
          assertThat(minute.contents(id.high, id.low)).isEqualTo(contents.size());
          for (long content : contents) {
            assertThat(minute.has(id.high, id.low, content)).isTrue();
          }
        });
    for (int i = 0; i < 50; i++) {
      Id id = new Id(high(random), awkward(random));
      long content = awkward(random);
      Set<Long> contents = model.getOrDefault(id, Set.of());
      assertThat(minute.has(id.high, id.low, content)).isEqualTo(contents.contains(content));
      assertThat(minute.contents(id.high, id.low)).isEqualTo(contents.size());
    }
  }

  @Property(tries = 300)
  void isASetOfPairs(@ForAll long seed, @ForAll @IntRange(max = 400) int adds) {
    Random random = new Random(seed);
    SeenMinute minute = SeenMinute.of(new byte[0]);
    Map<Id, Set<Long>> model = new HashMap<>();
    ByteBuffer stored = ByteBuffer.allocate(adds * SeenMinute.PAIR);
    List<Id> ids = new ArrayList<>();
    int pairs = 0;
    for (int i = 0; i < adds; i++) {
      Id id =
          !ids.isEmpty() && random.nextInt(3) == 0
              ? ids.get(random.nextInt(ids.size()))
              : new Id(high(random), awkward(random));
      long content = awkward(random);
      boolean isNew = model.computeIfAbsent(id, key -> new HashSet<>()).add(content);
      assertThat(minute.has(id.high, id.low, content)).isEqualTo(!isNew);
      if (isNew) {
        ids.add(id);
        minute.add(id.high, id.low, content);
        stored.putLong(id.high).putLong(id.low).putLong(content);
        pairs++;
      }
      assertThat(minute.version()).as("another page can tell").isEqualTo(pairs);
    }
    same(minute, model, random);
    byte[] segment = java.util.Arrays.copyOf(stored.array(), pairs * SeenMinute.PAIR);
    SeenMinute again = SeenMinute.of(segment);
    same(again, model, random);
    assertThat(again.version())
        .as("as it was before it left memory, so that no page takes it for unchanged")
        .isEqualTo(minute.version());
  }

  @Test
  void growsWithItsPairs() {
    Random random = new Random(1);
    SeenMinute minute = SeenMinute.of(new byte[0]);
    assertThat(minute.bytes()).isLessThan(300);
    for (int i = 0; i < 100_000; i++) {
      minute.add(random.nextLong(), random.nextLong(), random.nextLong());
    }
    assertThat(minute.bytes() / 100_000.0).as("bytes a pair").isBetween(24 * 1.5, 24 * 3.1);
  }
}
