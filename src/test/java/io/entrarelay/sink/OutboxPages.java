package io.entrarelay.sink;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.entrarelay.record.FormLines;
import io.entrarelay.record.LineIdentity;
import io.entrarelay.state.JdbcStore;
import io.entrarelay.state.Lease;
import io.entrarelay.state.PageCommit;
import io.entrarelay.state.PageCommit.OutboxRow;
import io.entrarelay.state.Steps;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** A store whose outbox holds pages of one line each. */
final class OutboxPages implements AutoCloseable {
  static final long COLLECTED = 1_795_350_896_000L;

  final JdbcStore store;
  final Map<Integer, Lease> leases;

  OutboxPages(Path directory, Steps steps) {
    store = JdbcStore.sqlite(directory.resolve("relay.db"), steps);
    leases = store.takeAll("test");
  }

  Lease lease(int shard) {
    return Objects.requireNonNull(leases.get(shard));
  }

  /** A page of an integration; its line is {@code {"n":"<name>"}}, its record's id the name. */
  void add(int shard, String integration, String name) {
    add(shard, integration, name, COLLECTED);
  }

  void add(int shard, String integration, String name, long collectedAt) {
    FormLines line =
        FormLines.of(line(name).getBytes(UTF_8)).identified(List.of(new LineIdentity(name, 2)));
    store.commit(
        new PageCommit(
            lease(shard),
            1,
            collectedAt,
            List.of(),
            List.of(
                new OutboxRow(
                    "vendor",
                    integration,
                    "signIns",
                    "tenant",
                    collectedAt,
                    1,
                    line.length(),
                    line.compressed())),
            List.of(),
            Map.of(),
            null));
  }

  static String line(String name) {
    return "{\"n\":\"" + name + "\"}\n";
  }

  @Override
  public void close() {
    store.close();
  }
}
