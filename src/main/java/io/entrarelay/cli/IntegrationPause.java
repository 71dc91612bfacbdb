package io.entrarelay.cli;

import io.entrarelay.config.Integration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code integration pause}: stops a tenant for a while. */
@Command(
    name = "pause",
    description =
        "Stop collecting an integration until it is resumed; what Graph still keeps then is read.",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0:it is so", "2:wrong configuration or usage", "3:the relay does not answer"},
    footer = {"  entra-relay integration pause contoso"},
    footerHeading = "%nExamples:%n")
final class IntegrationPause implements Callable<Integer> {
  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec spec;

  @ParentCommand
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private IntegrationCommand parent;

  @Parameters(paramLabel = "NAME", description = "the integration's name")
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private String name;

  @Option(names = "--json", description = "Print one JSON object.")
  private boolean json;

  @Override
  public Integer call() {
    Integration integration = Declared.of(parent.root()).named(name);
    boolean changed;
    try (Beside state = Beside.of(parent.root())) {
      Map<String, Object> arguments = new LinkedHashMap<>();
      arguments.put("tenantId", integration.tenantId());
      arguments.put("clientId", integration.clientId());
      arguments.put("by", System.getProperty("user.name", "someone"));
      changed = state.change("pause", arguments).path("changed").asBoolean();
    }
    if (json) {
      Map<String, Object> object = new LinkedHashMap<>();
      object.put("integration", name);
      object.put("changed", changed);
      return Answer.json(spec, object);
    }
    return Answer.lines(
        spec,
        changed
            ? "Paused " + name + ". Go on with: entra-relay integration resume " + name
            : name + " was paused before.");
  }
}
