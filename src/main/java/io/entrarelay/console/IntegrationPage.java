package io.entrarelay.console;

import io.entrarelay.config.DurationText;
import io.entrarelay.config.Integration;
import io.entrarelay.config.RelaySettings.Application;
import io.entrarelay.onboard.NextStep;
import io.entrarelay.state.Figures;
import io.entrarelay.state.Standing;
import io.entrarelay.state.Tenancy;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.security.core.Authentication;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** One integration: how it fares and fared, its reports, and what operators do with it. */
@Controller
class IntegrationPage {
  /** What changes something. */
  static final String[] ACTIONS = {
    "/integrations/*/pause",
    "/integrations/*/resume",
    "/integrations/*/refresh",
    "/integrations/*/backfill",
    "/integrations/*/check"
  };

  private static final int CHANGES = 20;

  private final ConsoleParts parts;
  private final IntegrationActions actions;
  private final CheckActions checks;
  private final Certificates certificates = new Certificates();

  IntegrationPage(ConsoleParts parts, CheckActions checks) {
    this.parts = parts;
    this.actions = new IntegrationActions(parts);
    this.checks = checks;
  }

  /** The page, or what of it changes where htmx asks. */
  @GetMapping("/integrations/{name}")
  String page(
      @PathVariable("name") String name,
      @RequestHeader(name = "HX-Request", required = false) @Nullable String htmx,
      Model model) {
    Integration integration = actions.named(name);
    Tenancy tenancy = IntegrationActions.tenancy(integration);
    long now = parts.clock().millis();
    List<Standing> history = parts.standings().history(tenancy, CHANGES + 1);
    Standing standing = history.isEmpty() ? null : history.get(0);
    model.addAttribute("integration", integration);
    model.addAttribute("row", new IntegrationRow(integration, standing, null, now));
    model.addAttribute(
        "next",
        standing == null
            ? "Nothing: a relay takes it up within seconds."
            : NextStep.of(standing, name));
    model.addAttribute("paused", parts.standings().paused().contains(tenancy));
    model.addAttribute("before", history.stream().skip(1).limit(CHANGES).toList());
    Figures figures = parts.standings().figures(tenancy);
    model.addAttribute("reports", figures == null ? List.of() : figures.reports());
    model.addAttribute("noted", figures == null ? 0 : now - figures.notedAt());
    model.addAttribute("requests", figures == null ? null : figures.requests());
    model.addAttribute("budget", parts.settings().graph().budget());
    model.addAttribute("today", figures == null ? 0 : figures.sums().today(now));
    OptionalLong days = certificates.daysLeft(integration.credential(), now);
    model.addAttribute("days", days.isPresent() ? days.getAsLong() : null);
    model.addAttribute("certificate", certificates.of(integration.credential()).orElse(null));
    model.addAttribute("kept", IntegrationEditPage.Kept.of(parts.changes().find(name)));
    model.asMap().putIfAbsent("renaming", IntegrationEditPage.Renaming.of(integration));
    model.asMap().putIfAbsent("rotation", IntegrationEditPage.Rotation.NONE);
    model.addAttribute("consents", consents(integration));
    model.addAttribute("check", checks.last(name));
    model.addAttribute("words", new Words(now));
    model.addAttribute("remember", DurationText.format(parts.settings().collect().remember()));
    model.asMap().putIfAbsent("backfill", new BackfillForm("", "", integration.reports(), false));
    return htmx == null ? "integration" : "integration :: fares";
  }

  /** Whether its tenant consents to the shared application. */
  private boolean consents(Integration integration) {
    Application application = parts.changes().application();
    return application != null && application.clientId().equals(integration.clientId());
  }

  @PostMapping("/integrations/{name}/pause")
  String pause(
      @PathVariable("name") String name, Authentication someone, RedirectAttributes after) {
    actions.pause(name, Person.who(someone));
    return done(name, "It is being paused: what is under way is finished.", after);
  }

  @PostMapping("/integrations/{name}/resume")
  String resume(
      @PathVariable("name") String name, Authentication someone, RedirectAttributes after) {
    actions.resume(name, Person.who(someone));
    return done(name, "It goes on, with what it has missed first.", after);
  }

  @PostMapping("/integrations/{name}/refresh")
  String refresh(
      @PathVariable("name") String name, Authentication someone, RedirectAttributes after) {
    actions.refresh(name, Person.who(someone));
    return done(name, "It is tried again at once.", after);
  }

  /** What was filled in, to be shown again where it was refused. */
  record BackfillForm(String from, String to, List<String> reports, boolean again) {}

  @PostMapping("/integrations/{name}/backfill")
  String backfill(
      @PathVariable("name") String name,
      @RequestParam(name = "from", defaultValue = "") String from,
      @RequestParam(name = "to", defaultValue = "") String to,
      @RequestParam(name = "report", defaultValue = "") List<String> reports,
      @RequestParam(name = "again", defaultValue = "false") boolean again,
      Authentication someone,
      RedirectAttributes after) {
    try {
      actions.backfill(name, reports, from, to, again, Person.who(someone));
    } catch (Refusal e) {
      if (e.status() != HttpStatus.BAD_REQUEST) {
        throw e;
      }
      after.addFlashAttribute("backfill", new BackfillForm(from, to, reports, again));
      after.addFlashAttribute("wrongSpan", e.why());
      return "redirect:/integrations/" + name + "#backfill";
    }
    return done(name, "It is being read; the table of reports shows how much is left.", after);
  }

  private static String done(String name, String said, RedirectAttributes after) {
    after.addFlashAttribute("said", said);
    return "redirect:/integrations/" + name;
  }
}
