package io.entrarelay.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** {@code integration remove}: takes a tenant out. */
@Command(
    name = "remove",
    description = {
      "Stop collecting an integration for good: its file is removed.",
      "Its certificate and key stay, and so does what was delivered. Added again, it goes on where it was."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0:removed", "2:wrong configuration or usage; nothing was removed"},
    footer = {"  entra-relay integration remove contoso --yes"},
    footerHeading = "%nExamples:%n")
final class IntegrationRemove extends OneIntegration {
  @Option(names = "--yes", description = "Don't ask.")
  private boolean yes;

  @Override
  public Integer call() {
    Declared declared = Declared.of(parent.root());
    Path file = declared.folder().resolve(name + ".yaml");
    if (!name.matches(CredentialFiles.NAME) || !Files.isRegularFile(file)) {
      declared.named(name); // says which there are
    }
    if (!yes && !Question.yes("Remove " + file + "?")) {
      throw new ParameterException(
          spec.commandLine(), "Nothing was removed. To remove " + file + ", add --yes");
    }
    try {
      Files.delete(file);
    } catch (IOException e) {
      throw new ParameterException(
          spec.commandLine(),
          file
              + ": can't be removed ("
              + e.getClass().getSimpleName()
              + "). Check who may write its folder",
          e,
          null,
          "");
    }
    if (json) {
      return Answer.json(spec, Map.of("integration", name, "removed", file.toString()));
    }
    return Answer.lines(
        spec,
        "Removed "
            + file
            + ". A relay that runs stops collecting it within a second. The certificate and key are"
            + " still there; to revoke access, remove the application's certificate or consent in"
            + " the Entra admin center.");
  }
}
