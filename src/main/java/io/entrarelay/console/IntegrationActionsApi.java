package io.entrarelay.console;

import io.entrarelay.config.Integration;
import io.entrarelay.console.IntegrationsApi.Name;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.media.Schema.RequiredMode;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.security.core.Authentication;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** What operators do with an integration. */
@RestController
@RequestMapping(ApiRules.BASE + "/integrations/{name}")
class IntegrationActionsApi {
  private final IntegrationActions actions;

  IntegrationActionsApi(ConsoleParts parts) {
    this.actions = new IntegrationActions(parts);
  }

  /** Whether something is other than before. */
  @Schema(name = "Changed")
  record Changed(@Schema(description = "false where it was so already") boolean changed) {}

  @PostMapping("/pause")
  @Operation(summary = "Stops an integration for a while; what is under way is finished.")
  Changed pauseIntegration(@Name @PathVariable("name") String name, Authentication someone) {
    return new Changed(actions.pause(name, Person.who(someone)));
  }

  @PostMapping("/resume")
  @Operation(
      summary =
          "Lets a paused integration go on: what it has missed is read, as far as Graph keeps it.")
  Changed resumeIntegration(@Name @PathVariable("name") String name, Authentication someone) {
    return new Changed(actions.resume(name, Person.who(someone)));
  }

  @PostMapping("/refresh")
  @ResponseStatus(HttpStatus.NO_CONTENT)
  @Operation(summary = "Asks for a new token and tries each report at once.")
  void refreshIntegration(@Name @PathVariable("name") String name, Authentication someone) {
    actions.refresh(name, Person.who(someone));
  }

  /** A span that is to be read. */
  @Schema(name = "Backfill")
  record Span(
      @Schema(requiredMode = RequiredMode.REQUIRED) @Nullable Instant from,
      @Schema(description = "its end; now where it is absent") @Nullable Instant to,
      @Schema(description = "those that are to read it; all of the integration where it is absent")
          @Nullable List<String> reports,
      @Schema(
              description =
                  "read also what may be forgotten (relay.collect.remember): that comes out a second"
                      + " time",
              defaultValue = "false")
          @Nullable Boolean again) {}

  @PostMapping("/backfill")
  @ResponseStatus(HttpStatus.ACCEPTED)
  @Operation(
      summary =
          "Has a span read, again where it was read before: what was taken of it doesn't come out a"
              + " second time.",
      description = "How much is left is in the figures of the integration.")
  Span backfillIntegration(
      @Name @PathVariable("name") String name, @RequestBody Span span, Authentication someone) {
    Integration integration = actions.named(name);
    boolean again = Boolean.TRUE.equals(span.again());
    IntegrationActions.Backfill asked =
        actions.backfill(
            name,
            span.reports() == null ? integration.reports() : span.reports(),
            span.from() == null ? "" : span.from().toString(),
            span.to() == null ? "" : span.to().toString(),
            again,
            Person.who(someone));
    return new Span(asked.from(), asked.to(), asked.reports(), again);
  }
}
