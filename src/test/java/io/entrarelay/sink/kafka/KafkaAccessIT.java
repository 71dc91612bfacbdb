package io.entrarelay.sink.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.entrarelay.config.RelaySettings;
import io.entrarelay.onboard.IntegrationCheck.Line;
import io.entrarelay.onboard.IntegrationCheck.Outcome;
import io.entrarelay.onboard.KafkaCheck;
import io.entrarelay.sink.kafka.KafkaBroker.Listener;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.NewTopic;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Who is let in by a real broker that asks, and what is said to whom is not. */
@Timeout(300)
class KafkaAccessIT {
  private static final Duration SOON = Duration.ofSeconds(90);
  private static final String TOPIC = "access";

  @SuppressWarnings("NullAway.Init") // JUnit sets it
  @TempDir
  static Path shared;

  private static final TestAuthority AUTHORITY = new TestAuthority("broker's");

  @SuppressWarnings("NullAway.Init") // set before all tests
  private static KafkaBroker broker;

  @SuppressWarnings("NullAway.Init") // JUnit sets it
  @TempDir
  Path directory;

  @BeforeAll
  static void start() throws Exception {
    broker =
        KafkaBroker.in(shared.resolve("broker"))
            .tls(AUTHORITY)
            .user("relay", "open sesame")
            .set("auto.create.topics.enable", "false")
            .start();
    try (var admin = broker.admin()) {
      admin.createTopics(List.of(new NewTopic(TOPIC, 1, (short) 1))).all().get();
    }
  }

  @AfterAll
  static void stop() throws Exception {
    broker.close();
  }

  /** The ways in, each as an operator writes it. */
  enum Way {
    TLS(Listener.SSL),
    PLAIN(Listener.SASL_PLAINTEXT),
    SCRAM(Listener.SASL_SSL);

    private final Listener listener;

    Way(Listener listener) {
      this.listener = listener;
    }

    Map<String, String> properties(String password) throws IOException {
      Map<String, String> properties = new HashMap<>();
      properties.put("security.protocol", listener.name());
      if (this != PLAIN) {
        properties.put("ssl.truststore.type", "PEM");
        properties.put(
            "ssl.truststore.location", AUTHORITY.certificate(shared.resolve("ca.pem")).toString());
      }
      if (this == TLS) {
        properties.put("ssl.keystore.type", "PEM");
        properties.put(
            "ssl.keystore.location",
            AUTHORITY.keyAndCertificate(shared.resolve("relay.pem"), "relay").toString());
      } else {
        String module =
            this == PLAIN
                ? "org.apache.kafka.common.security.plain.PlainLoginModule"
                : "org.apache.kafka.common.security.scram.ScramLoginModule";
        properties.put("sasl.mechanism", this == PLAIN ? "PLAIN" : "SCRAM-SHA-512");
        properties.put(
            "sasl.jaas.config",
            module + " required username=\"relay\" password=\"" + password + "\";");
      }
      return properties;
    }
  }

  private static Line check(Way way, Map<String, String> properties) {
    return KafkaCheck.of(
        new RelaySettings.Kafka(true, broker.brokers(way.listener), TOPIC, false, properties));
  }

  @ParameterizedTest
  @EnumSource
  void isLetIn(Way way) throws Exception {
    Map<String, String> properties = way.properties("open sesame");
    int before = broker.committed(TOPIC).size();
    try (KafkaRoute route =
        new KafkaRoute(
            directory,
            broker.brokers(way.listener),
            properties,
            "topic=" + TOPIC + "&transactional=true")) {
      route.add(1, "vendor", "signIns", KafkaRoute.lines(way.name(), 10));
      assertThat(route.delivered(SOON)).as(route.problem()).isTrue();
    }
    assertThat(broker.committed(TOPIC)).hasSize(before + 10);
    assertThat(check(way, properties))
        .isEqualTo(new Line("sink kafka", Outcome.OK, broker.brokers(way.listener) + ", 1 broker"));
  }

  @ParameterizedTest
  @EnumSource(names = {"PLAIN", "SCRAM"})
  void aWrongPasswordIsSaidAndNotShown(Way way) throws Exception {
    Map<String, String> properties = way.properties("close sesame");
    Line line = check(way, properties);
    assertThat(line.outcome()).isEqualTo(Outcome.FAILED);
    assertThat(line.text())
        .startsWith("Kafka at " + broker.brokers(way.listener) + " does not let us in: ")
        .contains("Authentication failed")
        .endsWith(". Check security.protocol, sasl.* and ssl.* under relay.sinks.kafka.properties.")
        .doesNotContain("sesame");
    try (KafkaRoute route =
        new KafkaRoute(directory, broker.brokers(way.listener), properties, "topic=" + TOPIC)) {
      route.add(1, "vendor", "signIns", KafkaRoute.lines(way.name(), 1));
      await().atMost(SOON).until(() -> route.problem() != null);
      assertThat(route.delivered(Duration.ZERO)).isFalse();
      assertThat(route.problem() + ".").isEqualTo(line.text());
      assertThat(route.deadLetters()).isEmpty();
    }
  }

  @Test
  void aBrokerOfAnotherAuthorityIsNotTrusted() throws Exception {
    Map<String, String> properties = new HashMap<>(Way.TLS.properties(""));
    properties.put(
        "ssl.truststore.location",
        new TestAuthority("another").certificate(shared.resolve("other.pem")).toString());
    assertThat(check(Way.TLS, properties).text())
        .contains(" does not let us in: SSL handshake failed");
  }

  @Test
  void aFileThatIsNotThereIsNamed() throws Exception {
    Map<String, String> properties = new HashMap<>(Way.TLS.properties(""));
    properties.put("ssl.truststore.location", "/nowhere/ca.pem");
    assertThat(check(Way.TLS, properties).text())
        .contains(": a client can't be made: ")
        .contains("/nowhere/ca.pem");
  }

  @Test
  void recordsForATopicThatIsNotMadeAreSetAsideAndTheOthersArrive() throws Exception {
    try (var admin = broker.admin()) {
      admin.createTopics(List.of(new NewTopic("made.signIns", 1, (short) 1))).all().get();
    }
    try (KafkaRoute route =
        new KafkaRoute(
            directory,
            broker.brokers(),
            Map.of("max.block.ms", "3000"),
            "topic=made.${variable.report}")) {
      route.add(1, "vendor", "directoryAudits", KafkaRoute.lines("lost", 3));
      route.add(1, "vendor", "signIns", KafkaRoute.lines("good", 3));
      assertThat(route.delivered(SOON)).as(route.problem()).isTrue();
      assertThat(route.deadLetters())
          .hasSize(3)
          .allSatisfy(
              it ->
                  assertThat(it)
                      .startsWith(
                          "sink.kafka: Kafka at "
                              + broker.brokers()
                              + " has no topic made.directoryAudits and does not make it."));
    }
    assertThat(broker.committed("made.signIns")).hasSize(3);
  }
}
