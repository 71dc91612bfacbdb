package io.entrarelay.sink.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.MetricName;
import org.junit.jupiter.api.Test;

class SplittingTest {
  private final Splitting splitting = new Splitting();

  private record Measured(MetricName metricName, Object metricValue) implements Metric {}

  private void failed(Map<String, Double> measured) {
    try (MockProducer<byte[], byte[]> producer = new MockProducer<>()) {
      measured.forEach(
          (name, value) -> {
            MetricName metric = new MetricName(name, "producer-metrics", "", Map.of());
            producer.setMockMetrics(metric, new Measured(metric, value));
          });
      splitting.look(producer);
    }
  }

  @Test
  void aProducerThatHasSplitNothingFailsForAnotherReason() {
    failed(Map.of("batch-split-total", 0.0, "batch-split-rate", 0.0, "record-error-rate", 500.0));
    assertThat(splitting.isEndless()).isFalse();
  }

  @Test
  void aLongLifeWithSomeSplitsIsNoEndlessOne() {
    failed(Map.of("batch-split-total", 20_000.0, "batch-split-rate", 0.1));
    assertThat(splitting.isEndless()).isFalse();
  }

  @Test
  void manySplitsAtOnceAreEndlessAlsoOnASlowMachine() {
    failed(Map.of("batch-split-total", 300.0, "batch-split-rate", 10.0));
    assertThat(splitting.isEndless()).isTrue();
    failed(Map.of("batch-split-total", 0.0, "batch-split-rate", 0.0));
    assertThat(splitting.isEndless()).isTrue();
  }
}
