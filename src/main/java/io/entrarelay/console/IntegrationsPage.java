package io.entrarelay.console;

import io.entrarelay.collect.Feed;
import io.entrarelay.config.Integration;
import io.entrarelay.console.IntegrationRow.State;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestParam;

/** All integrations: found by name, by state, a page at a time. */
@Controller
class IntegrationsPage {
  static final int ROWS = 25;

  private final ConsoleParts parts;
  private final Certificates certificates = new Certificates();

  IntegrationsPage(ConsoleParts parts) {
    this.parts = parts;
  }

  /**
   * The page, or its table alone where htmx asks.
   *
   * @param query a part of a name, of a display name or of a tenant's id
   */
  @GetMapping("/integrations")
  String page(
      @RequestParam(name = "query", defaultValue = "") String query,
      @RequestParam(name = "state", defaultValue = "") String state,
      @RequestParam(name = "page", defaultValue = "1") int page,
      @RequestHeader(name = "HX-Request", required = false) @Nullable String htmx,
      Model model) {
    long now = parts.clock().millis();
    List<IntegrationRow> all = rows(now);
    String wanted = query.strip().toLowerCase(Locale.ROOT);
    List<IntegrationRow> found = all.stream().filter(row -> fits(row, wanted)).toList();
    List<IntegrationRow> chosen =
        found.stream().filter(row -> state.isEmpty() || row.state().code().equals(state)).toList();
    int pages = Math.max(1, (chosen.size() + ROWS - 1) / ROWS);
    int shown = Math.min(Math.max(1, page), pages);
    List<IntegrationRow> rows =
        chosen.subList((shown - 1) * ROWS, Math.min(shown * ROWS, chosen.size()));
    Map<String, Long> days = new LinkedHashMap<>();
    for (IntegrationRow row : rows) {
      OptionalLong left = certificates.daysLeft(row.integration().certificate(), now);
      if (left.isPresent()) {
        days.put(row.name(), left.getAsLong());
      }
    }
    model.addAttribute("query", query.strip());
    model.addAttribute("state", state);
    model.addAttribute("allStates", State.values());
    model.addAttribute("states", counts(found));
    model.addAttribute("found", found.size());
    model.addAttribute("rows", rows);
    model.addAttribute("days", days);
    model.addAttribute("total", all.size());
    model.addAttribute("chosen", chosen.size());
    model.addAttribute("first", chosen.isEmpty() ? 0 : (shown - 1) * ROWS + 1);
    model.addAttribute("last", Math.min(shown * ROWS, chosen.size()));
    model.addAttribute("page", shown);
    model.addAttribute("pagesCount", pages);
    model.addAttribute("problems", parts.problems().get());
    model.addAttribute("words", new Words(now));
    return htmx == null ? "integrations" : "integrations :: results";
  }

  private List<IntegrationRow> rows(long now) {
    Map<String, List<Feed>> feeds =
        parts.feeds().get().stream()
            .collect(Collectors.groupingBy(feed -> feed.integration().name()));
    return parts.integrations().get().stream()
        .map(
            integration ->
                IntegrationRow.of(
                    integration,
                    feeds.getOrDefault(integration.name(), List.of()),
                    parts.isShared(),
                    now))
        .sorted(Comparator.comparing(IntegrationRow::name))
        .toList();
  }

  private static boolean fits(IntegrationRow row, String wanted) {
    Integration integration = row.integration();
    return wanted.isEmpty()
        || row.name().contains(wanted)
        || row.displayName().toLowerCase(Locale.ROOT).contains(wanted)
        || integration.tenantId().contains(wanted);
  }

  /** The states that there are, and how many of each. */
  private static Map<State, Long> counts(List<IntegrationRow> rows) {
    Map<State, Long> counts = new LinkedHashMap<>();
    for (State state : Arrays.asList(State.values())) {
      long count = rows.stream().filter(row -> row.state() == state).count();
      if (count > 0) {
        counts.put(state, count);
      }
    }
    return counts;
  }
}
