package io.entrarelay.cli;

import io.entrarelay.config.Integration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** What the commands have in common that are about one integration. */
abstract class OneIntegration implements Callable<Integer> {
  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  CommandSpec spec;

  @ParentCommand
  @SuppressWarnings("NullAway.Init") // picocli sets it
  IntegrationCommand parent;

  @Parameters(paramLabel = "NAME", description = "the integration's name")
  @SuppressWarnings("NullAway.Init") // picocli sets it
  String name;

  @Option(names = "--json", description = "Print one JSON object.")
  boolean json;

  /**
   * Has something decided about the integration, and says what became of it.
   *
   * @param change as {@code StateChanges} names it
   * @param done what is said where that changed something
   * @param already what is said where it was so before
   */
  final int decide(String change, String done, String already) {
    Integration integration = Declared.of(parent.root()).named(name);
    boolean changed;
    try (Beside state = Beside.of(parent.root())) {
      Map<String, Object> arguments = new LinkedHashMap<>();
      arguments.put("tenantId", integration.tenantId());
      arguments.put("clientId", integration.clientId());
      arguments.put("by", System.getProperty("user.name", "someone"));
      changed = state.change(change, arguments).path("changed").asBoolean();
    }
    if (json) {
      Map<String, Object> object = new LinkedHashMap<>();
      object.put("integration", name);
      object.put("changed", changed);
      return Answer.json(spec, object);
    }
    return Answer.lines(spec, changed ? done : already);
  }
}
