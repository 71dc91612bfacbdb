package io.entrarelay.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.entrarelay.config.Integration;
import io.entrarelay.state.Lease;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** {@code integration backfill}: has a span of a tenant read. */
@Command(
    name = "backfill",
    description = {
      "Have the relay that runs read a span of an integration, again where it was read before.",
      "What was taken of it already does not come out again. Where no relay runs: collect --from."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:the relay reads it; integration show tells how far it is",
      "2:wrong configuration or usage, or no relay runs",
      "3:the relay does not answer"
    },
    footer = {
      "  entra-relay integration backfill contoso --from 2026-03-01",
      "  entra-relay integration backfill contoso --from 2026-03-01 --to 2026-03-02 --report signIns"
    },
    footerHeading = "%nExamples:%n")
final class IntegrationBackfill extends OneIntegration {
  @Option(
      names = "--from",
      required = true,
      paramLabel = "T",
      description =
          "Read the records of this time and later: an ISO 8601 time with Z or an offset, or a day"
              + " (UTC).")
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private String from;

  @Option(names = "--to", paramLabel = "T", description = "The end of the span; default: now.")
  private @Nullable String to;

  @Option(
      names = "--report",
      paramLabel = "NAME",
      description = "Only this report; may be given several times. Default: all.")
  private List<String> reports = new ArrayList<>();

  @Option(
      names = "--again",
      description =
          "Read a span that is older than relay.collect.remember: what was taken of it before comes"
              + " out once more.")
  private boolean again;

  @Override
  public Integer call() {
    Integration integration = Declared.of(parent.root()).named(name);
    for (String report : reports) {
      if (!integration.reports().contains(report)) {
        throw new ParameterException(
            spec.commandLine(),
            "--report "
                + report
                + ": "
                + name
                + " collects "
                + String.join(", ", integration.reports()));
      }
    }
    JsonNode reading;
    Span span;
    try (Beside state = Beside.of(parent.root())) {
      Duration remember = state.settings().collect().remember();
      span = Span.of(spec, from, to, Instant.now(), remember, again);
      Map<String, Object> arguments = new LinkedHashMap<>();
      arguments.put("name", name);
      arguments.put("reports", reports);
      arguments.put("from", span.from().toEpochMilli());
      arguments.put("to", span.to().toEpochMilli());
      reading =
          state
              .act(
                  "backfill",
                  Answer.text(arguments),
                  Lease.shard(integration.tenantId(), integration.clientId()))
              .path("reports");
    }
    if (json) {
      Map<String, Object> object = new LinkedHashMap<>();
      object.put("integration", name);
      object.put("from", span.from().toString());
      object.put("to", span.to().toString());
      object.put("reports", reading);
      return Answer.json(spec, object);
    }
    List<String> names = new ArrayList<>();
    reading.forEach(each -> names.add(each.asText()));
    return Answer.lines(
        spec,
        "Reading "
            + String.join(", ", names)
            + " of "
            + name
            + " from "
            + span.from()
            + " to "
            + span.to()
            + ". How far it is: entra-relay integration show "
            + name);
  }
}
