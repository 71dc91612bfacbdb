package io.entrarelay.console;

import io.entrarelay.config.Integration;
import io.entrarelay.config.Problem;
import io.entrarelay.config.RelaySettings;
import io.entrarelay.graph.AdministratorSignIn;
import io.entrarelay.onboard.IntegrationChanges;
import io.entrarelay.record.Report;
import io.entrarelay.relay.Relay;
import io.entrarelay.relay.StateChanges;
import io.entrarelay.sink.SinkWorker;
import io.entrarelay.state.AuditLog;
import io.entrarelay.state.Integrations;
import io.entrarelay.state.Store;
import io.entrarelay.state.Users;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What the console has of the relay that runs.
 *
 * @param integrations those that are well
 * @param problems with the files of integrations
 * @param reports those that can be collected, by name
 * @param look has the relay take up what was added, changed or removed
 * @param changes adds, changes and removes integrations that are in no file
 * @param administrators proves who has consented to the shared application; null where there is
 *     none
 * @param store what all nodes know
 * @param stateChanges what any node can do with the state
 * @param sinkProblems why sinks of this node stand still, by their names
 * @param probes checks an integration and the sinks
 * @param orders what the node does at once that works for an integration
 */
public record ConsoleParts(
    RelaySettings settings,
    Supplier<List<Integration>> integrations,
    Supplier<List<Problem>> problems,
    Map<String, Report> reports,
    Runnable look,
    IntegrationChanges changes,
    @Nullable AdministratorSignIn administrators,
    Store store,
    StateChanges stateChanges,
    Supplier<Map<String, String>> sinkProblems,
    CheckActions.Probes probes,
    Orders orders,
    InstantSource clock) {

  /** Of a relay that has started. */
  public static ConsoleParts of(Relay relay, RelaySettings settings) {
    return new ConsoleParts(
        settings,
        relay.integrations()::integrations,
        relay.integrations()::problems,
        relay.reports(),
        relay::look,
        relay.integrationChanges(),
        relay.administrators(),
        relay.store(),
        relay.stateChanges(),
        () -> sinkProblems(relay),
        relay::check,
        relay::ask,
        InstantSource.system());
  }

  private static Map<String, String> sinkProblems(Relay relay) {
    Map<String, String> problems = new TreeMap<>();
    for (SinkWorker worker : relay.outbox().workers().values()) {
      SinkWorker.Problem problem = worker.problem();
      if (problem != null) {
        problems.put(worker.sink(), problem.message());
      }
    }
    return problems;
  }

  RelaySettings.Console console() {
    return settings.console();
  }

  Users users() {
    return store.users();
  }

  AuditLog auditLog() {
    return store.auditLog();
  }

  /** How integrations fare, and what people have decided about them. */
  Integrations standings() {
    return store.integrations();
  }
}
