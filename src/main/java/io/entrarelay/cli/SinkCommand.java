package io.entrarelay.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code sink}: where forms leave, and what waits for them. */
@Command(
    name = "sink",
    description = "List the sinks and what waits for them, or send again what was kept.",
    subcommands = {SinkListCommand.class, SinkReplayCommand.class},
    footer = {"  entra-relay sink list", "  entra-relay sink replay kafka --from 2026-03-01"},
    footerHeading = "%nExamples:%n")
final class SinkCommand implements Runnable {
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
    throw new ParameterException(spec.commandLine(), "Say which: sink list or sink replay");
  }
}
