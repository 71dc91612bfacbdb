package io.entrarelay.sink.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.entrarelay.record.FormLines;
import io.entrarelay.record.LineIdentity;
import io.entrarelay.relay.DeadLetterRetry;
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
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.jspecify.annotations.Nullable;

/** A store, its outbox, and a route from there to Kafka. */
final class KafkaRoute implements AutoCloseable {
  static final String TENANT = "7f3f5d6c-3a5b-4c59-9a44-6d1f6f7f0a01";

  /** For a broker that is away, or that a producer must give up: on a slow machine too soon. */
  static final Map<String, String> IMPATIENT =
      Map.of(
          "max.block.ms", "3000",
          "request.timeout.ms", "3000",
          "delivery.timeout.ms", "5000",
          "reconnect.backoff.max.ms", "200");

  private final Path database;
  private final JdbcStore store;
  private final Map<Integer, Lease> leases;
  private final Outbox outbox;
  private final DefaultCamelContext camel = new DefaultCamelContext();

  /**
   * @param directory holds the store, which outlives this
   * @param options of the endpoint: {@code transactional=true}
   */
  KafkaRoute(Path directory, String brokers, Map<String, String> properties, String options)
      throws Exception {
    this(directory, brokers, properties, options, Steps.NONE);
  }

  KafkaRoute(
      Path directory, String brokers, Map<String, String> properties, String options, Steps steps)
      throws Exception {
    database = directory.resolve("relay.db");
    store = JdbcStore.sqlite(database, Steps.NONE);
    leases = store.takeAll("test");
    outbox = new Outbox(store, () -> true, InstantSource.system(), steps);
    leases.values().forEach(outbox::begin);
    camel.disableJMX();
    camel.addComponent("outbox", new OutboxComponent(outbox));
    camel.addComponent(
        "kafka-page", new KafkaPageComponent(properties, store.hashSeed(), InstantSource.system()));
    camel.addRoutes(
        new RouteBuilder() {
          @Override
          public void configure() {
            from("outbox:kafka?forms=vendor,short").to("kafka-page:" + brokers + "?" + options);
          }
        });
    camel.start();
    outbox.complete();
  }

  static String line(String id) {
    return line(id, 0, "");
  }

  static String line(String id, int revision, String more) {
    return "{\"time\":\"2026-11-25T22:00:00Z\",\"relay\":{\"integration\":\"contoso\",\"report\":\"signIns\",\"revision\":"
        + revision
        + "},\"properties\":{\"id\":\""
        + id
        + "\",\"more\":\""
        + more
        + "\"}}";
  }

  /** Lines with these ids: {@code prefix-0}, {@code prefix-1}, … */
  static List<String> lines(String prefix, int count) {
    return IntStream.range(0, count).mapToObj(i -> line(prefix + "-" + i)).toList();
  }

  /** A page into the outbox of a shard, in vendor form, whose lines tell their ids. */
  void add(int shard, String form, String report, List<String> lines) {
    List<byte[]> bytes = lines.stream().map(line -> line.getBytes(UTF_8)).toList();
    add(
        shard,
        form,
        report,
        lines,
        bytes.stream().map(line -> LineIdentity.ofVendor(line, 0, line.length)).toList());
  }

  void add(
      int shard, String form, String report, List<String> lines, List<LineIdentity> identities) {
    FormLines page = FormLines.of(String.join("\n", lines).getBytes(UTF_8)).identified(identities);
    store.commit(
        new PageCommit(
            Objects.requireNonNull(leases.get(shard)),
            1,
            1_795_350_896_000L,
            List.of(),
            List.of(
                new OutboxRow(
                    form,
                    "contoso",
                    report,
                    TENANT,
                    1_795_350_896_000L,
                    page.size(),
                    page.length(),
                    page.compressed())),
            List.of(),
            Map.of(),
            null));
    outbox.grown(shard);
  }

  /** Waits until all has left. */
  boolean delivered(Duration atMost) throws InterruptedException {
    outbox.finishAll();
    return outbox.awaitDelivered(atMost);
  }

  @Nullable String problem() {
    SinkWorker.Problem problem = Objects.requireNonNull(outbox.workers().get("kafka")).problem();
    return problem == null ? null : problem.message();
  }

  long delivered() {
    return Objects.requireNonNull(outbox.workers().get("kafka")).delivered();
  }

  /** Reason and original of what was set aside. */
  List<String> deadLetters() throws SQLException {
    List<String> letters = new ArrayList<>();
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + database);
        Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery(
                "SELECT stage, reason, record FROM dead_letter ORDER BY reason")) {
      while (rows.next()) {
        letters.add(
            rows.getString(1)
                + ": "
                + rows.getString(2)
                + "\n"
                + new String(rows.getBytes(3), UTF_8));
      }
    }
    return letters;
  }

  /** Tries all dead letters again; how many are on their way. */
  int retry() {
    return new DeadLetterRetry(
            store,
            List.of("vendor", "short"),
            () -> {
              throw new AssertionError("nothing is mapped");
            },
            outbox::grown)
        .retry(new DeadLetters.Filter(List.of(), null, null, null), 0, 100)
        .retried();
  }

  JdbcStore store() {
    return store;
  }

  @Override
  public void close() {
    camel.stop();
    store.close();
  }
}
