package io.entrarelay.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code routes}: what is under {@code routes/}, and whether it can run. */
@Command(
    name = "routes",
    description = "Check the routes after an edit, list them, or try a mapping.",
    subcommands = {RoutesCheckCommand.class, RoutesListCommand.class, RoutesTryCommand.class},
    footer = {
      "  entra-relay routes check",
      "  entra-relay routes list",
      "  entra-relay routes try --report signIns --form ocsf record.json"
    },
    footerHeading = "%nExamples:%n")
final class RoutesCommand implements Runnable {
  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec spec;

  @ParentCommand
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private EntraRelay root;

  EntraRelay root() {
    return root;
  }

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(), "Say which: routes check, routes list or routes try");
  }
}
