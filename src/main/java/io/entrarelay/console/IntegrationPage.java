package io.entrarelay.console;

import io.entrarelay.collect.Feed;
import io.entrarelay.config.Integration;
import io.entrarelay.onboard.NextStep;
import io.entrarelay.state.Standing;
import io.entrarelay.state.Tenancy;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.springframework.security.core.Authentication;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** One integration: how it fares and fared, its reports, and what operators do with it. */
@Controller
class IntegrationPage {
  /** What changes something. */
  static final String[] ACTIONS = {
    "/integrations/*/pause", "/integrations/*/resume", "/integrations/*/refresh"
  };

  private static final int CHANGES = 20;

  private final ConsoleParts parts;
  private final IntegrationActions actions;
  private final Certificates certificates = new Certificates();

  IntegrationPage(ConsoleParts parts) {
    this.parts = parts;
    this.actions = new IntegrationActions(parts);
  }

  /**
   * A report that this node reads.
   *
   * @param lag how far it is behind, milliseconds
   * @param backfill what of a span that someone asked for is still to be read, milliseconds
   */
  record ReportRow(
      String name,
      long lastRead,
      long lag,
      long taken,
      long late,
      long backfill,
      @Nullable String problem) {
    static ReportRow of(Feed feed, long now) {
      IntegrationRow sums = IntegrationRow.of(feed.integration(), null, List.of(feed), now);
      Feed.Problem problem = feed.problem();
      return new ReportRow(
          feed.report().getName(),
          sums.lastRead(),
          sums.lag(),
          sums.taken(),
          sums.late(),
          feed.asked(now).spans().stream().mapToLong(span -> span.length()).sum(),
          problem == null ? null : problem.message());
    }
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
    model.addAttribute("row", IntegrationRow.of(integration, standing, List.of(), now));
    model.addAttribute(
        "next",
        standing == null
            ? "Nothing: a relay takes it up within seconds."
            : NextStep.of(standing, name));
    model.addAttribute("paused", parts.standings().paused().contains(tenancy));
    model.addAttribute("before", history.stream().skip(1).limit(CHANGES).toList());
    model.addAttribute(
        "reports",
        parts.feeds().get().stream()
            .filter(feed -> feed.integration().name().equals(name))
            .sorted(Comparator.comparing(Feed::toString))
            .map(feed -> ReportRow.of(feed, now))
            .toList());
    OptionalLong days = certificates.daysLeft(integration.credential(), now);
    model.addAttribute("days", days.isPresent() ? days.getAsLong() : null);
    model.addAttribute("words", new Words(now));
    return htmx == null ? "integration" : "integration :: fares";
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

  private static String done(String name, String said, RedirectAttributes after) {
    after.addFlashAttribute("said", said);
    return "redirect:/integrations/" + name;
  }
}
