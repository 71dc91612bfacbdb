package io.entrarelay.onboard;

import io.entrarelay.config.Integration;
import io.entrarelay.config.RelaySettings;
import io.entrarelay.credential.Credential;
import io.entrarelay.credential.CredentialException;
import io.entrarelay.flow.Connections;
import io.entrarelay.graph.GraphHttpClientConfigurer;
import io.entrarelay.graph.Trust;
import io.entrarelay.graph.TrustException;
import io.entrarelay.onboard.IntegrationCheck.Line;
import io.entrarelay.onboard.IntegrationCheck.Outcome;
import io.entrarelay.record.Report;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;

/**
 * All probes of integrations and sinks. It has connections and tokens of its own: those of a relay
 * that runs are not touched.
 */
public final class Checkup implements AutoCloseable {
  private final RelaySettings settings;
  private final Path data;
  private final Map<String, Report> reports;
  private final Clock clock;
  private final ExecutorService executor = Executors.newCachedThreadPool();
  private final GraphHttpClientConfigurer http;
  private final Connections connections;

  /**
   * @param data the data directory
   * @param reports those that there are, by their names
   * @throws TrustException where the settings name authorities that can't be read
   */
  public Checkup(RelaySettings settings, Path data, Map<String, Report> reports, Clock clock)
      throws TrustException {
    this.settings = settings;
    this.data = data;
    this.reports = reports;
    this.clock = clock;
    Trust trust = new Trust(settings.graph().caCertificate());
    this.http = new GraphHttpClientConfigurer(trust, Connections.proxy(settings.graph()));
    this.connections =
        new Connections(trust, http, executor, KeptIntegrations.secrets(settings, data), clock);
  }

  /** Probes an integration, and gives each line as it is known. */
  public void integration(Integration integration, Consumer<Line> lines) {
    try {
      connections.add(integration);
      Connections.Connection connection = connections.of(integration);
      new IntegrationCheck(
              integration, () -> current(connection), connection.tokens(), http, reports, clock)
          .run(lines);
    } catch (IllegalArgumentException e) {
      lines.accept(new Line("trust", Outcome.FAILED, String.valueOf(e.getMessage())));
    }
  }

  private static Credential current(Connections.Connection connection) {
    try {
      return connection.credential().current();
    } catch (CredentialException e) {
      throw new IllegalStateException(e.getMessage(), e);
    }
  }

  /** Probes each sink of the settings, and gives each line as it is known. */
  public void sinks(Consumer<Line> lines) {
    RelaySettings.Sinks sinks = settings.sinks();
    lines.accept(FilesCheck.of(sinks.files(), data));
    if (sinks.kafka().enabled()) {
      lines.accept(KafkaCheck.of(sinks.kafka()));
    }
    if (sinks.syslog().enabled()) {
      lines.accept(SyslogCheck.of(sinks.syslog()));
    }
  }

  @Override
  public void close() {
    connections.close();
    http.close();
    executor.shutdownNow();
  }
}
