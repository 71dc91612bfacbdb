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
import org.springframework.http.HttpStatus;
import org.springframework.security.core.Authentication;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.server.ResponseStatusException;

/** One integration: how it fares and fared, its reports, and what operators do with it. */
@Controller
class IntegrationPage {
  /** What changes something. */
  static final String[] ACTIONS = {
    "/integrations/*/pause", "/integrations/*/resume", "/integrations/*/refresh"
  };

  private static final int CHANGES = 20;

  private final ConsoleParts parts;
  private final Certificates certificates = new Certificates();

  IntegrationPage(ConsoleParts parts) {
    this.parts = parts;
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

  /**
   * The page, or what of it changes where htmx asks.
   *
   * @param asked the action that was asked for a moment ago
   */
  @GetMapping("/integrations/{name}")
  String page(
      @PathVariable("name") String name,
      @RequestParam(name = "asked", defaultValue = "") String asked,
      @RequestHeader(name = "HX-Request", required = false) @Nullable String htmx,
      Model model) {
    Integration integration = named(name);
    long now = parts.clock().millis();
    List<Standing> history = parts.standings().history(tenancy(integration), CHANGES + 1);
    Standing standing = history.isEmpty() ? null : history.get(0);
    model.addAttribute("integration", integration);
    model.addAttribute("row", IntegrationRow.of(integration, standing, List.of(), now));
    model.addAttribute(
        "next",
        standing == null
            ? "Nothing: a relay takes it up within seconds."
            : NextStep.of(standing, name));
    model.addAttribute("paused", parts.standings().paused().contains(tenancy(integration)));
    model.addAttribute("before", history.stream().skip(1).limit(CHANGES).toList());
    model.addAttribute(
        "reports",
        parts.feeds().get().stream()
            .filter(feed -> feed.integration().name().equals(name))
            .sorted(Comparator.comparing(Feed::toString))
            .map(feed -> ReportRow.of(feed, now))
            .toList());
    OptionalLong days = certificates.daysLeft(integration.certificate(), now);
    model.addAttribute("days", days.isPresent() ? days.getAsLong() : null);
    model.addAttribute("asked", htmx == null ? said(asked) : null);
    model.addAttribute("words", new Words(now));
    return htmx == null ? "integration" : "integration :: fares";
  }

  private static @Nullable String said(String action) {
    return switch (action) {
      case "pause" -> "It is being paused: what is under way is finished.";
      case "resume" -> "It goes on, with what it has missed first.";
      case "refresh" -> "It is tried again at once.";
      default -> null;
    };
  }

  @PostMapping("/integrations/{name}/pause")
  String pause(@PathVariable("name") String name, Authentication someone) {
    Integration integration = named(name);
    if (parts.standings().pause(tenancy(integration), Person.who(someone))) {
      parts.auditLog().write(Person.who(someone), "paused", name, null, null);
    }
    return asked(name, "pause");
  }

  @PostMapping("/integrations/{name}/resume")
  String resume(@PathVariable("name") String name, Authentication someone) {
    Integration integration = named(name);
    if (parts.standings().resume(tenancy(integration))) {
      parts.auditLog().write(Person.who(someone), "resumed", name, null, null);
    }
    return asked(name, "resume");
  }

  @PostMapping("/integrations/{name}/refresh")
  String refresh(@PathVariable("name") String name, Authentication someone) {
    Integration integration = named(name);
    parts.refresh().accept(integration);
    parts.auditLog().write(Person.who(someone), "refreshed", name, null, null);
    return asked(name, "refresh");
  }

  private static String asked(String name, String action) {
    return "redirect:/integrations/" + name + "?asked=" + action;
  }

  /** None but those that there are: a name in an address is anything. */
  private Integration named(String name) {
    return parts.integrations().get().stream()
        .filter(each -> each.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new ResponseStatusException(HttpStatus.NOT_FOUND));
  }

  private static Tenancy tenancy(Integration integration) {
    return new Tenancy(integration.tenantId(), integration.clientId());
  }
}
