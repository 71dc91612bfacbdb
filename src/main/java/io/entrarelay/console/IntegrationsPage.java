package io.entrarelay.console;

import io.entrarelay.config.Integration;
import io.entrarelay.config.RelaySettings.Application;
import io.entrarelay.state.Figures;
import io.entrarelay.state.Standing;
import io.entrarelay.state.Standing.State;
import io.entrarelay.state.StoredIntegration;
import io.entrarelay.state.Tenancy;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
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

  private static final List<State> WORST_FIRST =
      List.of(
          State.FAILED,
          State.DEGRADED,
          State.AWAITING_CONSENT,
          State.PROVISIONING,
          State.PAUSED,
          State.COLLECTING);

  static final List<Choice> STATES = states();

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
    List<IntegrationRow> all = rows(parts, now);
    String wanted = query.strip().toLowerCase(Locale.ROOT);
    List<IntegrationRow> found = all.stream().filter(row -> fits(row, wanted)).toList();
    List<IntegrationRow> chosen =
        found.stream().filter(row -> state.isEmpty() || row.code().equals(state)).toList();
    int pages = Math.max(1, (chosen.size() + ROWS - 1) / ROWS);
    int shown = Math.min(Math.max(1, page), pages);
    List<IntegrationRow> rows =
        chosen.subList((shown - 1) * ROWS, Math.min(shown * ROWS, chosen.size()));
    Map<String, Long> days = new LinkedHashMap<>();
    for (IntegrationRow row : rows) {
      OptionalLong left = certificates.daysLeft(row.integration().credential(), now);
      if (left.isPresent()) {
        days.put(row.name(), left.getAsLong());
      }
    }
    model.addAttribute("query", query.strip());
    model.addAttribute("state", state);
    model.addAttribute("allStates", STATES);
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
    model.addAttribute("awaiting", awaiting(wanted, state));
    Application application = parts.changes().application();
    model.addAttribute("shared", application == null ? null : application.clientId());
    model.addAttribute("problems", parts.problems().get());
    model.addAttribute("words", new Words(now));
    return htmx == null ? "integrations" : "integrations :: results";
  }

  /** All, by name. */
  static List<IntegrationRow> rows(ConsoleParts parts, long now) {
    Map<Tenancy, Standing> standings = parts.standings().standings();
    Map<Tenancy, Figures.Sums> sums = parts.standings().sums();
    return parts.integrations().get().stream()
        .map(
            integration -> {
              Tenancy tenancy = IntegrationActions.tenancy(integration);
              return new IntegrationRow(
                  integration, standings.get(tenancy), sums.get(tenancy), now);
            })
        .sorted(Comparator.comparing(IntegrationRow::name))
        .toList();
  }

  /** Those that nobody has consented to yet: few, and in no page of the table. */
  private List<StoredIntegration> awaiting(String wanted, String state) {
    return state.isEmpty() || state.equals(IntegrationRow.code(State.AWAITING_CONSENT))
        ? parts.changes().awaitingConsent().stream()
            .filter(
                each ->
                    each.name().contains(wanted)
                        || each.displayName().toLowerCase(Locale.ROOT).contains(wanted))
            .toList()
        : List.of();
  }

  /**
   * Whether one is looked for.
   *
   * @param wanted a part of a name, of a display name or of a tenant's id, in lower case
   */
  static boolean fits(IntegrationRow row, String wanted) {
    Integration integration = row.integration();
    return wanted.isEmpty()
        || row.name().contains(wanted)
        || integration.displayName().toLowerCase(Locale.ROOT).contains(wanted)
        || integration.tenantId().contains(wanted);
  }

  /** How many there are of each state that there is. */
  private static List<Count> counts(List<IntegrationRow> rows) {
    return STATES.stream()
        .map(
            state ->
                new Count(
                    state.code(),
                    state.words(),
                    rows.stream().filter(row -> row.code().equals(state.code())).count()))
        .filter(count -> count.rows() > 0)
        .toList();
  }

  private static List<Choice> states() {
    List<Choice> states = new ArrayList<>();
    for (State state : WORST_FIRST) {
      states.add(new Choice(IntegrationRow.code(state), state.words()));
    }
    states.add(new Choice("new", "new"));
    return states;
  }

  /** A state that can be chosen. */
  record Choice(String code, String words) {}

  /** How many are of a state. */
  record Count(String code, String words, long rows) {}
}
