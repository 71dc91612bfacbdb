package io.entrarelay.console;

import io.entrarelay.collect.Feed;
import io.entrarelay.config.Integration;
import io.entrarelay.config.Problem;
import io.entrarelay.config.RelaySettings;
import io.entrarelay.relay.Relay;
import io.entrarelay.state.AuditLog;
import io.entrarelay.state.Integrations;
import io.entrarelay.state.Users;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * What the console has of the relay that runs.
 *
 * @param integrations those whose files are well
 * @param feeds what this node reads
 * @param problems with the files of integrations
 * @param standings how integrations fare, and what people have decided about them
 * @param refresh has an integration tried again at once, by whichever node works for it
 * @param isShared whether other nodes may read what this one doesn't
 */
public record ConsoleParts(
    RelaySettings.Console settings,
    boolean isShared,
    Supplier<List<Integration>> integrations,
    Supplier<List<Feed>> feeds,
    Supplier<List<Problem>> problems,
    Users users,
    AuditLog auditLog,
    Integrations standings,
    Consumer<Integration> refresh,
    InstantSource clock) {

  /** Of a relay that has started. */
  public static ConsoleParts of(Relay relay, RelaySettings settings) {
    return new ConsoleParts(
        settings.console(),
        settings.state().isShared(),
        relay.integrations()::integrations,
        relay::feeds,
        relay.integrations()::problems,
        relay.store().users(),
        relay.store().auditLog(),
        relay.store().integrations(),
        relay::refresh,
        InstantSource.system());
  }
}
