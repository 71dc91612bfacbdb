package io.entrarelay.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.entrarelay.collect.Collector.Scope;
import io.entrarelay.config.SettingsReader;
import io.entrarelay.simulator.Delivered;
import io.entrarelay.simulator.Simulator;
import io.entrarelay.simulator.SimulatorOptions;
import io.entrarelay.state.Steps;
import io.entrarelay.state.StoreException;
import io.entrarelay.state.Tally;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Integration files that come, change and go while the relay runs. */
class IntegrationFilesIT {
  private static final Duration SOON = Duration.ofSeconds(90);

  @TempDir Path directory;

  private volatile Steps steps = Steps.NONE;

  @Test
  @Timeout(180)
  void integrationsComeChangeAndGoWithoutARestart() throws Exception {
    SimulatorOptions options =
        SimulatorOptions.builder()
            .scheme("http")
            .seed(3)
            .records(300)
            .span(Duration.ofSeconds(60))
            .throttle(false)
            .build();
    try (Simulator simulator = Simulator.start(options)) {
      Path config = directory.resolve("config");
      Path made = directory.resolve("made");
      simulator.writeConfig(made);
      Path integrations = Files.createDirectories(config.resolve("integrations"));
      Files.move(made.resolve("integrations/contoso"), integrations.resolve("contoso"));
      String yaml = Files.readString(made.resolve("integrations/contoso.yaml"));
      try (Relay relay = start(config)) {
        assertThat(relay.feeds()).isEmpty();

        replace(integrations.resolve("contoso.yaml"), yaml);
        await().atMost(SOON).until(() -> taken(relay) == 600);

        // one report less
        replace(
            integrations.resolve("contoso.yaml"),
            yaml.replaceAll("reports: .*", "reports: [signIns]"));
        await().atMost(SOON).until(() -> relay.feeds().size() == 1);

        // a state that can't be written delays a change and doesn't lose it
        steps =
            step -> {
              if (step.equals("commit.before")) {
                throw new StoreException("database or disk is full");
              }
            };
        replace(
            integrations.resolve("contoso.yaml"),
            yaml.replaceAll("display-name: .*", "display-name: Contoso Ltd"));
        await().atMost(SOON).until(() -> relay.feeds().isEmpty());
        steps = Steps.NONE;
        await().atMost(SOON).until(() -> relay.feeds().size() == 2);
        assertThat(relay.feeds())
            .allMatch(feed -> feed.integration().displayName().equals("Contoso Ltd"));

        // a broken file keeps what was there, and says what is wrong
        replace(integrations.resolve("contoso.yaml"), yaml + "client-secret: abc\n");
        await().atMost(SOON).until(() -> !relay.integrations().problems().isEmpty());
        assertThat(relay.integrations().problems().toString()).contains("client-secret");
        assertThat(relay.feeds()).hasSize(2);

        // another name for the same tenant: known records don't come again
        Files.delete(integrations.resolve("contoso.yaml"));
        await().atMost(SOON).until(() -> relay.feeds().isEmpty());
        replace(integrations.resolve("fabrikam.yaml"), yaml);
        await()
            .atMost(SOON)
            .until(
                () ->
                    relay.feeds().size() == 2
                        && relay.feeds().stream().allMatch(feed -> feed.lastRead() > 0));
        assertThat(taken(relay)).isEqualTo(600);
        assertThat(relay.feeds()).allMatch(feed -> feed.integration().name().equals("fabrikam"));

        Files.delete(integrations.resolve("fabrikam.yaml"));
        await().atMost(SOON).until(() -> relay.feeds().isEmpty());
        assertThat(relay.deliver(SOON)).isTrue();
      }
      for (String report : new String[] {"signIns", "directoryAudits"}) {
        Delivered delivered = Delivered.read(directory.resolve("data/out"), report);
        try (var truth = simulator.truth().records(simulator.tenants().get(0).tenantId(), report)) {
          assertThat(delivered.against(truth)).matches(Delivered.Difference::isNone);
        }
      }
    }
  }

  private static void replace(Path file, String text) throws IOException {
    Path made = file.resolveSibling("." + file.getFileName() + ".new");
    Files.writeString(made, text);
    Files.move(made, file, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
  }

  private static long taken(Relay relay) {
    return relay.feeds().stream()
        .flatMap(feed -> feed.tally().values().stream())
        .mapToLong(Tally::taken)
        .sum();
  }

  private Relay start(Path config) {
    return Relay.start(
        new RelayOptions(
            "test",
            SettingsReader.read(
                config,
                Map.of(),
                Map.of(
                    "relay.collect.every", "1s",
                    "relay.collect.slice", "1s",
                    "relay.collect.sweeps", "0s, 1s, 3s",
                    "relay.collect.backfill", "3m",
                    "relay.forms", "vendor",
                    "relay.graph.budget", "off",
                    "relay.sinks.files.roll-every", "1s")),
            config,
            directory.resolve("data"),
            Path.of("routes"),
            Scope.RUN,
            true,
            step -> steps.reached(step)));
  }
}
