package io.entrarelay.cli;

import io.entrarelay.collect.Collector.Scope;
import io.entrarelay.config.RelaySettings;
import io.entrarelay.config.SettingsReader;
import io.entrarelay.console.Console;
import io.entrarelay.relay.Relay;
import io.entrarelay.relay.RelayOptions;
import io.entrarelay.state.DataDirectory;
import io.entrarelay.state.Steps;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParentCommand;

/** Collects and forwards until it is stopped. */
@Command(
    name = "run",
    description = "Collect and forward until stopped; the default command.",
    footer = {
      "  entra-relay run",
      "  entra-relay run --config /etc/entra-relay --data /var/lib/entra-relay"
    },
    footerHeading = "%nExamples:%n")
final class RunCommand implements Callable<Integer> {
  private static final Duration TO_END_PAGES = Duration.ofSeconds(5);
  private static final Duration TO_DELIVER = Duration.ofSeconds(10);

  @ParentCommand
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private EntraRelay root;

  @Override
  public Integer call() throws InterruptedException {
    RelaySettings settings = SettingsReader.read(root.config(), System.getenv(), Map.of());
    boolean served = settings.console().enabled();
    // where the data directory is in use, that is what has to be said
    if (served && DataDirectory.holder(root.data()) == null) {
      Console.check(settings.console());
    }
    Relay relay =
        Relay.start(
            new RelayOptions(
                    "run",
                    settings,
                    root.config(),
                    root.data(),
                    root.routes(),
                    Scope.RUN,
                    false,
                    Steps.NONE)
                .managed(served));
    Stop stop = Stop.onSignal();
    System.out.println("Entra Relay is running; stop it with Ctrl-C.");
    try (relay;
        ServedConsole console = served ? ServedConsole.start(relay, settings, System.out) : null) {
      stop.await();
      relay.collector().stop(TO_END_PAGES);
      boolean delivered = relay.deliver(TO_DELIVER);
      System.out.println(
          delivered
              ? "Stopped; what was collected is in the files."
              : "Stopped; what was not delivered waits in the outbox for the next start.");
    } finally {
      stop.done();
    }
    return 0;
  }
}
