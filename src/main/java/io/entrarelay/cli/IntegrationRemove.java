package io.entrarelay.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** {@code integration remove}: takes a tenant out. */
@Command(
    name = "remove",
    description = {
      "Stop collecting an integration for good: its file is removed, or its entry in the state store where it was"
          + " added in the console.",
      "What was delivered stays. Added again, it goes on where it was. A file's certificate and key stay as well."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:removed",
      "2:wrong configuration or usage; nothing was removed",
      "3:the relay does not answer"
    },
    footer = {"  entra-relay integration remove contoso --yes"},
    footerHeading = "%nExamples:%n")
final class IntegrationRemove extends OneIntegration {
  private static final String REVOKE =
      "to revoke access, remove the application's certificate or consent in the Entra admin center.";

  @Option(names = "--yes", description = "Don't ask.")
  private boolean yes;

  @Override
  public Integer call() {
    Declared declared = Declared.of(parent.root());
    Path file = declared.folder().resolve(name + ".yaml");
    boolean named = name.matches(CredentialFiles.NAME);
    try (Beside state = Beside.ifThere(parent.root())) {
      boolean stored = named && state != null && isStored(state);
      if (named && Files.isRegularFile(file)) {
        return removeFile(file, stored);
      }
      if (state != null && stored) {
        return removeStored(state);
      }
    }
    declared.named(name); // says which there are
    throw new ParameterException(spec.commandLine(), name + " is in no file that can be removed");
  }

  private boolean isStored(Beside state) {
    return state.store().storedIntegrations().find(name) != null;
  }

  private void ask(String what) {
    if (!yes && !Question.yes("Remove " + what + "?")) {
      throw new ParameterException(
          spec.commandLine(), "Nothing was removed. To remove " + what + ", add --yes");
    }
  }

  /**
   * @param stored whether the console has added one of this name as well, for which the file stood
   */
  private int removeFile(Path file, boolean stored) {
    ask(file.toString());
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
            + (stored
                ? ". One of this name that was added in the console is collected in its place: to"
                    + " remove it as well, do this again"
                : "")
            + ". A relay that runs stops collecting it within a second. The certificate and key are"
            + " still there; "
            + REVOKE);
  }

  /** By the relay that works with the state, or where none does, at once. */
  private int removeStored(Beside state) {
    ask(name + ", which was added in the console, with its key");
    Map<String, Object> arguments = new LinkedHashMap<>();
    arguments.put("name", name);
    arguments.put("by", System.getProperty("user.name", "someone"));
    boolean removed = state.change("remove", arguments).path("changed").asBoolean();
    if (!removed) {
      throw new ParameterException(
          spec.commandLine(), "Nothing was removed: someone else has removed " + name + " already");
    }
    if (json) {
      return Answer.json(spec, Map.of("integration", name, "removed", IntegrationJson.CONSOLE));
    }
    return Answer.lines(
        spec,
        "Removed "
            + name
            + " and its key from the state store. A relay that runs stops collecting it within a"
            + " second; "
            + REVOKE);
  }
}
