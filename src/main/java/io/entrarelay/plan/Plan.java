package io.entrarelay.plan;

import io.entrarelay.plan.Intervals.Span;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What one feed (an integration's report) has read and what it has to read, as a state machine over
 * event time. It knows neither clocks nor stores: {@code now} comes in, and what changed goes out
 * as {@link Coverage}, which the caller makes durable with the last page of a window.
 *
 * <p>A sweep {@code k} of a slice is done when a reading of the whole slice <em>began</em> at or
 * after the slice's end plus the sweep's age, and every page of it was accounted for. Several
 * sweeps can be done by one reading. Not thread-safe: a feed guards its plan.
 */
public final class Plan {

  /** A span that is to be read once more from {@code due} on. */
  public record Recheck(long from, long to, long due) {}

  /**
   * The durable part of a plan.
   *
   * @param since the start of all coverage, epoch milliseconds
   * @param read what each sweep has read, by the sweep's age in milliseconds
   */
  public record Coverage(long since, NavigableMap<Long, Intervals> read, List<Recheck> rechecks) {}

  /** A span left alone until a moment, since reading it failed. */
  private record Hold(long from, long to, long until) {}

  private final Schedule schedule;
  private long since;
  private final Intervals[] read;
  private List<Recheck> rechecks;
  private Intervals underWay = Intervals.NONE;
  private List<Hold> holds = new ArrayList<>();
  private final WindowWidth width;

  public Plan(Schedule schedule, Coverage coverage) {
    this.schedule = schedule;
    this.since = schedule.floor(coverage.since());
    this.read = new Intervals[schedule.sweeps().size()];
    for (int sweep = 0; sweep < read.length; sweep++) {
      // an age that was not swept before is covered by what an older one has read
      Map.Entry<Long, Intervals> stored = coverage.read().ceilingEntry(schedule.age(sweep));
      read[sweep] = stored == null ? Intervals.NONE : stored.getValue();
    }
    this.rechecks = new ArrayList<>(coverage.rechecks());
    this.width = new WindowWidth(schedule.slice().toMillis());
  }

  public Schedule schedule() {
    return schedule;
  }

  public WindowWidth width() {
    return width;
  }

  public Coverage coverage() {
    NavigableMap<Long, Intervals> byAge = new TreeMap<>();
    for (int sweep = 0; sweep < read.length; sweep++) {
      byAge.put(schedule.age(sweep), read[sweep]);
    }
    return new Coverage(since, byAge, List.copyOf(rechecks));
  }

  public long since() {
    return since;
  }

  /**
   * The sweep that a record of this instant falls to: 0 when its instant was never read, {@code k}
   * when the sweeps below {@code k} have read it, the number of sweeps when all have.
   */
  public int sweep(long instant) {
    int sweep = 0;
    while (sweep < read.length && read[sweep].contains(instant)) {
      sweep++;
    }
    return sweep;
  }

  /** Which sweeps are due. */
  public enum Due {
    /** Those that have waited long enough for their neighbours. */
    RIPE,
    /** All whose age is reached, also where they could still wait for their neighbours. */
    ALL,
    /** Only spans that were asked for. */
    ASKED
  }

  /**
   * The next window of this kind of work, or null where there is none now. It counts as under way
   * until {@link #done} or {@link #failed}.
   */
  public @Nullable Window next(Work work, long now, Due due) {
    Window window = peek(work, now, due);
    if (window != null) {
      underWay = underWay.plus(window.from(), window.to());
    }
    return window;
  }

  /** As {@link #next}, without taking the window. */
  public @Nullable Window peek(Work work, long now, Due due) {
    holds.removeIf(hold -> hold.until <= now);
    Span span =
        switch (work) {
          case FRESH -> fresh(now);
          case BACKLOG -> backlog(now);
          case SWEEP -> sweepSpan(now, due);
        };
    return span == null ? null : new Window(work, span.from(), span.to(), now);
  }

  /** Where the fresh window begins, whatever is due besides it. */
  private long freshFrom(long now) {
    long edge = schedule.floor(now);
    Intervals unread = Intervals.of(since, edge).minus(read[0]);
    long tail = !unread.isEmpty() && unread.last().to() == edge ? unread.last().from() : edge;
    long most = 5 * Math.max(schedule.every().toMillis(), schedule.slice().toMillis());
    return Math.max(since, Math.max(tail, edge - schedule.floor(Math.min(most, width.millis()))));
  }

  private @Nullable Span fresh(long now) {
    if (underWay.contains(Intervals.OPEN - 1)) {
      return null;
    }
    long from = freshFrom(now);
    if (heldUntilOpen(from)) {
      return null;
    }
    // neighbours that are due come along: sweeps of a quiet feed cost no request of their own
    Intervals due = dueSweeps(now).minus(underWay).minus(held());
    long lowest = schedule.floor(now) - width.millis();
    long slice = schedule.slice().toMillis();
    List<Span> spans = due.spans();
    for (int i = spans.size() - 1; i >= 0; i--) {
      Span span = spans.get(i);
      if (span.from() < from && span.to() + slice >= from) {
        from = Math.max(span.from(), lowest < from ? lowest : from);
      }
    }
    return new Span(from, Intervals.OPEN);
  }

  private boolean heldUntilOpen(long from) {
    return holds.stream().anyMatch(hold -> hold.to == Intervals.OPEN && hold.from <= from);
  }

  private @Nullable Span backlog(long now) {
    Intervals unread =
        Intervals.of(since, freshFrom(now)).minus(read[0]).minus(underWay).minus(held());
    if (unread.isEmpty()) {
      return null;
    }
    // Graph forgets the oldest first: what is near retention's edge goes before what is newest
    long edge = now - schedule.retention().toMillis() * 9 / 10;
    Span first = unread.first();
    if (first.from() < edge) {
      return new Span(first.from(), Math.min(first.to(), first.from() + width.millis()));
    }
    Span last = unread.last();
    return new Span(Math.max(last.from(), last.to() - width.millis()), last.to());
  }

  private @Nullable Span sweepSpan(long now, Due which) {
    Intervals free = Intervals.of(Long.MIN_VALUE, Intervals.OPEN).minus(underWay).minus(held());
    for (Recheck recheck : rechecks) {
      Intervals due = Intervals.of(recheck.from, recheck.to).within(free);
      if (recheck.due <= now && !due.isEmpty()) {
        return which == Due.ASKED ? narrowed(due.first()) : widened(due.first(), now, free);
      }
    }
    if (which == Due.ASKED) {
      return null;
    }
    // the last sweep first: when the budget is short, middle sweeps thin out, never the last
    for (int i = read.length; i > 1; i--) {
      int sweep = i == read.length ? read.length - 1 : read.length - i;
      Intervals due = due(sweep, now).within(free);
      if (!due.isEmpty()) {
        long age = schedule.age(sweep);
        long oldest = due.first().from() + schedule.slice().toMillis() + age;
        if (which == Due.ALL || oldest + age / 2 <= now) {
          return widened(due.first(), now, free);
        }
      }
    }
    return null;
  }

  /** What a sweep has to read now: read by the first sweep, old enough, not read by this one. */
  private Intervals due(int sweep, long now) {
    return read[0].within(since, schedule.floor(now - schedule.age(sweep))).minus(read[sweep]);
  }

  private Intervals dueSweeps(long now) {
    Intervals due = Intervals.NONE;
    for (int sweep = 1; sweep < read.length; sweep++) {
      due = due.plus(due(sweep, now));
    }
    for (Recheck recheck : rechecks) {
      if (recheck.due <= now) {
        due = due.plus(recheck.from, recheck.to);
      }
    }
    return due;
  }

  /**
   * The span with its due neighbours behind it, at most a slice apart, up to the window's width.
   */
  private Span widened(Span span, long now, Intervals free) {
    long to = span.to();
    long slice = schedule.slice().toMillis();
    for (Span next : dueSweeps(now).within(free).spans()) {
      if (next.from() > span.from() && next.from() <= to + slice) {
        to = Math.max(to, next.to());
      }
    }
    long end = Math.min(to, span.from() + width.millis());
    // a gap of a slice may be under way elsewhere: reading it twice is harmless, never missing it
    return new Span(span.from(), end);
  }

  private Span narrowed(Span span) {
    return new Span(span.from(), Math.min(span.to(), span.from() + width.millis()));
  }

  private Intervals held() {
    Intervals held = Intervals.NONE;
    for (Hold hold : holds) {
      held = held.plus(hold.from, hold.to);
    }
    return held;
  }

  /**
   * The coverage after this window was read to its end, without changing the plan: the caller
   * stores it in the transaction of the last page and calls {@link #done} when that has committed.
   *
   * @param open the instants whose records are not all accounted for: they stay unread
   */
  public Coverage after(Window window, Intervals open) {
    Intervals closed = window.span().minus(open);
    NavigableMap<Long, Intervals> byAge = new TreeMap<>();
    for (int sweep = 0; sweep < read.length; sweep++) {
      byAge.put(schedule.age(sweep), read[sweep].plus(closed.within(since, reach(window, sweep))));
    }
    List<Recheck> left = new ArrayList<>();
    for (Recheck recheck : rechecks) {
      Intervals rest = Intervals.of(recheck.from, recheck.to);
      if (recheck.due <= window.begun()) {
        rest = rest.minus(closed);
      }
      rest.spans().forEach(span -> left.add(new Recheck(span.from(), span.to(), recheck.due)));
    }
    Intervals first = closed.within(since, reach(window, read.length - 1)).minus(read[0]);
    first
        .spans()
        .forEach(
            span ->
                left.add(new Recheck(span.from(), span.to(), window.begun() + schedule.again())));
    return new Coverage(since, byAge, left);
  }

  /** The end of what this reading is old enough for. */
  private long reach(Window window, int sweep) {
    return schedule.floor(window.begun() - schedule.age(sweep));
  }

  /** The window was read to its end and its coverage is durable. */
  public void done(Window window, Coverage coverage) {
    underWay = underWay.minus(window.from(), window.to());
    for (int sweep = 0; sweep < read.length; sweep++) {
      Intervals now = coverage.read().get(schedule.age(sweep));
      read[sweep] = read[sweep].plus(now == null ? Intervals.NONE : now);
    }
    rechecks = new ArrayList<>(coverage.rechecks());
  }

  /** The window was not read to its end: it is due again, but not before {@code until}. */
  public void failed(Window window, long until) {
    underWay = underWay.minus(window.from(), window.to());
    if (until > window.begun()) {
      hold(window.from(), window.to(), until);
    }
  }

  /** Leaves a span alone until a moment. */
  public void hold(long from, long to, long until) {
    holds.add(new Hold(from, to, until));
  }

  /** The last sweep still found a record of this instant: its slice is read once more. */
  public void foundLate(long instant, long now) {
    long from = schedule.floor(instant);
    long to = from + schedule.slice().toMillis();
    boolean known =
        rechecks.stream().anyMatch(it -> it.from <= from && to <= it.to && it.due > now);
    if (!known) {
      rechecks.add(new Recheck(from, to, now + schedule.again()));
    }
  }

  /** A span that someone asked for, also where it lies before the plan's start. */
  public void ask(long from, long to, long now) {
    rechecks.add(new Recheck(from, to, now));
  }

  /**
   * Graph keeps nothing before this instant: what was unread there is given up.
   *
   * @return what was not read and can't be read any more
   */
  public Intervals clamp(long oldest) {
    long from = schedule.floor(oldest + schedule.slice().toMillis() - 1);
    if (from <= since) {
      return Intervals.NONE;
    }
    Intervals lost = Intervals.of(since, from).minus(read[0]);
    since = from;
    List<Recheck> left = new ArrayList<>();
    for (Recheck recheck : rechecks) {
      if (recheck.to > from) {
        left.add(new Recheck(Math.max(recheck.from, from), recheck.to, recheck.due));
      }
    }
    rechecks = left;
    return lost;
  }

  /** Whether every instant up to {@code until} was read by every sweep that is due by then. */
  public boolean complete(long until) {
    return missing(until).isEmpty();
  }

  /** What is due by {@code now} and not yet read. */
  public Intervals missing(long now) {
    Intervals unread = Intervals.of(since, schedule.floor(now)).minus(read[0]);
    return unread.plus(dueSweeps(now).within(since, Intervals.OPEN));
  }
}
