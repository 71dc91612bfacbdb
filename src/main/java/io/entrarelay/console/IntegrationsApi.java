package io.entrarelay.console;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.entrarelay.config.Integration;
import io.entrarelay.onboard.IntegrationExport;
import io.entrarelay.onboard.NextStep;
import io.entrarelay.state.Figures;
import io.entrarelay.state.Standing;
import io.entrarelay.state.StoredIntegration;
import io.entrarelay.state.Tenancy;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.Schema;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** The connected tenants: how they fare and fared. */
@RestController
@RequestMapping(ApiRules.BASE + "/integrations")
class IntegrationsApi {
  private static final String AWAITING = IntegrationRow.code(Standing.State.AWAITING_CONSENT);
  private static final int CHANGES = 20;
  private static final String YAML = "application/yaml";

  /** The name in a path. */
  @Parameter(description = "the integration's name", example = "contoso")
  @Target(ElementType.PARAMETER)
  @Retention(RetentionPolicy.RUNTIME)
  @interface Name {}

  private final ConsoleParts parts;
  private final IntegrationActions actions;
  private final Certificates certificates = new Certificates();

  IntegrationsApi(ConsoleParts parts) {
    this.parts = parts;
    this.actions = new IntegrationActions(parts);
  }

  /** Why it is not well. */
  @Schema(name = "Reason")
  record Reason(
      @Schema(description = "a report, or credential") String about,
      @Schema(description = "the same for the same kind of problem") String code,
      @Schema(description = "what is wrong and what to do") String text) {
    private static List<Reason> of(Standing standing) {
      return standing.reasons().stream()
          .map(reason -> new Reason(reason.about(), reason.code(), reason.text()))
          .toList();
    }
  }

  /** One integration, in a list. */
  @Schema(name = "IntegrationSummary")
  record Summary(
      String name,
      String displayName,
      @Schema(description = "absent while nobody has consented and the tenant is not known")
          @Nullable String tenantId,
      String clientId,
      @Schema(example = "global") String cloud,
      @Schema(description = "the reports that it collects, by Graph's names") List<String> reports,
      @Schema(description = "whether a file decides about it, so that it can't be changed here")
          boolean declared,
      @Schema(
              allowableValues = {
                "new",
                "awaiting-consent",
                "provisioning",
                "collecting",
                "degraded",
                "paused",
                "failed"
              })
          String state,
      @Schema(description = "when it came into that state") @Nullable Instant since,
      @Schema(description = "why it is not well; empty where it is") List<Reason> reasons,
      @Schema(description = "when a page was last taken") @Nullable Instant lastRead,
      @Schema(description = "how far the slowest report is behind") @Nullable Double lagSeconds,
      @Schema(description = "records taken since today (UTC) began") long today,
      @Schema(description = "records taken since they are kept count of") long taken,
      @Schema(description = "of these, found by a later reading than the first") long late,
      @Schema(description = "whole days until its certificate ends; absent where it can't be read")
          @Nullable Long certificateDaysLeft) {}

  /** How it fared. */
  @Schema(name = "IntegrationState")
  record Before(String state, Instant since, List<Reason> reasons) {}

  /** What a report has read and taken. */
  @Schema(name = "ReportFigures")
  record ReportFigures(
      String report,
      @Schema(description = "when a page was last taken") @Nullable Instant lastRead,
      @Schema(description = "how far its reading without a gap is behind") double lagSeconds,
      long taken,
      long late,
      @Schema(description = "what of a span that was asked for is still to be read")
          double backfillSeconds,
      @Schema(description = "how much that was at first") double backfillOfSeconds,
      @Schema(description = "why it is not being read as it should, and what to do")
          @Nullable String problem,
      @Schema(description = "what each reading of a slice has brought, the first reading first")
          List<Sweep> sweeps,
      @Schema(description = "requests sent within the last whole minute; absent before the first")
          @Nullable Long requestsPerMinute) {}

  /** What the readings of slices at one age have brought. */
  @Schema(name = "Sweep")
  record Sweep(@Schema(description = "of the slice") double ageSeconds, long taken) {}

  /** One integration, whole. */
  @Schema(name = "Integration")
  record Detail(
      @JsonUnwrapped Summary summary,
      @Schema(description = "what a person does next about it") String nextStep,
      @Schema(description = "the file that declares it; absent where the state store keeps it")
          @Nullable String file,
      @Schema(description = "how it fared, the newest first") List<Before> history,
      @Schema(description = "each report, as the node that reads it has noted")
          List<ReportFigures> figures) {}

  /** Some of them. */
  @Schema(name = "Integrations")
  record Found(
      @Schema(description = "how many fit") int found,
      @Schema(description = "this page's number, from 1") int page,
      @Schema(description = "how many pages there are") int pages,
      List<Summary> integrations) {}

  @GetMapping
  @Operation(summary = "The integrations, by name.")
  Found integrations(
      @Parameter(description = "a part of a name, of a display name or of a tenant's id")
          @RequestParam(name = "query", defaultValue = "")
          String query,
      @Parameter(description = "only those in this state")
          @RequestParam(name = "state", defaultValue = "")
          String state,
      @Parameter(description = "which page, from 1")
          @RequestParam(name = "page", defaultValue = "1")
          int page,
      @Parameter(description = "so many on a page, 1 to 200")
          @RequestParam(name = "size", defaultValue = "25")
          int size) {
    Paging.within("page", page, Integer.MAX_VALUE);
    Paging.size(size);
    List<String> states = IntegrationsPage.STATES.stream().map(each -> each.code()).toList();
    if (!state.isEmpty() && !states.contains(state)) {
      throw ApiAdvice.wrong(
          new ApiAdvice.Error("state", "is none", "Give one of " + String.join(", ", states)));
    }
    long now = parts.clock().millis();
    String wanted = query.strip().toLowerCase(Locale.ROOT);
    List<Line> chosen =
        Stream.concat(
                IntegrationsPage.rows(parts, now).stream()
                    .filter(row -> IntegrationsPage.fits(row, wanted))
                    .map(row -> new Line(row.name(), row.code(), () -> summary(row, now))),
                parts.changes().awaitingConsent().stream()
                    .filter(stored -> fits(stored, wanted))
                    .map(stored -> new Line(stored.name(), AWAITING, () -> awaiting(stored))))
            .filter(line -> state.isEmpty() || line.state().equals(state))
            .sorted(Comparator.comparing(Line::name))
            .toList();
    return new Found(
        chosen.size(),
        page,
        Math.max(1, (chosen.size() + size - 1) / size),
        chosen.stream()
            .skip((page - 1L) * size)
            .limit(size)
            .map(line -> line.summary().get())
            .toList());
  }

  /** One of a list, of which all is looked up where it is shown. */
  private record Line(String name, String state, Supplier<Summary> summary) {}

  private static boolean fits(StoredIntegration stored, String wanted) {
    return stored.name().contains(wanted)
        || stored.displayName().toLowerCase(Locale.ROOT).contains(wanted)
        || String.valueOf(stored.tenantId()).contains(wanted);
  }

  private static Summary awaiting(StoredIntegration stored) {
    return new Summary(
        stored.name(),
        stored.displayName(),
        stored.tenantId(),
        stored.clientId(),
        stored.cloud(),
        stored.reports(),
        false,
        AWAITING,
        time(stored.addedAt()),
        List.of(),
        null,
        null,
        0,
        0,
        0,
        null);
  }

  private Summary summary(IntegrationRow row, long now) {
    Integration integration = row.integration();
    Standing standing = row.standing();
    OptionalLong days = certificates.daysLeft(integration.credential(), now);
    return new Summary(
        integration.name(),
        integration.displayName(),
        integration.tenantId(),
        integration.clientId(),
        integration.cloud().name(),
        integration.reports(),
        integration.isDeclared(),
        row.code(),
        standing == null ? null : standing.since(),
        standing == null ? List.of() : Reason.of(standing),
        time(row.lastRead()),
        row.figures() == null ? null : row.lag() / 1_000.0,
        row.today(),
        row.taken(),
        row.late(),
        days.isPresent() ? days.getAsLong() : null);
  }

  private static @Nullable Instant time(long millis) {
    return millis == 0 ? null : Instant.ofEpochMilli(millis);
  }

  @GetMapping("/{name}")
  @Operation(summary = "One integration: how it fares and fared, and what its reports have taken.")
  Detail integration(@Name @PathVariable("name") String name) {
    StoredIntegration stored = parts.changes().find(name);
    if (stored != null && stored.awaitsConsent()) {
      return new Detail(awaiting(stored), nextStep(stored), null, List.of(), List.of());
    }
    return detail(known(name, stored));
  }

  private static String nextStep(StoredIntegration awaiting) {
    return NextStep.of(
        new Standing(
            Standing.State.AWAITING_CONSENT, Instant.ofEpochMilli(awaiting.addedAt()), List.of()),
        awaiting.name());
  }

  /** The one of this name; what the store has just got, the relay has not looked at yet. */
  private Integration known(String name, @Nullable StoredIntegration stored) {
    return stored == null ? actions.named(name) : parts.changes().integration(stored);
  }

  private Detail detail(Integration integration) {
    long now = parts.clock().millis();
    Tenancy tenancy = IntegrationActions.tenancy(integration);
    List<Standing> history = parts.standings().history(tenancy, CHANGES + 1);
    Standing standing = history.isEmpty() ? null : history.get(0);
    Figures figures = parts.standings().figures(tenancy);
    return new Detail(
        summary(
            new IntegrationRow(integration, standing, figures == null ? null : figures.sums(), now),
            now),
        standing == null
            ? "Nothing: a relay takes it up within seconds."
            : NextStep.of(standing, integration.name()),
        integration.file() == null ? null : integration.file().toString(),
        history.stream()
            .skip(1)
            .map(
                before ->
                    new Before(
                        IntegrationRow.code(before.state()), before.since(), Reason.of(before)))
            .toList(),
        figures == null ? List.of() : figures.reports().stream().map(IntegrationsApi::of).toList());
  }

  private static ReportFigures of(Figures.OfReport report) {
    return new ReportFigures(
        report.report(),
        time(report.lastRead()),
        report.lag() / 1_000.0,
        report.taken(),
        report.late(),
        report.asked() / 1_000.0,
        report.askedOf() / 1_000.0,
        report.problem(),
        report.sweeps().stream()
            .map(sweep -> new Sweep(sweep.age() / 1_000.0, sweep.taken()))
            .toList(),
        report.requests());
  }

  @GetMapping(path = "/{name}/export", produces = YAML)
  @Operation(
      summary = "The integration as a file of its own can declare it.",
      description =
          "A private key is never exported: the file says in its head which one belongs beside it.")
  String exportIntegration(@Name @PathVariable("name") String name) {
    StoredIntegration stored = parts.changes().find(name);
    if (stored != null && stored.awaitsConsent()) {
      throw Refusal.conflict("Nobody has consented to it yet: there is nothing to declare.");
    }
    return new IntegrationExport(known(name, stored)).yaml();
  }
}
