package io.entrarelay.relay;

import io.entrarelay.collect.Collector.Scope;
import io.entrarelay.config.RelaySettings;
import io.entrarelay.state.Steps;
import java.nio.file.Path;
import java.time.Clock;

/**
 * What a relay is started with.
 *
 * @param purpose the command, for whoever finds the data directory in use
 * @param config the directory of {@code integrations/}
 * @param demo whether integrations may point to plain http on this machine
 * @param clock what the time of day is; the system's outside of tests
 * @param steps told at each step of a commit; {@link Steps#NONE} outside of tests
 * @param managed whether the routes are managed beans (JMX), for Hawtio
 */
public record RelayOptions(
    String purpose,
    RelaySettings settings,
    Path config,
    Path data,
    Path routes,
    Scope scope,
    boolean demo,
    Clock clock,
    Steps steps,
    boolean managed) {

  /** Without managed beans. */
  public RelayOptions(
      String purpose,
      RelaySettings settings,
      Path config,
      Path data,
      Path routes,
      Scope scope,
      boolean demo,
      Clock clock,
      Steps steps) {
    this(purpose, settings, config, data, routes, scope, demo, clock, steps, false);
  }

  /** On the system's clock. */
  public RelayOptions(
      String purpose,
      RelaySettings settings,
      Path config,
      Path data,
      Path routes,
      Scope scope,
      boolean demo,
      Steps steps) {
    this(purpose, settings, config, data, routes, scope, demo, Clock.systemUTC(), steps);
  }

  /** The same with routes that are managed beans where this is true. */
  public RelayOptions managed(boolean wanted) {
    return new RelayOptions(
        purpose, settings, config, data, routes, scope, demo, clock, steps, wanted);
  }
}
