package io.entrarelay.collect;

import io.entrarelay.config.Integration;
import io.entrarelay.plan.Intervals;
import io.entrarelay.plan.Plan;
import io.entrarelay.plan.Window;
import io.entrarelay.record.PageCutter;
import io.entrarelay.record.Report;
import io.entrarelay.record.VendorForm;
import io.entrarelay.state.Lease;
import io.entrarelay.state.Tally;
import java.net.URI;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * One report of one integration: what was read of it, what is due, and how it fares. Its own
 * monitor guards the plan, the seen sets and the tally.
 */
public final class Feed {
  /**
   * Why a report is not being read as it should, and what to do.
   *
   * @param blocked whether someone has to act before it can be read
   */
  public record Problem(String code, String message, Instant since, boolean blocked) {}

  /** A wait until a moment of the wall clock, epoch milliseconds. */
  private static final class Wait {
    private long until;
    private long since;

    long until(long now) {
      if (now < since) {
        until = 0; // the clock was put back: that must not stretch the wait
      }
      return until;
    }

    void atLeast(long now, long moment) {
      until = Math.max(until(now), moment);
      since = now;
    }
  }

  private final Integration integration;
  private final Report report;
  private final long id;
  private final Lease lease;
  private final Plan plan;
  private final Budget.Tenant budget;
  private final PageCutter cutter;
  private final VendorForm vendor;
  private final NavigableMap<Long, Tally> tally;
  private final NavigableMap<Long, Tally> found = new TreeMap<>();
  private @Nullable Problem problem;
  private @Nullable Problem lost;
  private final Map<Long, Integer> failedAt = new HashMap<>();
  private Intervals unaccounted = Intervals.NONE;
  private int losses;
  private boolean freshDue;
  private int failures;
  private boolean asked = true;
  private boolean triedAgain;
  private final Wait own = new Wait();
  private final Wait told = new Wait();
  private boolean removed;
  private boolean unanswered;
  private long lastRead;
  private long requests;

  Feed(
      Integration integration,
      Report report,
      long id,
      Lease lease,
      Plan plan,
      Budget.Tenant budget,
      long hashSeed,
      Map<Long, Tally> tally) {
    this.integration = integration;
    this.report = report;
    this.id = id;
    this.lease = lease;
    this.plan = plan;
    this.budget = budget;
    this.cutter = new PageCutter(report, hashSeed);
    this.vendor = new VendorForm(report);
    this.tally = new TreeMap<>(tally);
  }

  public Integration integration() {
    return integration;
  }

  public Report report() {
    return report;
  }

  /** The store's number of this feed. */
  public long id() {
    return id;
  }

  Lease lease() {
    return lease;
  }

  /** Guarded by this feed's monitor. */
  Plan plan() {
    return plan;
  }

  public Budget.Tenant budget() {
    return budget;
  }

  PageCutter cutter() {
    return cutter;
  }

  public VendorForm vendor() {
    return vendor;
  }

  /** The URL of a window's first page. Bounds are inclusive, so neighbours share their border. */
  String firstLink(Window window) {
    Instant to = window.isOpen() ? null : Instant.ofEpochMilli(window.to());
    return collection() + report.query(Instant.ofEpochMilli(window.from()), to);
  }

  /** Whether Graph has the report in the integration's cloud. */
  boolean isOffered() {
    return report.pathIn(integration.cloud().name()) != null;
  }

  /** The collection's address, without a query; only where Graph has it. */
  URI collection() {
    String path =
        Objects.requireNonNull(
            report.pathIn(integration.cloud().name()), () -> this + " is not offered");
    return URI.create(integration.cloud().graph() + path);
  }

  /** The problem of this report, null while all is well. */
  public synchronized @Nullable Problem problem() {
    return problem;
  }

  synchronized void problem(String code, String message, Instant now) {
    triedAgain = false;
    if (problem == null || !problem.code.equals(code) || !problem.message.equals(message)) {
      problem = new Problem(code, message, now, false);
    }
  }

  /** The problem that it has now stays until someone acts. */
  synchronized void blocked() {
    if (problem != null && !problem.blocked) {
      problem = new Problem(problem.code, problem.message, problem.since, true);
    }
  }

  /**
   * Records of these instants got lost on their way through the routes: the problem stays until
   * they are read, whatever else goes well.
   *
   * @return how often in a row that happened
   */
  synchronized int unaccounted(Intervals instants, String message, Instant now) {
    unaccounted = unaccounted.plus(instants);
    problem("unaccounted", message, now);
    lost = problem;
    return ++losses;
  }

  /** A page was taken: what was wrong is over, but for instants that are still not read. */
  synchronized void well(long now) {
    triedAgain = false;
    failures = 0;
    lastRead = now;
    if (lost != null) {
      unaccounted = unaccounted.within(plan.missing(now));
      if (unaccounted.isEmpty()) {
        lost = null;
        losses = 0;
      }
    }
    problem = lost;
  }

  synchronized int failed() {
    return ++failures;
  }

  /** How often windows that begin there have failed since one was read to its end. */
  synchronized int failedAt(long from) {
    return failedAt.merge(from, 1, Integer::sum);
  }

  /** A window was read to its end: failures of those that began in it are over. */
  synchronized void complete(Window window) {
    failedAt.keySet().removeIf(from -> from >= window.from() && from < window.to());
  }

  synchronized void requested() {
    requests++;
  }

  /** Requests sent since the start. */
  public synchronized long requests() {
    return requests;
  }

  /** When a page was last taken, epoch milliseconds; 0 when none was. */
  public synchronized long lastRead() {
    return lastRead;
  }

  /** No request before this moment of the wall clock, epoch milliseconds. */
  synchronized long notBefore(long now) {
    return Math.max(own.until(now), told.until(now));
  }

  /** It has failed: it is left alone for a while. */
  synchronized void notBefore(long now, long until) {
    own.atLeast(now, until);
  }

  /** Graph has asked for it: this wait stands, whatever else happens. */
  synchronized void toldNotBefore(long now, long until) {
    triedAgain = false;
    told.atLeast(now, until);
  }

  /** What it failed with may be over: its waits are, but for one that Graph has asked for. */
  synchronized void tryAgain(long now) {
    failures = 0;
    own.until = 0;
    plan.release();
    triedAgain = told.until(now) <= now;
  }

  /** Whether it is being tried again, and what came of it is not known yet. */
  public synchronized boolean isTriedAgain() {
    return triedAgain;
  }

  /** It can't be asked for before someone acts. */
  synchronized void neverAsked() {
    asked = false;
  }

  /** Whether it is asked for at all: not where nothing could come of it. */
  public synchronized boolean isAsked() {
    return asked;
  }

  /** From now on nothing is read or committed for it; a commit under way has ended before. */
  synchronized void remove() {
    removed = true;
  }

  synchronized boolean isRemoved() {
    return removed;
  }

  /** Whether nobody has said what became of a commit: what is known of the store may be old. */
  synchronized boolean isUnanswered() {
    return unanswered;
  }

  synchronized void unanswered(boolean is) {
    unanswered = is;
  }

  synchronized boolean freshDue() {
    return freshDue;
  }

  synchronized void freshDue(boolean due) {
    freshDue = due;
  }

  synchronized void count(Map<Long, Tally> found) {
    found.forEach((age, counts) -> tally.merge(age, counts, Tally::plus));
    found.forEach((age, counts) -> this.found.merge(age, counts, Tally::plus));
  }

  /** What each sweep found, by the sweep's age in milliseconds. */
  public synchronized NavigableMap<Long, Tally> tally() {
    return new TreeMap<>(tally);
  }

  /** As {@link #tally()}, of this process alone. */
  public synchronized NavigableMap<Long, Tally> found() {
    return new TreeMap<>(found);
  }

  /** What someone asked for up to {@code now} and was not yet read. */
  public synchronized Intervals asked(long now) {
    Intervals asked = Intervals.NONE;
    for (Plan.Recheck recheck : plan.coverage().rechecks()) {
      if (recheck.due() <= now) {
        asked = asked.plus(recheck.from(), recheck.to());
      }
    }
    return asked;
  }

  /** What is due now and was not read. */
  public synchronized Intervals missing(long now) {
    return plan.missing(now);
  }

  /**
   * How far behind the newest gapless reading is, milliseconds: from the end of what the first
   * sweep has read without a gap.
   */
  public synchronized long lag(long now) {
    Intervals unread =
        Intervals.of(plan.since(), now).minus(plan.coverage().read().firstEntry().getValue());
    return unread.isEmpty() ? 0 : now - unread.first().from();
  }

  @Override
  public String toString() {
    return integration.name() + "/" + report.getName();
  }
}
