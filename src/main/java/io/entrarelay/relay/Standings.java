package io.entrarelay.relay;

import io.entrarelay.collect.Collector;
import io.entrarelay.collect.Feed;
import io.entrarelay.config.Integration;
import io.entrarelay.state.Integrations;
import io.entrarelay.state.Standing;
import io.entrarelay.state.Standing.Reason;
import io.entrarelay.state.Standing.State;
import io.entrarelay.state.StoreException;
import io.entrarelay.state.Tenancy;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How each integration of this process's shards fares, as its reports do: each change is kept in
 * the store with its time and cause, and said in the log.
 */
final class Standings {
  private static final Logger LOG = LoggerFactory.getLogger(Standings.class);

  /**
   * So long it may take until a new integration is read: Microsoft replicates without a promise.
   */
  private static final Duration TO_BEGIN = Duration.ofMinutes(60);

  /**
   * What is remembered of an integration.
   *
   * @param last as it was noted last; null where it never was
   * @param hasWorked whether anything of it was ever read
   * @param begun since when the first reading is awaited
   */
  private record Known(@Nullable Standing last, boolean hasWorked, Instant begun) {}

  private final Integrations store;
  private final Roster roster;
  private final Collector collector;
  private final Duration patience;
  private final InstantSource clock;
  private final Map<Tenancy, Known> known = new HashMap<>();
  private String said = "";

  /**
   * @param patience a problem that nobody has to act on counts when it has lasted for so long
   */
  Standings(
      Integrations store,
      Roster roster,
      Collector collector,
      Duration patience,
      InstantSource clock) {
    this.store = store;
    this.roster = roster;
    this.collector = collector;
    this.patience = patience;
    this.clock = clock;
  }

  /** Notes what has changed since the last look. */
  synchronized void look() {
    List<Integration> held = roster.held();
    known.keySet().retainAll(held.stream().map(Roster::tenancy).collect(Collectors.toSet()));
    Map<String, List<Feed>> feeds =
        collector.feeds().stream()
            .collect(Collectors.groupingBy(feed -> feed.integration().name()));
    try {
      for (Integration integration : held) {
        look(integration, feeds.getOrDefault(integration.name(), List.of()));
      }
      said = "";
    } catch (StoreException e) {
      String message = String.valueOf(e.getMessage());
      if (!message.equals(said)) {
        said = message;
        LOG.warn("how integrations fare can't be kept now: {}", message);
      }
    }
  }

  private void look(Integration integration, List<Feed> feeds) {
    Tenancy tenancy = Roster.tenancy(integration);
    Known before = known.computeIfAbsent(tenancy, this::remembered);
    boolean works = before.hasWorked || feeds.stream().anyMatch(feed -> feed.lastRead() > 0);
    Standing now = standing(integration, feeds, works, before);
    if (now == null) {
      return;
    }
    if (before.last == null || !before.last.isAs(now)) {
      if (store.note(tenancy, integration.name(), now)) {
        say(integration, now);
      }
      known.put(tenancy, new Known(now, works, before.begun));
    } else if (works != before.hasWorked) {
      known.put(tenancy, new Known(before.last, works, before.begun));
    }
  }

  private Known remembered(Tenancy tenancy) {
    List<Standing> history = store.history(tenancy, Integrations.KEPT);
    boolean hasWorked =
        history.stream()
            .anyMatch(each -> each.state() == State.COLLECTING || each.state() == State.DEGRADED);
    Instant begun = clock.instant();
    for (Standing each : history) {
      if (each.state() != State.PROVISIONING && each.state() != State.FAILED) {
        break;
      }
      begun = each.since();
    }
    return new Known(history.isEmpty() ? null : history.get(0), hasWorked, begun);
  }

  /** Null where nothing can be said at this moment. */
  private @Nullable Standing standing(
      Integration integration, List<Feed> feeds, boolean hasWorked, Known before) {
    Instant now = clock.instant();
    if (roster.isPaused(integration)) {
      return new Standing(State.PAUSED, now, List.of());
    }
    if (feeds.isEmpty()) {
      return null; // it is just being added
    }
    List<Reason> reasons = reasons(feeds, hasWorked ? patience : Duration.ZERO, now);
    if (!hasWorked) {
      Instant refreshed = roster.refreshed(integration);
      Instant begun = refreshed.isAfter(before.begun) ? refreshed : before.begun;
      boolean inTime = now.isBefore(begun.plus(TO_BEGIN));
      return new Standing(inTime ? State.PROVISIONING : State.FAILED, now, reasons);
    }
    return new Standing(reasons.isEmpty() ? State.COLLECTING : State.DEGRADED, now, reasons);
  }

  /** The problems that have lasted for so long, or that someone must act on, each said once. */
  private static List<Reason> reasons(List<Feed> feeds, Duration patience, Instant now) {
    Map<Feed.Problem, Set<String>> reports = new LinkedHashMap<>();
    for (Feed feed : feeds) {
      Feed.Problem problem = feed.problem();
      if (problem != null && (problem.blocked() || !now.isBefore(problem.since().plus(patience)))) {
        // the same trouble of several reports is one reason
        Feed.Problem any = new Feed.Problem(problem.code(), problem.message(), now, true);
        reports.computeIfAbsent(any, key -> new TreeSet<>()).add(feed.report().getName());
      }
    }
    List<Reason> reasons = new ArrayList<>();
    reports.forEach(
        (problem, names) ->
            reasons.add(
                new Reason(
                    names.size() == feeds.size() && names.size() > 1
                        ? "all reports"
                        : String.join(", ", names),
                    problem.code(),
                    problem.message())));
    return reasons;
  }

  private static void say(Integration integration, Standing now) {
    String reasons =
        now.reasons().stream()
            .map(reason -> reason.about() + ": " + reason.text())
            .collect(Collectors.joining("; "));
    String is = now.state().words() + (reasons.isEmpty() ? "" : ": " + reasons);
    switch (now.state()) {
      case DEGRADED, FAILED -> LOG.warn("integration {} is {}", integration.name(), is);
      default -> LOG.info("integration {} is {}", integration.name(), is);
    }
  }
}
