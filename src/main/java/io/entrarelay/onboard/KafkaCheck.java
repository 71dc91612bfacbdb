package io.entrarelay.onboard;

import io.entrarelay.config.RelaySettings;
import io.entrarelay.onboard.IntegrationCheck.Line;
import io.entrarelay.onboard.IntegrationCheck.Outcome;
import io.entrarelay.sink.SinkException;
import io.entrarelay.sink.kafka.KafkaCluster;

/** Whether the Kafka sink reaches its brokers, and is let in. */
public final class KafkaCheck {
  private static final String PROBE = "sink kafka";

  private KafkaCheck() {}

  /** Waits for the brokers ten seconds at most. */
  public static Line of(RelaySettings.Kafka kafka) {
    try {
      int brokers = new KafkaCluster(kafka.brokers(), kafka.properties()).reach();
      return new Line(
          PROBE,
          Outcome.OK,
          kafka.brokers() + ", " + brokers + (brokers == 1 ? " broker" : " brokers"));
    } catch (SinkException e) {
      return new Line(PROBE, Outcome.FAILED, e.getMessage() + ".");
    }
  }
}
