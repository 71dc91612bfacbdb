package io.entrarelay.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.entrarelay.config.ReportedException;
import io.entrarelay.config.SettingsReader;
import io.entrarelay.relay.RoutesAudit;
import io.entrarelay.routes.Finding;
import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code routes check}: every finding with file, line and what to do. */
@Command(
    name = "check",
    description = {
      "Check the routes, kamelets and mappings without running them: Camel's schema and canonical"
          + " form, links, parameters, settings, beans, JSLT.",
      "A finding is one line: FILE:LINE: [RULE] what is wrong. What to do."
    },
    footer = {"  entra-relay routes check", "  entra-relay routes check --routes edited/ --json"},
    footerHeading = "%nExamples:%n")
final class RoutesCheckCommand implements Callable<Integer> {
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec spec;

  @ParentCommand
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private RoutesCommand routes;

  @Option(names = "--json", description = "One JSON object.")
  private boolean json;

  @Override
  public Integer call() throws JsonProcessingException {
    EntraRelay root = routes.root();
    RoutesAudit audit =
        RoutesAudit.of(
            root.routes(),
            root.config(),
            SettingsReader.read(root.config(), System.getenv(), Map.of()));
    List<Finding> findings = audit.full();
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      out.println(JSON.writeValueAsString(Map.of("ok", findings.isEmpty(), "findings", findings)));
    } else if (findings.isEmpty()) {
      out.println(audit.list().size() + " routes under " + root.routes() + ": nothing is wrong.");
    } else {
      PrintWriter err = spec.commandLine().getErr();
      findings.forEach(err::println);
      err.flush();
    }
    return findings.isEmpty() ? 0 : ReportedException.BAD_CONFIGURATION;
  }
}
