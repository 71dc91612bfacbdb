package io.entrarelay.cli;

import io.entrarelay.config.ReportedException;
import io.entrarelay.config.SettingsReader;
import io.entrarelay.relay.RoutesAudit;
import io.entrarelay.routes.Finding;
import io.entrarelay.routes.RoutesCheck.Listed;
import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code routes list}: the map of the routes. */
@Command(
    name = "list",
    description = "List the routes: id, file, what each reads from and what it calls.",
    footer = {"  entra-relay routes list"},
    footerHeading = "%nExamples:%n")
final class RoutesListCommand implements Callable<Integer> {
  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec spec;

  @ParentCommand
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private RoutesCommand routes;

  @Override
  public Integer call() {
    EntraRelay root = routes.root();
    RoutesAudit audit =
        RoutesAudit.of(
            root.routes(),
            root.config(),
            SettingsReader.read(root.config(), System.getenv(), Map.of()));
    List<Listed> listed = audit.list();
    int id = width(listed.stream().map(Listed::id).toList(), "route");
    int file = width(listed.stream().map(Listed::file).toList(), "file");
    int takes = width(listed.stream().map(Listed::takes).toList(), "takes");
    String row = "%-" + id + "s  %-" + file + "s  %-" + takes + "s  %s%n";
    PrintWriter out = spec.commandLine().getOut();
    out.printf(row, "route", "file", "takes", "gives");
    for (Listed each : listed) {
      out.printf(row, each.id(), each.file(), each.takes(), String.join(", ", each.gives()));
    }
    List<Finding> findings = audit.quick();
    findings.forEach(spec.commandLine().getErr()::println);
    return findings.isEmpty() ? 0 : ReportedException.BAD_CONFIGURATION;
  }

  private static int width(List<String> values, String title) {
    return values.stream().mapToInt(String::length).reduce(title.length(), Math::max);
  }
}
