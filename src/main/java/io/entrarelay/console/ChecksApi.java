package io.entrarelay.console;

import io.entrarelay.onboard.IntegrationCheck.Line;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.Schema;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.springframework.http.HttpStatus;
import org.springframework.security.core.Authentication;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** Checks of integrations, which take their time: begun, then looked at. */
@RestController
@RequestMapping(ApiRules.BASE + "/integrations/{name}/check")
class ChecksApi {
  private final ConsoleParts parts;
  private final CheckActions checks;

  ChecksApi(ConsoleParts parts, CheckActions checks) {
    this.parts = parts;
    this.checks = checks;
  }

  /** What a check has found. */
  @Schema(name = "Check")
  record Check(
      Instant started,
      @Schema(description = "whether nothing more comes") boolean over,
      @Schema(description = "what is known so far") List<CheckLine> lines) {
    private static Check of(CheckActions.Run run) {
      boolean over = run.isOver(); // before the lines: what comes between isn't missed
      return new Check(
          Instant.ofEpochMilli(run.startedAt()),
          over,
          run.lines().stream().map(CheckLine::of).toList());
    }
  }

  /** One thing that was looked at. */
  @Schema(name = "CheckLine")
  record CheckLine(
      @Schema(
              description =
                  "certificate, token, clock, roles, licence, a report's name, or a sink's")
          String probe,
      @Schema(allowableValues = {"ok", "attention", "failed"}) String outcome,
      @Schema(description = "what was found; after a failure the cause and what to do")
          String text) {
    private static CheckLine of(Line line) {
      return new CheckLine(
          line.probe(), line.outcome().name().toLowerCase(Locale.ROOT), line.text());
    }
  }

  @PostMapping
  @ResponseStatus(HttpStatus.ACCEPTED)
  @Operation(
      summary =
          "Begins to check an integration: certificate, clock, token, permissions, licence, reports,"
              + " sinks.",
      description = "Look at it until it is over.")
  Check checkIntegration(
      @Parameter(description = "the integration's name", example = "contoso") @PathVariable("name")
          String name,
      Authentication someone) {
    CheckActions.Run before = checks.last(name);
    if (before != null && !before.isOver()) {
      throw Refusal.conflict("It is being checked already: look at that check.");
    }
    return Check.of(checks.start(name, Person.who(someone)));
  }

  @GetMapping
  @Operation(summary = "What the last check of an integration has found, within an hour.")
  Check check(
      @Parameter(description = "the integration's name", example = "contoso") @PathVariable("name")
          String name) {
    new IntegrationActions(parts).named(name);
    CheckActions.Run run = checks.last(name);
    if (run == null) {
      throw Refusal.unknown("It was not checked here within an hour.");
    }
    return Check.of(run);
  }
}
