package io.entrarelay.sink.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The Kafka sink on a broker that is stopped, killed and started again in the middle. */
@Timeout(300)
class BrokerRestartIT {
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
    broker = KafkaBroker.in(brokerDirectory).set("auto.create.topics.enable", "true").start();
  }

  @AfterAll
  static void stop() throws Exception {
    broker.close();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void nothingIsLost(boolean transactional) throws Exception {
    String report = "restarts" + transactional;
    List<String> all = new ArrayList<>();
    try (KafkaRoute route =
        new KafkaRoute(
            directory,
            broker.brokers(),
            KafkaRoute.IMPATIENT,
            TOPIC + "&transactional=" + transactional)) {
      for (int round = 0; round < 4; round++) {
        if (round == 1) {
          broker.stop();
        }
        for (int page = 0; page < 20; page++) {
          List<String> lines = KafkaRoute.lines(round + "-" + page, 100);
          all.addAll(lines);
          route.add(page % 3, "vendor", report, lines);
        }
        if (round == 0) {
          assertThat(route.delivered(SOON)).as(route.problem()).isTrue();
        } else if (round == 1) {
          Awaitility.await().atMost(SOON).until(() -> route.problem() != null);
          assertThat(route.problem())
              .contains("Kafka at " + broker.brokers() + " does not answer in time")
              .contains("relay.sinks.kafka.brokers");
          broker.restart();
        } else if (round == 2) {
          broker.kill();
          broker.restart();
        }
      }
      assertThat(route.delivered(Duration.ofSeconds(60))).as(route.problem()).isTrue();
      assertThat(route.deadLetters()).isEmpty();
    }
    List<String> values =
        broker.committed("entra.vendor." + report).stream()
            .map(it -> new String(it.value(), UTF_8))
            .toList();
    if (transactional) {
      assertThat(values).containsExactlyInAnyOrderElementsOf(all);
    } else {
      // a page of 100 that was under way comes twice at most, each time
      assertThat(values).containsAll(all).hasSizeLessThanOrEqualTo(all.size() + 200);
    }
  }
}
