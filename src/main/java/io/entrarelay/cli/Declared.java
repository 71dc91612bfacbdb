package io.entrarelay.cli;

import io.entrarelay.config.ConfigurationException;
import io.entrarelay.config.Integration;
import io.entrarelay.config.IntegrationDirectory;
import io.entrarelay.config.IntegrationDirectory.Kept;
import io.entrarelay.config.IntegrationReader;
import io.entrarelay.config.Problem;
import io.entrarelay.onboard.KeptIntegrations;
import io.entrarelay.onboard.Sources;
import io.entrarelay.state.Tenancy;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The integrations, in files and in the state store, as they are at this moment. */
record Declared(Path folder, List<Integration> integrations, List<Problem> problems) {

  /**
   * Reads all of {@code integrations/}, and the state store where there is one.
   *
   * @throws Beside.StateException where the store can't be reached
   */
  static Declared of(EntraRelay root) {
    try (Beside state = Beside.ifThere(root)) {
      return of(root, state);
    }
  }

  private static Declared of(EntraRelay root, @Nullable Beside state) {
    Path folder = root.config().resolve("integrations");
    Set<String> reports = Sources.reports(root.routes()).keySet();
    IntegrationReader reader = new IntegrationReader(reports, false);
    IntegrationDirectory directory =
        new IntegrationDirectory(
            folder,
            reader,
            state == null
                ? Kept.NONE
                : new KeptIntegrations(
                    state.store().storedIntegrations(), reader, state.settings().application()));
    directory.refresh();
    return new Declared(folder, directory.integrations(), directory.problems());
  }

  /**
   * The integration of this name.
   *
   * @throws ConfigurationException where there is none, or its file is wrong
   */
  Integration named(String name) {
    for (Integration integration : integrations) {
      if (integration.name().equals(name)) {
        return integration;
      }
    }
    List<Problem> own =
        problems.stream()
            .filter(problem -> problem.file().equals(folder.resolve(name + ".yaml").toString()))
            .toList();
    throw new ConfigurationException(own.isEmpty() ? List.of(missing(name)) : own);
  }

  private Problem missing(String name) {
    List<String> names = integrations.stream().map(Integration::name).toList();
    return new Problem(
        folder.resolve(name + ".yaml").toString(),
        0,
        "",
        "there is no such file, and no integration of this name in the state store",
        names.isEmpty()
            ? "Add it: entra-relay integration add " + name
            : "There are: " + String.join(", ", names));
  }

  static Tenancy tenancy(Integration integration) {
    return new Tenancy(integration.tenantId(), integration.clientId());
  }
}
