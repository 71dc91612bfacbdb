package io.entrarelay.cli;

import io.entrarelay.config.ConfigurationException;
import io.entrarelay.config.Integration;
import io.entrarelay.config.IntegrationDirectory;
import io.entrarelay.config.IntegrationReader;
import io.entrarelay.config.Problem;
import io.entrarelay.onboard.Sources;
import io.entrarelay.state.Tenancy;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/** The integrations that are declared in files, as they are at this moment. */
record Declared(Path folder, List<Integration> integrations, List<Problem> problems) {

  /** Reads all of {@code integrations/}. */
  static Declared of(EntraRelay root) {
    Path folder = root.config().resolve("integrations");
    Set<String> reports = Sources.reports(root.routes()).keySet();
    IntegrationDirectory directory =
        new IntegrationDirectory(folder, new IntegrationReader(reports, false));
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
        "there is no such file",
        names.isEmpty()
            ? "Add it: entra-relay integration add " + name
            : "There are: " + String.join(", ", names));
  }

  static Tenancy tenancy(Integration integration) {
    return new Tenancy(integration.tenantId(), integration.clientId());
  }
}
