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
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
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
   * What is remembered of an integration.
   *
   * @param as it was declared then
   * @param last as it was noted last; null where it never was
   * @param hasWorked whether it was ever collected: then it is never provisioned again
   * @param begun since when its first readings are awaited
   */
  private record Known(Integration as, @Nullable Standing last, boolean hasWorked, Instant begun) {
    Known since(Instant moment) {
      return new Known(as, last, hasWorked, moment);
    }
  }

  private final Integrations store;
  private final Roster roster;
  private final Collector collector;
  private final Provisioning provisioning;
  private final boolean tries;
  private final Duration patience;
  private final InstantSource clock;
  private final Map<Tenancy, Known> known = new HashMap<>();
  private String said = "";

  /**
   * @param tries whether what was never read is tried again sooner than the collector would
   * @param patience a problem that nobody has to act on counts when it has lasted for so long
   */
  Standings(
      Integrations store,
      Roster roster,
      Collector collector,
      Provisioning provisioning,
      boolean tries,
      Duration patience,
      InstantSource clock) {
    this.store = store;
    this.roster = roster;
    this.collector = collector;
    this.provisioning = provisioning;
    this.tries = tries;
    this.patience = patience;
    this.clock = clock;
  }

  /** Notes what has changed since the last look. */
  synchronized void look() {
    List<Integration> held = roster.held();
    known.keySet().retainAll(held.stream().map(Roster::tenancy).collect(Collectors.toSet()));
    provisioning.retain(held.stream().map(Integration::name).collect(Collectors.toSet()));
    Map<String, List<Feed>> feeds =
        collector.feeds().stream()
            .collect(Collectors.groupingBy(feed -> feed.integration().name()));
    try {
      for (Integration integration : held) {
        List<Feed> own = new ArrayList<>(feeds.getOrDefault(integration.name(), List.of()));
        own.sort(
            Comparator.comparing(feed -> integration.reports().indexOf(feed.report().getName())));
        look(integration, own);
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
    Known before = known.get(tenancy);
    before = before == null ? remembered(integration) : before.since(begun(integration, before));
    Standing now = standing(integration, feeds, before);
    Standing last = before.last;
    if (now != null && (last == null || !last.isAs(now))) {
      if (store.note(tenancy, integration.name(), now)) {
        say(integration, now);
      }
      last = now;
    }
    boolean works =
        now != null && (now.state() == State.COLLECTING || now.state() == State.DEGRADED);
    known.put(tenancy, new Known(integration, last, before.hasWorked || works, before.begun));
  }

  private Known remembered(Integration integration) {
    List<Standing> history = store.history(Roster.tenancy(integration), Integrations.KEPT);
    boolean hasWorked =
        history.stream()
            .anyMatch(each -> each.state() == State.COLLECTING || each.state() == State.DEGRADED);
    Standing last = history.isEmpty() ? null : history.get(0);
    Instant begun = clock.instant();
    if (last != null && last.state() == State.FAILED) {
      begun = Instant.EPOCH; // its time is over until someone says otherwise
    } else if (last != null && last.state() == State.PROVISIONING) {
      Instant until = last.until();
      begun = until == null ? last.since() : until.minus(Provisioning.WITHIN);
    }
    return new Known(integration, last, hasWorked, begun);
  }

  /** Since when the first readings are awaited: anew where someone has done something for it. */
  private Instant begun(Integration integration, Known before) {
    boolean wasPaused = before.last != null && before.last.state() == State.PAUSED;
    if (wasPaused || !integration.equals(before.as)) {
      return clock.instant();
    }
    Instant refreshed = roster.refreshed(integration);
    return refreshed.isAfter(before.begun) ? refreshed : before.begun;
  }

  /** Null where nothing can be said at this moment, or nothing new. */
  private @Nullable Standing standing(Integration integration, List<Feed> feeds, Known before) {
    Instant now = clock.instant();
    if (roster.isPaused(integration)) {
      return new Standing(State.PAUSED, now, List.of());
    }
    if (feeds.isEmpty()) {
      return null; // it is just being added
    }
    List<Feed> unread =
        feeds.stream().filter(feed -> feed.isAsked() && feed.lastRead() == 0).toList();
    boolean anyRead = feeds.stream().anyMatch(feed -> feed.lastRead() > 0);
    Instant until = before.begun.plus(Provisioning.WITHIN).truncatedTo(ChronoUnit.MILLIS);
    boolean inTime = !unread.isEmpty() && now.isBefore(until);
    Instant refreshed = roster.refreshed(integration);
    if (before.hasWorked && tries && now.isBefore(refreshed.plus(Provisioning.WITHIN))) {
      // consent that is granted again spreads no faster than the first
      provisioning.look(integration, feeds, refreshed);
    }
    if (before.hasWorked || (anyRead && !inTime)) {
      Duration lasting = before.hasWorked || unread.isEmpty() ? patience : Duration.ZERO;
      List<Reason> reasons = reasons(feeds, lasting, now);
      return new Standing(reasons.isEmpty() ? State.COLLECTING : State.DEGRADED, now, reasons);
    }
    if (inTime && tries) {
      provisioning.look(integration, unread, before.begun);
      if (provisioning.isTrying(integration, feeds)) {
        return null;
      }
    }
    Standing fares =
        new Standing(
            inTime ? State.PROVISIONING : State.FAILED,
            now,
            provisioning.reasons(integration, feeds, reasons(feeds, Duration.ZERO, now)),
            inTime ? until : null);
    // after a start nothing has failed yet, and nothing is well
    Standing last = before.last;
    boolean isSilent =
        fares.reasons().isEmpty()
            && last != null
            && last.state() == fares.state()
            && Objects.equals(last.until(), fares.until());
    return isSilent ? null : fares;
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
