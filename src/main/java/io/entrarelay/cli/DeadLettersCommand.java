package io.entrarelay.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code dead-letters}: records that were set aside. */
@Command(
    name = "dead-letters",
    description = {
      "Records that were set aside: list them, see one, try again, or drop.",
      "Their stage says where: cut (Graph's element is no record), mapping.<form> (a mapping failed"
          + " with it), sink.<name> (the sink's receiver refuses it for good)."
    },
    subcommands = {
      DeadLettersList.class,
      DeadLettersShow.class,
      DeadLettersRetry.class,
      DeadLettersDrop.class
    },
    footer = {
      "  entra-relay dead-letters list --stage mapping.ocsf",
      "  entra-relay dead-letters retry --stage mapping.ocsf"
    },
    footerHeading = "%nExamples:%n")
final class DeadLettersCommand implements Runnable {
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
        spec.commandLine(), "Say which: dead-letters list, show, retry or drop");
  }
}
