package io.entrarelay.relay;

import io.entrarelay.collect.Budget;
import io.entrarelay.collect.Collector;
import io.entrarelay.collect.Feed;
import io.entrarelay.config.Integration;
import io.entrarelay.config.IntegrationDirectory;
import io.entrarelay.config.IntegrationDirectory.Change;
import io.entrarelay.config.IntegrationDirectory.Kind;
import io.entrarelay.flow.Connections;
import io.entrarelay.record.Report;
import io.entrarelay.state.Integrations;
import io.entrarelay.state.Lease;
import io.entrarelay.state.StoreException;
import io.entrarelay.state.Tenancy;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which integrations this process collects: those that are declared, whose shards it works for, and
 * that nobody has paused.
 */
final class Roster {
  private static final Logger LOG = LoggerFactory.getLogger(Roster.class);

  private final IntegrationDirectory declared;
  private final Integrations decided;
  private final Supplier<Map<Integer, Lease>> shards;
  private final Collector collector;
  private final Connections connections;
  private final Budget budget;
  private final Map<String, Report> reports;
  private final Function<String, @Nullable String> hindrance;
  private final InstantSource clock;

  /** Those that could not be added yet: they are tried again at each look. */
  private final Map<String, Integration> coming = new LinkedHashMap<>();

  /** Those that are collected, by name. */
  private final Map<String, Integration> collected = new LinkedHashMap<>();

  private Set<Tenancy> paused = Set.of();

  /** When someone had an integration tried again last, by name. */
  private final Map<String, Instant> refreshed = new HashMap<>();

  /**
   * @param decided what people have decided about integrations, on whichever node
   * @param shards those that this process works for, as they are at each moment
   * @param reports those that the routes declare, by name
   * @param hindrance why a report can't be collected, and what to do; null where it can
   */
  @SuppressWarnings("TooManyParameters")
  Roster(
      IntegrationDirectory declared,
      Integrations decided,
      Supplier<Map<Integer, Lease>> shards,
      Collector collector,
      Connections connections,
      Budget budget,
      Map<String, Report> reports,
      Function<String, @Nullable String> hindrance,
      InstantSource clock) {
    this.declared = declared;
    this.decided = decided;
    this.shards = shards;
    this.collector = collector;
    this.connections = connections;
    this.budget = budget;
    this.reports = reports;
    this.hindrance = hindrance;
    this.clock = clock;
  }

  static Tenancy tenancy(Integration integration) {
    return new Tenancy(integration.tenantId(), integration.clientId());
  }

  private static int shard(Integration integration) {
    return Lease.shard(integration.tenantId(), integration.clientId());
  }

  /** Takes up what was added, changed, removed, paused or resumed. */
  synchronized void look() {
    IntegrationDirectory.Refresh refresh = declared.refresh();
    refresh.newProblems().forEach(problem -> LOG.error("{}", problem));
    // all that goes before all that comes: two files may have swapped their tenants
    for (Change change : refresh.changes()) {
      Integration before = change.kind() == Kind.REMOVED ? change.integration() : change.previous();
      if (before != null) {
        LOG.info("integration {} is no longer collected", before.name());
        remove(before);
      }
    }
    for (Change change : refresh.changes()) {
      if (change.kind() != Kind.REMOVED) {
        coming.put(change.integration().name(), change.integration());
      }
    }
    decisions();
    for (Integration integration : List.copyOf(coming.values())) {
      try {
        Lease lease = shards.get().get(shard(integration));
        if (lease != null && !isPaused(integration)) {
          add(integration, lease);
        }
        coming.remove(integration.name());
      } catch (StoreException e) {
        LOG.error("integration {} is not collected yet: {}", integration.name(), e.getMessage());
      }
    }
    connections.refresh();
  }

  /** Takes up what people have decided since the last look. */
  private void decisions() {
    Set<Tenancy> now;
    try {
      now = decided.paused();
    } catch (StoreException e) {
      LOG.warn("which integrations are paused can't be read now: {}", e.getMessage());
      return;
    }
    if (now.equals(paused)) {
      return;
    }
    Set<Tenancy> before = paused;
    paused = now;
    for (Integration integration : declared.integrations()) {
      if (isPaused(integration) && collected.containsKey(integration.name())) {
        remove(integration);
      } else if (before.contains(tenancy(integration)) && !isPaused(integration)) {
        coming.put(integration.name(), integration);
      }
    }
  }

  /** Whether someone has paused it, as of the last look. */
  synchronized boolean isPaused(Integration integration) {
    return paused.contains(tenancy(integration));
  }

  /** This process works for a shard from now on. */
  synchronized void begin(Lease lease) {
    for (Integration integration : declared.integrations()) {
      if (shard(integration) == lease.shard()) {
        coming.put(integration.name(), integration);
      }
    }
  }

  /** This process works for a shard no longer. */
  synchronized void end(int shard) {
    collector.removeShard(shard);
    for (Integration integration : declared.integrations()) {
      if (shard(integration) == shard) {
        collected.remove(integration.name());
        budget.forget(integration.clientId(), integration.tenantId());
      }
    }
  }

  private void add(Integration integration, Lease lease) {
    connections.add(integration);
    for (String name : integration.reports()) {
      Report report = reports.get(name);
      if (report != null) {
        collector.add(integration, report, lease, hindrance.apply(name));
      }
    }
    collected.put(integration.name(), integration);
    LOG.info("integration {}: {}", integration.name(), integration.reports());
    integration.reports().forEach(name -> collector.tick(integration.name(), name));
  }

  private void remove(Integration integration) {
    coming.remove(integration.name());
    collected.remove(integration.name());
    collector.remove(integration.name());
    connections.remove(integration.name());
  }

  /** Those of this process's shards, paused or not. */
  synchronized List<Integration> held() {
    Set<Integer> held = shards.get().keySet();
    return declared.integrations().stream().filter(each -> held.contains(shard(each))).toList();
  }

  /**
   * Asks Entra for a new token and Graph for each report at once, whatever waits an earlier failure
   * has brought; only what Graph itself has asked to wait is kept.
   *
   * @return whether it is collected here
   */
  synchronized boolean refresh(String name) {
    Integration integration = collected.get(name);
    if (integration == null) {
      return false;
    }
    remove(integration);
    coming.put(name, integration);
    refreshed.put(name, clock.instant());
    return true;
  }

  /** When someone had it tried again last; the beginning of time where nobody had. */
  synchronized Instant refreshed(Integration integration) {
    return refreshed.getOrDefault(integration.name(), Instant.EPOCH);
  }

  /**
   * Has a span read, again where it was read before.
   *
   * @param reports those that are meant; empty for all of the integration
   * @return the reports that read it; empty where the integration has none of them here
   */
  synchronized Set<String> backfill(String name, Set<String> reports, Instant from, Instant to) {
    Set<String> asked = new TreeSet<>();
    for (Feed feed : new ArrayList<>(collector.feeds())) {
      String report = feed.report().getName();
      if (feed.integration().name().equals(name)
          && (reports.isEmpty() || reports.contains(report))) {
        collector.ask(feed, from, to);
        asked.add(report);
      }
    }
    return asked;
  }
}
