package io.entrarelay.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.entrarelay.config.Integration;
import io.entrarelay.onboard.NextStep;
import io.entrarelay.state.Integrations;
import io.entrarelay.state.Lease;
import io.entrarelay.state.Standing;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;

/** {@code integration show}: one connected tenant, its reports and how it fared. */
@Command(
    name = "show",
    description =
        "Show an integration: how it fares, what to do next, its reports, and how it fared.",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0:shown", "2:wrong configuration or usage"},
    footer = {"  entra-relay integration show contoso"},
    footerHeading = "%nExamples:%n")
final class IntegrationShow extends OneIntegration {
  private static final Duration ANSWER = Duration.ofSeconds(5);
  private static final int SHOWN = 10;

  @Override
  public Integer call() {
    Integration integration = Declared.of(parent.root()).named(name);
    List<Standing> history = List.of();
    JsonNode reports = null;
    try (Beside state = Beside.ifThere(parent.root())) {
      if (state != null) {
        history =
            state
                .store()
                .integrations()
                .history(Declared.tenancy(integration), json ? Integrations.KEPT : SHOWN);
        reports =
            state.ask(
                "reports",
                name,
                Lease.shard(integration.tenantId(), integration.clientId()),
                ANSWER);
      }
    }
    Standing standing = history.isEmpty() ? null : history.get(0);
    if (json) {
      Map<String, Object> object = IntegrationJson.of(integration, standing);
      object.put("running", reports);
      object.put("history", history.stream().map(IntegrationJson::of).toList());
      return Answer.json(spec, object);
    }
    show(integration, standing, history, reports);
    return 0;
  }

  private void show(
      Integration integration,
      @Nullable Standing standing,
      List<Standing> history,
      @Nullable JsonNode reports) {
    PrintWriter out = spec.commandLine().getOut();
    out.println(integration.name() + "  " + integration.displayName());
    out.println(
        "  tenant   " + integration.tenantId() + "  (cloud: " + integration.cloud().name() + ")");
    out.println("  client   " + integration.clientId());
    out.println(
        "  from     " + (integration.isDeclared() ? "file " + integration.file() : "the console"));
    if (standing == null) {
      out.println("  state    no relay has seen it yet: start one");
    } else {
      out.println("  state    " + standing.state().words() + " since " + seconds(standing));
      standing
          .reasons()
          .forEach(why -> out.println("  reason   " + why.about() + ": " + why.text()));
      out.println("  next     " + NextStep.of(standing, name));
    }
    if (reports != null && reports.isArray()) {
      long now = System.currentTimeMillis();
      reports.forEach(each -> out.println("  report   " + report(each, now)));
    }
    if (history.size() > 1) {
      out.println("  before");
      history.stream()
          .skip(1)
          .forEach(each -> out.println("    " + seconds(each) + "  " + each.state().words()));
    }
  }

  private static String report(JsonNode report, long now) {
    long lastRead = report.path("lastRead").asLong();
    String read =
        lastRead == 0
            ? "not read yet"
            : "read "
                + (now - lastRead) / 1000
                + " s ago, behind by "
                + report.path("lag").asLong() / 1000
                + " s";
    String backfill =
        report.has("backfill")
            ? ", "
                + Duration.ofMillis(report.get("backfill").asLong()).toMinutes()
                + " min to be read again"
            : "";
    return report.path("report").asText() + ": " + read + backfill;
  }

  private static String seconds(Standing standing) {
    return standing.since().truncatedTo(ChronoUnit.SECONDS).toString();
  }
}
