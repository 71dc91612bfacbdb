package io.entrarelay.collect;

import static org.assertj.core.api.Assertions.assertThat;

import io.entrarelay.state.JdbcStore;
import io.entrarelay.state.Lease;
import io.entrarelay.state.PageCommit;
import io.entrarelay.state.PageCommit.SeenSegment;
import io.entrarelay.state.Steps;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SeenMinutesTest {
  private static final String TENANT = "11111111-2222-3333-4444-555555555555";
  private static final int BOUND = 20_000;

  @Test
  void whatDoesNotFitComesFromTheStore(@TempDir Path dir) {
    try (JdbcStore store = JdbcStore.sqlite(dir.resolve("relay.db"), Steps.NONE)) {
      Lease lease = Objects.requireNonNull(store.takeAll("test").get(Lease.shard(TENANT, TENANT)));
      long feed = store.feed(TENANT, TENANT, "signIns", 0).id();
      SeenMinutes seen = new SeenMinutes(store, BOUND);
      Map<Long, Integer> pairs = new HashMap<>();
      Random random = new Random(7);
      for (int i = 0; i < 250; i++) {
        long minute = random.nextInt(80) * SeenMinutes.MINUTE;
        SeenMinute set = seen.get(feed, minute);
        int before = pairs.getOrDefault(minute, 0);
        assertThat(set.version()).isEqualTo(before);
        int more = 1 + random.nextInt(20);
        ByteBuffer segment = ByteBuffer.allocate(more * SeenMinute.PAIR);
        for (int pair = before; pair < before + more; pair++) {
          segment.putLong(pair + 2).putLong(minute).putLong(3);
        }
        store.commit(
            new PageCommit(
                lease,
                feed,
                0,
                List.of(new SeenSegment(minute, segment.array())),
                List.of(),
                List.of(),
                Map.of(),
                null));
        for (int pair = before; pair < before + more; pair++) {
          set.add(pair + 2, minute, 3);
        }
        seen.grown(feed, minute, set);
        pairs.put(minute, before + more);
        assertThat(seen.bytes()).isLessThanOrEqualTo(BOUND);
      }
      pairs.forEach(
          (minute, n) -> {
            SeenMinute set = seen.get(feed, minute);
            assertThat(set.version()).isEqualTo(n);
            for (int pair = 0; pair < n; pair++) {
              assertThat(set.has(pair + 2, minute, 3)).isTrue();
            }
            assertThat(set.has(n + 2, minute, 3)).isFalse();
          });
    }
  }

  @Test
  void aMinuteIsOneOfEventTime() {
    assertThat(SeenMinutes.minute(-1)).isEqualTo(-60_000);
    assertThat(SeenMinutes.minute(0)).isZero();
    assertThat(SeenMinutes.minute(59_999)).isZero();
    assertThat(SeenMinutes.minute(60_000)).isEqualTo(60_000);
  }
}
