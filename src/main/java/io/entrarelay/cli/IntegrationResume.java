package io.entrarelay.cli;

import picocli.CommandLine.Command;

/** {@code integration resume}: lets a tenant go on. */
@Command(
    name = "resume",
    description = "Go on collecting an integration that was paused, with what it has missed first.",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0:it is so", "2:wrong configuration or usage", "3:the relay does not answer"},
    footer = {"  entra-relay integration resume contoso"},
    footerHeading = "%nExamples:%n")
final class IntegrationResume extends OneIntegration {
  @Override
  public Integer call() {
    return decide(
        "resume", name + " goes on; what it has missed is read.", name + " was not paused.");
  }
}
