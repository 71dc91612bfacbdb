package io.entrarelay.relay;

import io.entrarelay.collect.Collector;
import io.entrarelay.collect.Feed;
import io.entrarelay.config.Integration;
import io.entrarelay.plan.Intervals.Span;
import io.entrarelay.state.Figures;
import io.entrarelay.state.Figures.OfReport;
import io.entrarelay.state.Figures.Sweep;
import io.entrarelay.state.Integrations;
import io.entrarelay.state.StoreException;
import io.entrarelay.state.Tally;
import io.entrarelay.state.Tenancy;
import java.time.InstantSource;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notes in the store what the integrations of this process's shards have read and taken, where it
 * has changed: so every node's console knows it, and it is known after a restart.
 */
final class FigureWatch {
  private static final Logger LOG = LoggerFactory.getLogger(FigureWatch.class);
  private static final int LONGEST_PROBLEM = 500;

  private final Integrations store;
  private final Roster roster;
  private final Collector collector;
  private final InstantSource clock;
  private final Map<Tenancy, Figures> noted = new HashMap<>();
  private final Map<Feed, RequestRate> rates = new HashMap<>();
  private String said = "";

  FigureWatch(Integrations store, Roster roster, Collector collector, InstantSource clock) {
    this.store = store;
    this.roster = roster;
    this.collector = collector;
    this.clock = clock;
  }

  /** Notes what has changed since the last look; to be called every few seconds. */
  synchronized void look() {
    List<Integration> held = roster.held();
    noted.keySet().retainAll(held.stream().map(Roster::tenancy).collect(Collectors.toSet()));
    Map<String, List<Feed>> feeds =
        collector.feeds().stream()
            .sorted(Comparator.comparing(Feed::toString))
            .collect(Collectors.groupingBy(feed -> feed.integration().name()));
    rates.keySet().retainAll(Set.copyOf(collector.feeds()));
    Map<Tenancy, Figures> changed = new HashMap<>();
    try {
      for (Integration integration : held) {
        Tenancy tenancy = Roster.tenancy(integration);
        List<Feed> its = feeds.get(integration.name());
        if (its != null) {
          Figures before = noted.containsKey(tenancy) ? noted.get(tenancy) : store.figures(tenancy);
          Figures now = figures(its, before);
          if (before == null || !now.isAs(before)) {
            changed.put(tenancy, now);
          }
          noted.put(tenancy, changed.containsKey(tenancy) || before == null ? now : before);
        }
      }
      if (!changed.isEmpty()) {
        store.note(changed);
      }
      said = "";
    } catch (StoreException e) {
      noted.clear(); // what is in the store is not known
      String message = String.valueOf(e.getMessage());
      if (!message.equals(said)) {
        said = message;
        LOG.warn("what integrations have read and taken can't be noted now: {}", message);
      }
    }
  }

  private Figures figures(List<Feed> feeds, @Nullable Figures before) {
    long now = clock.millis();
    List<OfReport> reports = feeds.stream().map(feed -> figures(feed, before, now)).toList();
    long day = Figures.day(now);
    return new Figures(now, day, takenBefore(feeds, before, day), reports);
  }

  private static long takenBefore(List<Feed> feeds, @Nullable Figures before, long day) {
    return before != null
        ? before.takenBefore(day)
        : feeds.stream()
            .mapToLong(feed -> taken(feed.tally().values()) - taken(feed.found().values()))
            .sum();
  }

  private OfReport figures(Feed feed, @Nullable Figures before, long now) {
    String name = feed.report().getName();
    long asked = feed.asked(now).spans().stream().mapToLong(Span::length).sum();
    Feed.Problem problem = feed.problem();
    return new OfReport(
        name,
        feed.lastRead(),
        feed.lag(now),
        taken(feed.tally().values()),
        taken(feed.tally().tailMap(0L, false).values()),
        asked,
        before == null ? asked : before.askedOf(name, asked),
        problem == null ? null : shortened(problem.message()),
        feed.tally().entrySet().stream()
            .map(each -> new Sweep(each.getKey(), each.getValue().taken()))
            .toList(),
        rates
            .computeIfAbsent(feed, key -> new RequestRate(feed.requests(), now))
            .perMinute(feed.requests(), now));
  }

  private static long taken(Collection<Tally> tallies) {
    return tallies.stream().mapToLong(Tally::taken).sum();
  }

  private static String shortened(String message) {
    return message.length() <= LONGEST_PROBLEM
        ? message
        : message.substring(0, LONGEST_PROBLEM) + " …";
  }
}
