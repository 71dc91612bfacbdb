package io.entrarelay.cli;

import io.entrarelay.collect.Collector.Scope;
import io.entrarelay.config.RelaySettings;
import io.entrarelay.config.SettingsReader;
import io.entrarelay.console.Console;
import io.entrarelay.console.ConsoleException;
import io.entrarelay.relay.Relay;
import io.entrarelay.relay.RelayOptions;
import io.entrarelay.routes.SettingKeys;
import io.entrarelay.simulator.Simulator;
import io.entrarelay.simulator.SimulatorOptions;
import io.entrarelay.state.Steps;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A simulated tenant and the relay that collects it, in compressed time.
 *
 * @param begun before the relay's first reading
 */
record Demo(Simulator simulator, Relay relay, RelaySettings settings, Instant begun)
    implements AutoCloseable {

  private static final String FORMS = "RELAY_FORMS";

  /** All that are built in, in the order of the README. */
  private static final List<String> REPORTS =
      List.of(
          "signIns",
          "nonInteractiveUserSignIns",
          "servicePrincipalSignIns",
          "managedIdentitySignIns",
          "directoryAudits",
          "provisioning",
          "riskDetections",
          "riskyUsers");

  /**
   * @param environment {@code RELAY_FORMS} and {@code RELAY_CONSOLE_…} are read of it
   * @param seed what the tenant's people and records follow from
   */
  static Demo start(Path data, Path routes, Map<String, String> environment, long seed, Scope scope)
      throws IOException {
    Path config = data.resolve("demo");
    RelaySettings settings = settings(config, environment);
    RelayOptions options =
        new RelayOptions("demo", settings, config, data, routes, scope, true, Steps.NONE)
            .managed(scope == Scope.RUN && settings.console().enabled());
    // both take a second or two and need nothing of each other
    CompletableFuture<Simulator> simulating =
        CompletableFuture.supplyAsync(() -> Simulator.start(tenant(seed)));
    @Nullable Relay relay = null;
    boolean started = false;
    try {
      relay = Relay.start(options);
      Simulator simulator = simulating.join();
      simulator.writeConfig(config);
      Instant begun = Instant.now();
      relay.look();
      started = true;
      return new Demo(simulator, relay, settings, begun);
    } finally {
      if (!started) {
        if (relay != null) {
          relay.close();
        }
        simulating.thenAccept(Simulator::close);
      }
    }
  }

  /** When the relay reads. */
  RelaySettings.Collect plan() {
    return settings.collect();
  }

  private static SimulatorOptions tenant(long seed) {
    return SimulatorOptions.builder()
        .scheme("http")
        .seed(seed)
        .reports(REPORTS)
        .records(1_000)
        .span(Duration.ofMinutes(10))
        .rate(40)
        .late(0.3)
        .revised(0.1)
        .compress(1_800)
        .limit(50)
        .appLimit(1_220)
        .limitWindow(Duration.ofSeconds(1))
        .build();
  }

  /**
   * Of the environment only the forms and the console's are taken: the others are a real relay's,
   * whose database and sinks must not get records that are made up. Another port where the
   * console's is taken.
   */
  static RelaySettings settings(Path config, Map<String, String> environment) {
    Map<String, String> own = new TreeMap<>(environment);
    own.keySet().removeIf(name -> !name.equals(FORMS) && !name.startsWith("RELAY_CONSOLE_"));
    Map<String, Object> overrides = new TreeMap<>(compressed());
    if (own.getOrDefault(FORMS, "").isBlank()
        && !SettingKeys.of(config.resolve("application.yaml")).contains("relay.forms")) {
      overrides.put("relay.forms", "vendor, ocsf, ecs, taegis");
    }
    RelaySettings settings = SettingsReader.read(config, own, overrides);
    try {
      if (settings.console().enabled()) {
        Console.check(settings.console());
      }
      return settings;
    } catch (ConsoleException e) {
      overrides.put("relay.console.port", 0);
      return SettingsReader.read(config, own, overrides);
    }
  }

  /** Hours become seconds: what Graph shows two hours late comes after four seconds. */
  private static Map<String, Object> compressed() {
    return Map.of(
        "relay.collect.every", "1s",
        "relay.collect.slice", "1s",
        "relay.collect.sweeps", "0s, 1s, 2s, 4s, 8s",
        "relay.collect.backfill", "15m",
        "relay.graph.budget", "50/1s",
        "relay.sinks.files.roll-every", "2s");
  }

  @Override
  public void close() {
    relay.close();
    simulator.close();
  }
}
