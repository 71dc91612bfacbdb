package io.entrarelay.sink.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.entrarelay.record.LineIdentity;
import io.entrarelay.state.Steps;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigResource;
import org.assertj.core.groups.Tuple;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The Kafka sink on a real broker: what arrives, and what becomes of what can't. */
@Timeout(300)
class KafkaSinkIT {
  private static final String TOPIC = "topic=entra.${variable.form}.${variable.report}";
  private static final Duration SOON = Duration.ofSeconds(90);

  @SuppressWarnings("NullAway.Init") // JUnit sets it
  @TempDir
  static Path brokerDirectory;

  @SuppressWarnings("NullAway.Init") // set before all tests
  private static KafkaBroker broker;

  @SuppressWarnings("NullAway.Init") // JUnit sets it
  @TempDir
  Path directory;

  @BeforeAll
  static void start() throws Exception {
    broker =
        KafkaBroker.in(brokerDirectory)
            .set("message.max.bytes", "300000")
            .set("auto.create.topics.enable", "true")
            .start();
  }

  @AfterAll
  static void stop() throws Exception {
    broker.close();
  }

  private static List<String> values(String topic) {
    return broker.committed(topic).stream().map(it -> new String(it.value(), UTF_8)).toList();
  }

  private static Map<String, String> headers(ConsumerRecord<String, byte[]> record) {
    return StreamSupport.stream(record.headers().spliterator(), false)
        .collect(
            java.util.stream.Collectors.toMap(
                header -> header.key(), header -> new String(header.value(), UTF_8)));
  }

  private static long seed = 7;

  /** A text that doesn't compress. */
  private static String noise(int length) {
    Random random = new Random(seed++);
    StringBuilder text = new StringBuilder(length);
    for (int i = 0; i < length; i++) {
      text.append(
          "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+/"
              .charAt(random.nextInt(64)));
    }
    return text.toString();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aPageArrivesWithKeysAndHeadersInTheTopicOfItsForm(boolean transactional) throws Exception {
    String report = "signIns" + transactional;
    try (KafkaRoute route =
        new KafkaRoute(
            directory, broker.brokers(), Map.of(), TOPIC + "&transactional=" + transactional)) {
      route.add(
          3,
          "vendor",
          report,
          List.of(KafkaRoute.line("r-1"), KafkaRoute.line("r-1", 2, "Ä\\u00e4")));
      route.add(
          3,
          "short",
          report,
          List.of("{\"who\":\"me\"}", "{\"who\":\"you\"}"),
          List.of(new LineIdentity("r-1", 2), LineIdentity.UNKNOWN));
      assertThat(route.delivered(SOON)).as(route.problem()).isTrue();
    }
    List<ConsumerRecord<String, byte[]>> vendor = broker.committed("entra.vendor." + report);
    assertThat(vendor)
        .extracting(ConsumerRecord::key)
        .containsOnly(KafkaRoute.TENANT + "/r-1")
        .hasSize(2);
    assertThat(vendor)
        .extracting(it -> new String(it.value(), UTF_8))
        .containsExactly(KafkaRoute.line("r-1"), KafkaRoute.line("r-1", 2, "Ä\\u00e4"));
    assertThat(vendor)
        .extracting(KafkaSinkIT::headers)
        .containsExactly(
            Map.of(
                "integration",
                "contoso",
                "report",
                report,
                "form",
                "vendor",
                "record-id",
                "r-1",
                "revision",
                "0"),
            Map.of(
                "integration",
                "contoso",
                "report",
                report,
                "form",
                "vendor",
                "record-id",
                "r-1",
                "revision",
                "2"));
    List<ConsumerRecord<String, byte[]>> brief = broker.committed("entra.short." + report);
    assertThat(brief)
        .extracting(ConsumerRecord::key)
        .containsExactlyInAnyOrder(KafkaRoute.TENANT + "/r-1", KafkaRoute.TENANT);
    assertThat(brief)
        .extracting(KafkaSinkIT::headers)
        .containsExactlyInAnyOrder(
            Map.of(
                "integration",
                "contoso",
                "report",
                report,
                "form",
                "short",
                "record-id",
                "r-1",
                "revision",
                "2"),
            Map.of("integration", "contoso", "report", report, "form", "short"));
  }

  private static void limit(String topic, int bytes) throws Exception {
    try (var admin = broker.admin()) {
      admin
          .incrementalAlterConfigs(
              Map.of(
                  new ConfigResource(ConfigResource.Type.TOPIC, topic),
                  List.of(
                      new AlterConfigOp(
                          new ConfigEntry("max.message.bytes", String.valueOf(bytes)),
                          AlterConfigOp.OpType.SET))))
          .all()
          .get();
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void whatWasRefusedComesWithItsKeyWhenItIsTakenAfterAll(boolean transactional) throws Exception {
    String topic = "entra.short.refused" + transactional;
    String large = "{\"text\":\"" + noise(60_000) + "\"}";
    try (var admin = broker.admin()) {
      admin.createTopics(List.of(new NewTopic(topic, 1, (short) 1))).all().get();
    }
    limit(topic, 50_000);
    try (KafkaRoute route =
        new KafkaRoute(
            directory,
            broker.brokers(),
            KafkaRoute.IMPATIENT,
            TOPIC + "&transactional=" + transactional)) {
      // the same line of two records, and of two revisions of one
      route.add(
          5,
          "short",
          "refused" + transactional,
          List.of(large, "{}", large, large),
          List.of(
              new LineIdentity("a", 0),
              new LineIdentity("small", 0),
              new LineIdentity("b", 1),
              new LineIdentity("b", 2)));
      assertThat(route.delivered(SOON)).as(route.problem()).isTrue();
      assertThat(route.deadLetters()).hasSize(3);
      limit(topic, 300_000);
      assertThat(route.retry()).isEqualTo(3);
      assertThat(route.delivered(SOON)).as(route.problem()).isTrue();
      assertThat(route.deadLetters()).isEmpty();
    }
    List<Tuple> taken =
        broker.committed(topic).stream()
            .map(it -> tuple(it.key(), headers(it).get("record-id"), headers(it).get("revision")))
            .toList();
    // a page that failed comes again whole, where no transaction takes back what had been sent
    assertThat(taken).hasSizeLessThanOrEqualTo(5 * 4);
    assertThat(transactional ? taken : List.copyOf(Set.copyOf(taken)))
        .containsExactlyInAnyOrder(
            tuple(KafkaRoute.TENANT + "/small", "small", "0"),
            tuple(KafkaRoute.TENANT + "/a", "a", "0"),
            tuple(KafkaRoute.TENANT + "/b", "b", "1"),
            tuple(KafkaRoute.TENANT + "/b", "b", "2"));
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void recordsOverTheBrokersLimitAreSetAsideAndTheOthersArrive(boolean transactional)
      throws Exception {
    String report = "large" + transactional;
    String large = KafkaRoute.line("large", 0, noise(500_000));
    List<String> lines = new ArrayList<>(KafkaRoute.lines("small", 200));
    lines.add(50, large);
    lines.add(150, large.replace("large", "other"));
    try (KafkaRoute route =
        new KafkaRoute(
            directory, broker.brokers(), Map.of(), TOPIC + "&transactional=" + transactional)) {
      route.add(5, "vendor", report, lines);
      route.add(5, "vendor", report, KafkaRoute.lines("next", 10));
      assertThat(route.delivered(SOON)).as(route.problem()).isTrue();
      assertThat(route.deadLetters())
          .hasSize(2)
          .allSatisfy(
              it ->
                  assertThat(it)
                      .startsWith(
                          "sink.kafka: Kafka at "
                              + broker.brokers()
                              + " takes no record of this size for the topic entra.vendor."
                              + report
                              + " (500")
                      .contains("Raise max.message.bytes of the topic"))
          .anySatisfy(it -> assertThat(it).endsWith("\n" + large));
    }
    assertThat(values("entra.vendor." + report))
        .hasSize(210)
        .doesNotHaveDuplicates()
        .doesNotContain(large);
  }

  @Test
  void aLimitBelowTheBatchSizeIsLivedWith() throws Exception {
    try (var admin = broker.admin()) {
      admin
          .createTopics(
              List.of(
                  new NewTopic("entra.vendor.narrow", 1, (short) 1)
                      .configs(Map.of("max.message.bytes", "50000"))))
          .all()
          .get();
    }
    List<String> lines = new ArrayList<>();
    IntStream.range(0, 100).forEach(i -> lines.add(KafkaRoute.line("n-" + i, 0, noise(4_000))));
    lines.add(KafkaRoute.line("large", 0, noise(60_000)));
    try (KafkaRoute route =
        new KafkaRoute(directory, broker.brokers(), KafkaRoute.IMPATIENT, TOPIC)) {
      route.add(5, "vendor", "narrow", lines);
      assertThat(route.delivered(SOON)).as(route.problem()).isTrue();
      assertThat(route.deadLetters()).hasSize(1);
    }
    // batches that were small enough by chance come again with the page that failed
    assertThat(values("entra.vendor.narrow"))
        .containsAll(lines.subList(0, 100))
        .hasSizeLessThanOrEqualTo(2 * 100)
        .isSubsetOf(lines.subList(0, 100));
  }

  @Test
  void whatWasCommittedIsNotSentAgainWhenTheStateDidNotGetToKnow() throws Exception {
    List<String> stopped = new ArrayList<>();
    Steps steps =
        step -> {
          if (step.equals("finish.participant") && stopped.size() < 2) {
            stopped.add(step);
            throw new IllegalStateException("stopped after Kafka's commit");
          }
        };
    List<String> all = new ArrayList<>();
    String options = TOPIC + "&transactional=true";
    try (KafkaRoute route = new KafkaRoute(directory, broker.brokers(), Map.of(), options, steps)) {
      for (int page = 0; page < 5; page++) {
        List<String> lines = KafkaRoute.lines("p" + page, 20);
        all.addAll(lines);
        route.add(9, "vendor", "stopped", lines);
      }
      assertThat(route.delivered(SOON)).as(route.problem()).isTrue();
      assertThat(stopped).hasSize(2);
    }
    assertThat(values("entra.vendor.stopped")).containsExactlyInAnyOrderElementsOf(all);
  }

  @Test
  void aNodeThatComesBackLateIsShutOut() throws Exception {
    String options = TOPIC + "&transactional=true";
    try (KafkaRoute route = new KafkaRoute(directory, broker.brokers(), Map.of(), options)) {
      String id = "entra-relay." + KafkaPageComponent.name(route.store().hashSeed()) + ".kafka.11";
      KafkaCluster cluster = new KafkaCluster(broker.brokers(), Map.of());
      try (Producer<byte[], byte[]> late = cluster.producer(id, false)) {
        late.initTransactions();
        late.beginTransaction();
        late.send(new ProducerRecord<>("entra.vendor.fenced", "late".getBytes(UTF_8)));
        late.flush();

        route.add(11, "vendor", "fenced", KafkaRoute.lines("own", 10));
        assertThat(route.delivered(SOON)).as(route.problem()).isTrue();
        assertThatThrownBy(late::commitTransaction).isInstanceOf(KafkaException.class);
      }
      // and the other way round: who is shut out says so, and goes on from what Kafka has
      try (Producer<byte[], byte[]> other = cluster.producer(id, false)) {
        other.initTransactions();
        route.add(11, "vendor", "fenced", KafkaRoute.lines("more", 10));
        assertThat(route.delivered(SOON)).as(route.problem()).isTrue();
      }
    }
    assertThat(values("entra.vendor.fenced"))
        .hasSize(20)
        .doesNotHaveDuplicates()
        .doesNotContain("late");
  }

  @Test
  void aStateThatWasSetBackLosesNothing() throws Exception {
    String options = TOPIC + "&transactional=true";
    Path database = directory.resolve("relay.db");
    try (KafkaRoute route = new KafkaRoute(directory, broker.brokers(), Map.of(), options)) {
      route.add(2, "vendor", "setback", KafkaRoute.lines("first", 5));
      assertThat(route.delivered(SOON)).as(route.problem()).isTrue();
    }
    Path backup = Files.copy(database, directory.resolve("backup.db"));
    try (KafkaRoute route = new KafkaRoute(directory, broker.brokers(), Map.of(), options)) {
      route.add(2, "vendor", "setback", KafkaRoute.lines("gone", 5));
      assertThat(route.delivered(SOON)).as(route.problem()).isTrue();
    }
    try (var files = Files.newDirectoryStream(directory, "relay.db*")) {
      for (Path file : files) {
        Files.delete(file);
      }
    }
    Files.copy(backup, database);
    try (KafkaRoute route = new KafkaRoute(directory, broker.brokers(), Map.of(), options)) {
      route.add(2, "vendor", "setback", KafkaRoute.lines("other", 5)); // under the number of "gone"
      assertThat(route.delivered(SOON)).as(route.problem()).isTrue();
    }
    assertThat(values("entra.vendor.setback"))
        .contains(KafkaRoute.line("other-0"))
        .hasSize(15)
        .doesNotHaveDuplicates();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aNameThatNoTopicCanHaveIsSetAside(boolean transactional) throws Exception {
    try (KafkaRoute route =
        new KafkaRoute(
            directory,
            broker.brokers(),
            Map.of(),
            "topic=entra.${variable.report}&transactional=" + transactional)) {
      route.add(1, "vendor", "sign ins", KafkaRoute.lines("a", 3));
      route.add(1, "vendor", "good" + transactional, KafkaRoute.lines("b", 3));
      assertThat(route.delivered(SOON)).as(route.problem()).isTrue();
      assertThat(route.deadLetters())
          .hasSize(3)
          .allSatisfy(it -> assertThat(it).contains("takes no topic of the name entra.sign ins"));
    }
    assertThat(values("entra.good" + transactional)).hasSize(3);
  }
}
