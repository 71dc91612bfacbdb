package io.entrarelay.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/**
 * The command line's entry. The options here hold for every command, before or after its name; a
 * command finds them by {@code @ParentCommand}.
 */
@Command(
    name = "entra-relay",
    scope = ScopeType.INHERIT,
    mixinStandardHelpOptions = true,
    versionProvider = ManifestVersion.class,
    description =
        "Collects a Microsoft Entra tenant's activity from Microsoft Graph and relays it, each"
            + " record once.",
    synopsisSubcommandLabel = "[COMMAND]",
    subcommands = {
      RunCommand.class,
      CollectCommand.class,
      DemoCommand.class,
      WarmUpCommand.class,
      CheckCommand.class,
      IntegrationCommand.class,
      SinkCommand.class,
      DeadLettersCommand.class,
      UserCommand.class,
      SimulateCommand.class,
      CertificateCommand.class,
      RoutesCommand.class
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:done",
      "1:an unexpected error",
      "2:wrong configuration or usage: nothing was done",
      "3:done, but something is degraded or undelivered"
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  entra-relay --help",
      "  entra-relay --config /etc/entra-relay --data /var/lib/entra-relay"
    })
public final class EntraRelay implements Callable<Integer> {
  /** What a command line without a command means. */
  private static final String DEFAULT_COMMAND = "run";

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec spec;

  @Option(
      names = "--config",
      paramLabel = "DIR",
      scope = ScopeType.INHERIT,
      description = "application.yaml and integrations/; default: config")
  private Path config = Path.of("config");

  @Option(
      names = "--data",
      paramLabel = "DIR",
      scope = ScopeType.INHERIT,
      description = "state/ and out/; default: data")
  private Path data = Path.of("data");

  @Option(
      names = "--routes",
      paramLabel = "DIR",
      scope = ScopeType.INHERIT,
      description = "the routes, kamelets and mappings; default: routes")
  private Path routes = Path.of("routes");

  private boolean verbose;

  @Option(
      names = {"-v", "--verbose"},
      scope = ScopeType.INHERIT,
      description = "Log more, and errors with their stack traces.")
  private void verbose(boolean wanted) {
    verbose = wanted;
    if (wanted) {
      LogLevel.raise();
    }
  }

  /** Where {@code application.yaml} and {@code integrations/} are. */
  public Path config() {
    return config;
  }

  /** Where {@code state/} and {@code out/} are. */
  public Path data() {
    return data;
  }

  /** Where the routes are. */
  public Path routes() {
    return routes;
  }

  boolean verbose() {
    return verbose;
  }

  /** No command: {@code run}. */
  @Override
  public Integer call() {
    CommandLine commandLine = spec.commandLine();
    List<String> arguments = new ArrayList<>(commandLine.getParseResult().originalArgs());
    arguments.add(DEFAULT_COMMAND);
    return commandLine.execute(arguments.toArray(String[]::new));
  }

  /** The whole command line, ready to execute. */
  static CommandLine commandLine() {
    EntraRelay root = new EntraRelay();
    return new CommandLine(root)
        .setParameterExceptionHandler(Errors::wrongUsage)
        .setExecutionExceptionHandler(
            (error, command, parsed) -> Errors.failed(error, command, root.data(), root.verbose()));
  }

  public static void main(String[] arguments) {
    // The JDK sends no password to a proxy for https unless this is set before its HTTP client is
    // loaded; a password is sent only where relay.graph.proxy has one.
    System.setProperty("jdk.http.auth.tunneling.disabledSchemes", "");
    System.exit(commandLine().execute(arguments));
  }
}
