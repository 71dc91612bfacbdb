package io.entrarelay.plan;

import static org.assertj.core.api.Assertions.assertThat;

import io.entrarelay.plan.Plan.Coverage;
import io.entrarelay.plan.Plan.Recheck;
import io.entrarelay.state.JdbcStore;
import io.entrarelay.state.Lease;
import io.entrarelay.state.Steps;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoredCoverageTest {
  private static final String TENANT = "11111111-2222-3333-4444-555555555555";

  /** An age that has read nothing is known all the same: else a restart would take it for new. */
  @Test
  void comesBackAsItWasStored(@TempDir Path dir) {
    try (JdbcStore store = JdbcStore.sqlite(dir.resolve("relay.db"), Steps.NONE)) {
      Map<Integer, Lease> leases = store.takeAll("test");
      Lease lease = Objects.requireNonNull(leases.get(Lease.shard(TENANT, TENANT)));
      long feed = store.feed(TENANT, TENANT, "signIns", 5).id();
      Coverage coverage =
          new Coverage(
              10,
              new TreeMap<>(
                  Map.of(
                      0L,
                      Intervals.of(10, 20).plus(30, 40),
                      5L,
                      Intervals.of(10, 15),
                      60L,
                      Intervals.NONE)),
              List.of(new Recheck(3, 7, 90), new Recheck(12, 13, 95)));
      store.coverage(lease, feed, coverage);
      assertThat(store.feed(TENANT, TENANT, "signIns", 5).coverage()).isEqualTo(coverage);
    }
  }
}
