package io.entrarelay.sink.syslog;

import io.entrarelay.record.FormLines;
import io.entrarelay.record.LineIdentity;
import io.entrarelay.sink.Outbox;
import io.entrarelay.sink.OutboxComponent;
import io.entrarelay.sink.SinkWorker;
import io.entrarelay.state.DeadLetters;
import io.entrarelay.state.JdbcStore;
import io.entrarelay.state.Lease;
import io.entrarelay.state.PageCommit;
import io.entrarelay.state.PageCommit.OutboxRow;
import io.entrarelay.state.Steps;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.camel.CamelContext;
import org.apache.camel.Processor;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.jspecify.annotations.Nullable;

/** A store on the disk, its outbox, and a route from there to a syslog receiver. */
final class OutboxToSyslog implements AutoCloseable {
  static final String INTEGRATION = "contoso";
  static final String TENANT = "7f3f5d6c-3a5b-4c59-9a44-6d1f6f7f0a01";
  static final String HOST = "relay.example.com";
  static final long COLLECTED = 1_795_350_896_000L;

  private final JdbcStore store;
  private final Map<Integer, Lease> leases;
  private final Outbox outbox;
  private final CamelContext camel = new DefaultCamelContext();

  /**
   * @param endpoint {@code syslog:HOST:PORT?…}
   * @param step what an engineer has put before the sink
   */
  OutboxToSyslog(Path directory, String endpoint, Processor step) throws Exception {
    store = JdbcStore.sqlite(directory.resolve("relay.db"), Steps.NONE);
    leases = store.takeAll("test");
    outbox = new Outbox(store, () -> true, InstantSource.system(), Steps.NONE);
    leases.values().forEach(outbox::begin);
    camel.addComponent("outbox", new OutboxComponent(outbox));
    camel.addComponent("syslog", new SyslogComponent(HOST));
    camel.addRoutes(
        new RouteBuilder() {
          @Override
          public void configure() {
            errorHandler(noErrorHandler());
            from("outbox:syslog?forms=vendor").routeId("sink.syslog").process(step).to(endpoint);
          }
        });
  }

  OutboxToSyslog(Path directory, String endpoint) throws Exception {
    this(directory, endpoint, exchange -> {});
  }

  /** What was refused: stage, reason, and how often. */
  List<String> deadLetters() {
    return store
        .deadLetters()
        .list(new DeadLetters.Filter(List.of(), null, null, null), 0, 100)
        .stream()
        .map(letter -> letter.stage() + ": " + letter.reason() + " x" + letter.times())
        .toList();
  }

  /** A page of the report, whose lines tell their ids. */
  void add(int shard, String report, List<byte[]> records) {
    add(
        shard,
        report,
        records,
        records.stream().map(it -> LineIdentity.ofVendor(it, 0, it.length)).toList());
  }

  void add(int shard, String report, List<byte[]> records, List<LineIdentity> identities) {
    FormLines.Writer writer = new FormLines.Writer(records.size(), 1 << 16);
    for (byte[] record : records) {
      writer.add(record, 0, record.length);
      writer.end(writer.size());
    }
    FormLines lines = writer.done().identified(identities);
    store.commit(
        new PageCommit(
            Objects.requireNonNull(leases.get(shard)),
            1,
            COLLECTED,
            List.of(),
            List.of(
                new OutboxRow(
                    "vendor",
                    INTEGRATION,
                    report,
                    TENANT,
                    COLLECTED,
                    lines.size(),
                    lines.length(),
                    lines.compressed())),
            List.of(),
            Map.of(),
            null));
    outbox.grown(shard);
  }

  void start() {
    camel.start();
    outbox.complete();
  }

  /** Waits until the position has passed everything. */
  void awaitDelivered(Duration atMost) throws InterruptedException {
    outbox.finishAll();
    if (!outbox.awaitDelivered(atMost)) {
      throw new AssertionError("not delivered within " + atMost + ": " + problem());
    }
  }

  /** Why it stands still; null while it does not. */
  @Nullable String problem() {
    SinkWorker worker = outbox.workers().get("syslog");
    SinkWorker.Problem problem = worker == null ? null : worker.problem();
    return problem == null ? null : problem.message();
  }

  @Override
  public void close() throws Exception {
    camel.close();
    store.close();
  }
}
