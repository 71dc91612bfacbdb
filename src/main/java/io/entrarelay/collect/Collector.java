package io.entrarelay.collect;

import io.entrarelay.collect.Pages.Unaccounted;
import io.entrarelay.config.DurationText;
import io.entrarelay.config.Integration;
import io.entrarelay.plan.Intervals.Span;
import io.entrarelay.plan.Plan;
import io.entrarelay.plan.Plan.Due;
import io.entrarelay.plan.Schedule;
import io.entrarelay.plan.Window;
import io.entrarelay.plan.Work;
import io.entrarelay.record.Report;
import io.entrarelay.state.FeedState;
import io.entrarelay.state.Lease;
import io.entrarelay.state.Store;
import io.entrarelay.state.StoreException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads what is due, for all integrations: hands windows to bounded workers as the budget gives
 * requests, and decides what a failure means for the window, the report and the tenant. A feed has
 * a lane for the fresh, one for sweeps and two for the backlog, so that fetching one page overlaps
 * committing another.
 */
public final class Collector {
  private static final Logger LOG = LoggerFactory.getLogger(Collector.class);
  private static final int TRIES = 3;

  /** After a restart with another clock a wait that was noted before may be nonsense. */
  private static final Duration LONGEST_WAIT = Duration.ofDays(1);

  private static final Duration SHORTEST_RETRY_AFTER = Duration.ofSeconds(1);

  /** When it is looked again whether pages may be asked for. */
  private static final Duration UNSURE = Duration.ofMillis(500);

  /** Reads the pages of a turn; in the product by the route {@code flow.poll}. */
  public interface Reading {
    void read(Turn turn);
  }

  /** Calls a task after a while. */
  public interface Alarm {
    void after(Duration delay, Runnable task);
  }

  /** What a collector is to read besides the plan's defaults. */
  public record Scope(Due due, boolean freshAndBacklog) {
    /** The normal work of a running relay. */
    public static final Scope RUN = new Scope(Due.RIPE, true);

    /** All that is due now. */
    public static final Scope ALL_DUE = new Scope(Due.ALL, true);

    /** Only spans that were asked for. */
    public static final Scope ASKED = new Scope(Due.ASKED, false);
  }

  /** Whether requests may be sent at this moment. */
  boolean isSure() {
    return sure.getAsBoolean();
  }

  /**
   * Whether pages may be asked for: not while the shards may be another's, nor while it is full.
   */
  boolean mayAsk() {
    return isSure() && !full.getAsBoolean();
  }

  /** No page is asked for while the sinks have to catch up; those under way are committed. */
  public void waitWhile(BooleanSupplier full) {
    this.full = full;
  }

  private static final class Lane {
    private final Feed feed;
    private final Work work;
    private boolean busy;
    private @Nullable Walk walk;

    private Lane(Feed feed, Work work) {
      this.feed = feed;
      this.work = work;
    }
  }

  private final Store store;
  private final Pages pages;
  private final Budget budget;
  private final Schedule schedule;
  private final Reach reach;
  private final Scope scope;
  private final Executor workers;
  private final Alarm alarm;
  private final InstantSource clock;
  private final Reading reading;
  private final long hashSeed;
  private final BooleanSupplier sure;

  private final Map<Feed, List<Lane>> lanes = new ConcurrentHashMap<>();
  private final Map<Feed, Boolean> alarms = new ConcurrentHashMap<>();
  private final TurnsUnderWay turns = new TurnsUnderWay();
  private volatile boolean stopped;
  private volatile BooleanSupplier full = () -> false;

  /**
   * @param sure whether the leases are this process's own at this moment: no request is sent while
   *     they may be another's
   */
  @SuppressWarnings("TooManyParameters")
  public Collector(
      Store store,
      Pages pages,
      Budget budget,
      Schedule schedule,
      Duration backfill,
      Scope scope,
      Executor workers,
      Alarm alarm,
      InstantSource clock,
      Reading reading,
      BooleanSupplier sure) {
    this.store = store;
    this.pages = pages;
    this.budget = budget;
    this.schedule = schedule;
    this.reach = new Reach(store, schedule, backfill, clock);
    this.scope = scope;
    this.workers = workers;
    this.alarm = alarm;
    this.clock = clock;
    this.reading = reading;
    this.hashSeed = store.hashSeed();
    this.sure = sure;
  }

  /**
   * Starts collecting a report of an integration. One that is collected already goes on as it is;
   * where its integration or lease was another, the feed of before is removed first: two feeds of
   * one report would each take the same records for new.
   *
   * @param lease of the integration's shard
   */
  public Feed add(Integration integration, Report report, Lease lease) {
    return add(integration, report, lease, null);
  }

  /**
   * As {@link #add(Integration, Report, Lease)}.
   *
   * @param hindrance why the report can't be collected, and what to do: it is never asked for then;
   *     null where it can
   */
  public synchronized Feed add(
      Integration integration, Report report, Lease lease, @Nullable String hindrance) {
    for (Feed feed : lanes.keySet()) {
      if (isOf(feed, integration, report)
          && feed.integration().equals(integration)
          && feed.lease().equals(lease)) {
        return feed;
      }
    }
    remove(feed -> isOf(feed, integration, report));
    long now = clock.millis();
    FeedState state =
        store.feed(
            integration.tenantId(), integration.clientId(), report.getName(), reach.beginning());
    pages.begin(state.id());
    Budget.Tenant part =
        budget.tenant(
            report.getBudget(), integration.clientId(), integration.tenantId(), !state.isNew());
    Feed feed =
        new Feed(
            integration,
            report,
            state.id(),
            lease,
            new Plan(schedule, state.coverage()),
            part,
            hashSeed,
            state.tally());
    long wait = Math.min(state.notBefore() - now, LONGEST_WAIT.toMillis());
    if (wait > 0) {
      feed.toldNotBefore(now, now + wait);
      part.pause(Duration.ofMillis(wait));
    }
    if (hindrance != null) {
      neverAsked(feed, "form", hindrance);
      return feed;
    }
    if (!feed.isOffered()) {
      neverAsked(feed, "no-endpoint", notOffered(feed));
      return feed;
    }
    List<Lane> own = new ArrayList<>();
    own.add(new Lane(feed, Work.FRESH));
    own.add(new Lane(feed, Work.SWEEP));
    own.add(new Lane(feed, Work.BACKLOG));
    own.add(new Lane(feed, Work.BACKLOG));
    lanes.put(feed, own);
    return feed;
  }

  /** Someone has to act before the report can be collected: it has no lanes until then. */
  private void neverAsked(Feed feed, String code, String message) {
    feed.problem(code, message, clock.instant());
    feed.blocked();
    feed.neverAsked();
    lanes.put(feed, List.of());
    LOG.warn("{}: {}", feed, message);
  }

  private static String notOffered(Feed feed) {
    return "Graph has no "
        + feed.report().getName()
        + " in cloud: "
        + feed.integration().cloud().name()
        + ". Take it out of reports: in the integration's file. Should Graph have it there by now,"
        + " write its path under paths: in the report's source under routes/sources/";
  }

  /**
   * Whether it is this report of this tenant for this application, as the store tells feeds apart.
   */
  private static boolean isOf(Feed feed, Integration integration, Report report) {
    return feed.integration().tenantId().equals(integration.tenantId())
        && feed.integration().clientId().equals(integration.clientId())
        && feed.report().getName().equals(report.getName());
  }

  /** Stops collecting an integration: what is under way for it commits nothing more. */
  public void remove(String integration) {
    remove(feed -> feed.integration().name().equals(integration));
  }

  /** Stops collecting for a shard, as {@link #remove(String)} does for an integration. */
  public void removeShard(int shard) {
    remove(feed -> feed.lease().shard() == shard);
  }

  private void remove(Predicate<Feed> which) {
    for (Feed feed : List.copyOf(lanes.keySet())) {
      if (which.test(feed)) {
        lanes.remove(feed);
        feed.remove();
      }
    }
  }

  public List<Feed> feeds() {
    return List.copyOf(lanes.keySet());
  }

  /** A report's fresh window is due, for every integration that has the report. */
  public void tick(String report) {
    for (Feed feed : lanes.keySet()) {
      if (feed.report().getName().equals(report)) {
        tick(feed);
      }
    }
  }

  /** One integration's report is due. */
  public void tick(String integration, String report) {
    for (Feed feed : lanes.keySet()) {
      if (feed.integration().name().equals(integration) && feed.report().getName().equals(report)) {
        tick(feed);
      }
    }
  }

  private void tick(Feed feed) {
    reach.beginByNow(feed);
    reach.clampToRetention(feed);
    feed.freshDue(true);
    poke(feed);
  }

  /**
   * Tries those reports of an integration again at once that have a problem, whatever waits their
   * failures have brought; a wait that Graph itself has asked for stands.
   */
  public void tryAgain(String integration) {
    for (Feed feed : lanes.keySet()) {
      if (feed.integration().name().equals(integration)
          && feed.isAsked()
          && feed.problem() != null) {
        feed.tryAgain(clock.millis());
        poke(feed);
      }
    }
  }

  /**
   * A span is to be read, again where it was read before; what Graph has forgotten is not. It is
   * kept until it was read.
   */
  public void ask(Feed feed, Instant from, Instant to) {
    if (reach.ask(feed, from, to)) {
      poke(feed);
    }
  }

  /** Whether Graph has answered with records lately: the clock is right, and so is the filter. */
  public boolean isReadLately(Feed feed) {
    return reach.isReadLately(feed);
  }

  /** Hands out what is due of a feed, as its budget gives requests. */
  private void poke(Feed feed) {
    List<Lane> own = lanes.get(feed);
    if (stopped || own == null) {
      return;
    }
    long wait = left(feed);
    if (wait > 0) {
      if (alarms.putIfAbsent(feed, true) == null) {
        alarm.after(
            Duration.ofMillis(wait),
            () -> {
              alarms.remove(feed);
              poke(feed);
            });
      }
      return;
    }
    for (Lane lane : own) {
      boolean start;
      synchronized (feed) {
        start = !lane.busy && hasWork(lane);
        lane.busy |= start;
      }
      if (start) {
        feed.budget().await(lane.work, grant -> workers.execute(() -> run(lane, grant)));
      }
    }
  }

  /** How long the feed is to be left alone, milliseconds; none where that is not positive. */
  private long left(Feed feed) {
    long now = clock.millis();
    long left = feed.notBefore(now) - now;
    return mayAsk() ? left : Math.max(left, UNSURE.toMillis());
  }

  private boolean hasWork(Lane lane) {
    return lane.walk != null
        || (wanted(lane) && lane.feed.plan().peek(lane.work, clock.millis(), scope.due()) != null);
  }

  private boolean wanted(Lane lane) {
    return switch (lane.work) {
      case FRESH -> scope.freshAndBacklog() && lane.feed.freshDue();
      case BACKLOG -> scope.freshAndBacklog();
      case SWEEP -> true;
    };
  }

  private void run(Lane lane, Budget.Grant grant) {
    Feed feed = lane.feed;
    Turn turn = null;
    turns.begin();
    try {
      Walk walk = stopped || !lanes.containsKey(feed) || left(feed) > 0 ? null : walk(lane);
      if (walk == null) {
        return;
      }
      turn = new Turn(this, walk, grant);
      reading.read(turn);
      settle(walk);
      if (!turn.hasAsked() && !walk.hasEnded() && !turn.isHeld()) {
        failed(
            turn,
            "route",
            "the route flow.poll has read no page: its loop over poll.hasNext is missing or ends"
                + " early. Correct routes/flow/poll.camel.yaml",
            Duration.ZERO);
      }
    } catch (RuntimeException e) {
      LOG.error("{}: {}", feed, e.toString(), e);
      if (turn != null) {
        failed(turn, "internal", String.valueOf(e.getMessage()), Duration.ZERO);
      }
    } finally {
      if (turn == null) {
        grant.unused();
      } else {
        turn.close();
      }
      synchronized (feed) {
        if (lane.walk != null && lane.walk.hasEnded()) {
          lane.walk = null;
        }
        lane.busy = false;
      }
      poke(feed);
      turns.end();
    }
  }

  /** Waits until a turn has ended, or the time is over: for whoever watches the progress. */
  public void awaitTurn(Duration atMost) throws InterruptedException {
    turns.awaitOne(atMost);
  }

  private @Nullable Walk walk(Lane lane) {
    Feed feed = lane.feed;
    synchronized (feed) {
      if (lane.walk == null && wanted(lane)) {
        Window window = feed.plan().next(lane.work, clock.millis(), scope.due());
        if (window != null) {
          lane.walk = new Walk(feed, window, feed.firstLink(window));
          if (lane.work == Work.FRESH) {
            feed.freshDue(false);
          }
        }
      }
      return lane.walk;
    }
  }

  /** Ends the page before: what a route did not bring to its commit stays open, and is said. */
  void settle(Walk walk) {
    Unaccounted lost = pages.settle(walk);
    if (lost == null) {
      return;
    }
    Feed feed = walk.feed();
    String message =
        lost.records()
            + " records of a page were neither committed nor dropped by name on their way through "
            + (lost.routes().isEmpty() ? "the routes" : String.join(", ", lost.routes()))
            + ": a step there drops records or swallows an error. Their slices stay open and are"
            + " read again. Drop by name (kamelet page-drop-action) or in the sink's route";
    int times = feed.unaccounted(lost.slices(), message, clock.instant());
    Duration wait = backOff(feed, times);
    long now = clock.millis();
    synchronized (feed) {
      for (Span span : lost.slices().spans()) {
        feed.plan().hold(span.from(), span.to(), now, now + wait.toMillis());
      }
    }
    alarm.after(wait, () -> poke(feed));
    LOG.error("{}: {}", feed, message);
  }

  /** The report is left alone for a while that grows; the window is read again after it. */
  public void failed(Turn turn, String code, String message, Duration atLeast) {
    long until = windowFailed(turn, code, message, atLeast);
    turn.walk().feed().notBefore(clock.millis(), until);
  }

  /** The window alone is given up for a while that grows; the report's other windows go on. */
  private long windowFailed(Turn turn, String code, String message, Duration atLeast) {
    return windowFailed(turn, code, message, atLeast, turn.walk().feed().failed());
  }

  private long windowFailed(
      Turn turn, String code, String message, Duration atLeast, int failures) {
    Feed feed = turn.walk().feed();
    Duration backOff = backOff(feed, failures);
    Duration wait = backOff.compareTo(atLeast) > 0 ? backOff : atLeast;
    feed.problem(code, message, clock.instant());
    LOG.info("{}: {} ({}); again in {}", feed, message, code, DurationText.format(wait));
    long until = clock.millis() + wait.toMillis();
    giveUp(turn, until);
    alarm.after(wait, () -> poke(feed));
    return until;
  }

  /** Graph did not get through a window, or lost it on the way: smaller ones are tried. */
  public void tooWide(Turn turn, String code, String message) {
    Walk walk = turn.walk();
    synchronized (walk.feed()) {
      Window window = walk.window();
      long end = window.isOpen() ? clock.millis() : window.to();
      walk.feed().plan().width().tooWide(Math.max(0, end - window.from()));
    }
    windowFailed(turn, code, message, Duration.ZERO);
  }

  /**
   * Graph's answer was no page of records, or an error of its own. Mostly that passes; where it
   * stays, smaller windows set the spot apart, so that its slice alone is left open and tried
   * again, slower each time.
   */
  public void noPage(Turn turn, String code, String message) {
    Window window = turn.walk().window();
    int times = turn.walk().feed().failedAt(window.from());
    if (times < TRIES) {
      failed(turn, code, message, Duration.ZERO);
    } else if (window.width() > schedule.slice().toMillis()) {
      tooWide(turn, code, message);
    } else {
      windowFailed(turn, code, message, Duration.ZERO, times);
    }
  }

  /** Graph asked this tenant to wait; the walk goes on afterwards. */
  public void throttled(Turn turn, Duration wait) {
    Feed feed = turn.walk().feed();
    Duration least = wait.compareTo(SHORTEST_RETRY_AFTER) < 0 ? SHORTEST_RETRY_AFTER : wait;
    long now = clock.millis();
    long until = now + least.toMillis();
    turn.over();
    feed.budget().pause(least);
    for (Feed each : lanes.keySet()) {
      if (each.budget() == feed.budget()) {
        each.toldNotBefore(now, until);
      }
    }
    store.notBefore(feed.lease(), feed.id(), until);
  }

  /** The same page is asked for again with a new token: at once the first time, then slower. */
  public void again(Turn turn, String code, String message) {
    Feed feed = turn.walk().feed();
    if (feed.failed() > 1) {
      feed.problem(code, message, clock.instant());
      long now = clock.millis();
      feed.notBefore(now, now + backOff(feed, feed.failed()).toMillis());
    }
    turn.over();
  }

  /** The report can't be read until someone acts: it is tried again, slowly. */
  public void blocked(Turn turn, String code, String message) {
    degraded(turn, code, message);
    turn.walk().feed().blocked();
  }

  /** The report can't be read, perhaps until someone acts: it is tried again, slowly. */
  public void degraded(Turn turn, String code, String message) {
    Duration slowly = schedule.every().multipliedBy(5);
    Feed feed = turn.walk().feed();
    Feed.Problem before = feed.problem();
    failed(turn, code, message, slowly);
    if (feed.problem() != before) {
      LOG.warn("{}: {}", feed, message);
    }
  }

  /**
   * Graph keeps nothing before this instant: what is older is given up. A window that is not older
   * can't have failed for that reason.
   */
  public void beforeRetention(Turn turn, Instant oldest, String message) {
    if (turn.walk().window().from() < oldest.toEpochMilli()) {
      reach.giveUpBefore(turn.walk().feed(), oldest.toEpochMilli());
      giveUp(turn, 0);
    } else {
      degraded(turn, "retention", message);
    }
  }

  /**
   * A page failed on its way through the routes. The window is read again a few times; a page that
   * keeps failing is passed over, so that the pages behind it are read, and only the slices that it
   * touches stay open.
   */
  public void pageFailed(Turn turn, String message) {
    Walk walk = turn.walk();
    Feed feed = walk.feed();
    if (feed.failedAt(walk.window().from()) < TRIES) {
      windowFailed(turn, "page", message, Duration.ZERO);
    } else {
      LOG.error("{}: {}", feed, message);
      settle(walk);
      turn.over();
    }
  }

  /**
   * The shard has another holder: nothing more is done here under this lease. This process itself
   * may hold the shard anew by now.
   */
  public void leaseLost(Turn turn, StoreException.LeaseLost lost) {
    LOG.error("{}", lost.getMessage());
    Lease lease = turn.walk().feed().lease();
    giveUp(turn, 0);
    remove(feed -> feed.lease().equals(lease));
  }

  private void giveUp(Turn turn, long until) {
    Walk walk = turn.walk();
    turn.over();
    if (!walk.hasEnded()) {
      synchronized (walk.feed()) {
        walk.feed().plan().failed(walk.window(), until);
        if (walk.window().work() == Work.FRESH) {
          walk.feed().freshDue(true);
        }
        walk.end();
      }
    }
  }

  /**
   * Between half of and the whole of a time that doubles with each failure in a row; each feed has
   * its own part of it, so that those that failed together don't come back together.
   */
  private Duration backOff(Feed feed, int failures) {
    long every = schedule.every().toMillis();
    long first = Math.min(1_000, Math.max(50, every / 60));
    long most = Math.max(first, 5 * every);
    long wait = Math.min(most, first << Math.min(20, failures - 1));
    SplittableRandom part = new SplittableRandom(31 * feed.id() + failures);
    return Duration.ofMillis(wait / 2 + part.nextLong(wait / 2 + 1));
  }

  /** Whether nothing is under way. */
  public boolean isIdle() {
    for (Map.Entry<Feed, List<Lane>> own : lanes.entrySet()) {
      synchronized (own.getKey()) {
        if (own.getValue().stream().anyMatch(lane -> lane.busy || lane.walk != null)) {
          return false;
        }
      }
    }
    return true;
  }

  /** Forgets seen sets that no planned reading will need. */
  public void forget(Duration remember) {
    long takenBefore = clock.millis() - remember.toMillis();
    long minuteBefore = takenBefore - schedule.horizon().toMillis();
    for (Feed feed : lanes.keySet()) {
      synchronized (feed) {
        // a sweep that is behind would take for new what was forgotten
        long before = Math.min(minuteBefore, feed.plan().oldestDue());
        store.forget(feed.lease(), feed.id(), before, takenBefore);
      }
    }
  }

  /** Hands out no more work; what is under way ends its page. */
  public void stop() {
    stopped = true;
  }

  /**
   * Hands out no more work and waits for what is under way.
   *
   * @return whether nothing is under way any more; false when the time is over
   */
  public boolean stop(Duration atMost) throws InterruptedException {
    stop();
    return turns.awaitNone(atMost);
  }
}
