package io.entrarelay.cli;

import picocli.CommandLine.Command;

/** {@code integration pause}: stops a tenant for a while. */
@Command(
    name = "pause",
    description =
        "Stop collecting an integration until it is resumed; what Graph still keeps then is read.",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0:it is so", "2:wrong configuration or usage", "3:the relay does not answer"},
    footer = {"  entra-relay integration pause contoso"},
    footerHeading = "%nExamples:%n")
final class IntegrationPause extends OneIntegration {
  @Override
  public Integer call() {
    return decide(
        "pause",
        "Paused " + name + ". Go on with: entra-relay integration resume " + name,
        name + " was paused before.");
  }
}
