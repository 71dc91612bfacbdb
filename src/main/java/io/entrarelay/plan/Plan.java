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

  /** A span left alone from a moment until another, since reading it failed. */
  private record Hold(long from, long to, long since, long until) {}

  private final Schedule schedule;
  private long since;
  private final Intervals[] read;

  /** Spans to be read once more, by the moment from which that is due. */
  private NavigableMap<Long, Intervals> rechecks;

  private Intervals underWay = Intervals.NONE;
  private List<Hold> holds = new ArrayList<>();
  private final WindowWidth width;

  public Plan(Schedule schedule, Coverage coverage) {
    this.schedule = schedule;
    this.since = schedule.floor(coverage.since());
    this.read = new Intervals[schedule.sweeps().size()];
    for (int sweep = 0; sweep < read.length; sweep++) {
      read[sweep] = read(coverage, schedule.age(sweep));
    }
    this.rechecks = byDue(coverage.rechecks());
    this.width = new WindowWidth(schedule.slice().toMillis());
  }

  /** What counts as read at this age, also where other ages were swept before. */
  private static Intervals read(Coverage coverage, long age) {
    Map.Entry<Long, Intervals> later = coverage.read().ceilingEntry(age);
    if (later != null) {
      return later.getValue(); // read at that age or a greater one
    }
    if (coverage.read().isEmpty()) {
      return Intervals.NONE;
    }
    // A sweep behind all that there were: slices that were finished stay so, since their seen sets
    // may be forgotten and they would leave a second time.
    return coverage.read().lastEntry().getValue();
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
    return new Coverage(since, byAge, list(rechecks));
  }

  private static NavigableMap<Long, Intervals> byDue(List<Recheck> list) {
    NavigableMap<Long, Intervals> rechecks = new TreeMap<>();
    for (Recheck recheck : list) {
      add(rechecks, Intervals.of(recheck.from, recheck.to), recheck.due);
    }
    return rechecks;
  }

  private static List<Recheck> list(NavigableMap<Long, Intervals> rechecks) {
    List<Recheck> list = new ArrayList<>();
    rechecks.forEach(
        (due, spans) ->
            spans.spans().forEach(span -> list.add(new Recheck(span.from(), span.to(), due))));
    return List.copyOf(list);
  }

  public long since() {
    return since;
  }

  /** Coverage begins at this instant, where it began later before. */
  public void begin(long instant) {
    since = Math.min(since, schedule.floor(instant));
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
   * until {@link #done} or {@link #failed}, and windows under way never overlap.
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
    // a clock that was put back must not stretch a wait
    holds.removeIf(hold -> hold.until <= now || hold.since > now);
    correct(now);
    Span span =
        switch (work) {
          case FRESH -> fresh(now);
          case BACKLOG -> backlog(now);
          case SWEEP -> sweepSpan(now, due);
        };
    return span == null ? null : new Window(work, span.from(), span.to(), now);
  }

  /** Nothing can have been read before its time: what a clock that was ahead has claimed is due. */
  private void correct(long now) {
    for (int sweep = 0; sweep < read.length; sweep++) {
      long end = schedule.floor(now - schedule.age(sweep));
      if (!read[sweep].isEmpty() && read[sweep].last().to() > end) {
        read[sweep] = read[sweep].within(Long.MIN_VALUE, end);
      }
    }
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
    boolean held = holds.stream().anyMatch(hold -> hold.to == Intervals.OPEN);
    if (held || underWay.contains(Intervals.OPEN - 1)) {
      return null;
    }
    // it has no upper bound: so it begins behind all that is under way, or held back by now
    long edge = schedule.floor(now);
    long behind = Long.MIN_VALUE;
    for (Intervals busy : List.of(underWay, held().within(Long.MIN_VALUE, edge))) {
      behind = busy.isEmpty() ? behind : Math.max(behind, busy.last().to());
    }
    long from = Math.max(behind, freshFrom(now));
    // neighbours that are due come along: sweeps of a quiet feed cost no request of their own
    long lowest = Math.max(behind, edge - width.millis());
    long slice = schedule.slice().toMillis();
    List<Span> spans = dueSweeps(now).spans();
    for (int i = spans.size() - 1; i >= 0; i--) {
      Span span = spans.get(i);
      if (span.from() < from && span.to() + slice >= from) {
        from = Math.min(from, Math.max(span.from(), lowest));
      }
    }
    return new Span(from, Intervals.OPEN);
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
    for (Intervals spans : rechecks.headMap(now, true).values()) {
      Intervals due = spans.within(free);
      if (!due.isEmpty()) {
        return which == Due.ASKED ? narrowed(due.last()) : widened(due.first(), now, free);
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
    for (Intervals spans : rechecks.headMap(now, true).values()) {
      due = due.plus(spans);
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
    // the gaps between them are read along, but not where they are under way elsewhere
    return free.within(span.from(), Math.min(to, span.from() + width.millis())).first();
  }

  /** The newest part first: it also tells whether Graph answers at all, before what it forgot. */
  private Span narrowed(Span span) {
    return new Span(Math.max(span.from(), span.to() - width.millis()), span.to());
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
   * @param open the instants whose records are not all accounted for: they stay unread, and are
   *     read again where they lie outside of the window
   */
  public Coverage after(Window window, Intervals open) {
    Intervals closed = window.span().minus(open);
    NavigableMap<Long, Intervals> byAge = new TreeMap<>();
    for (int sweep = 0; sweep < read.length; sweep++) {
      byAge.put(schedule.age(sweep), read[sweep].plus(closed.within(since, reach(window, sweep))));
    }
    NavigableMap<Long, Intervals> left = new TreeMap<>(rechecks);
    NavigableMap<Long, Intervals> due = left.headMap(window.begun(), true);
    // what the window brought from elsewhere and is not accounted for has its slice read again
    Intervals elsewhere = open.minus(window.span());
    for (Intervals spans : due.values()) {
      elsewhere = elsewhere.minus(spans);
    }
    due.replaceAll((from, spans) -> spans.minus(closed));
    add(left, elsewhere, window.begun());
    if (schedule.lastAge() > 0) {
      Intervals first = closed.within(since, reach(window, read.length - 1)).minus(read[0]);
      add(left, first, later(window.begun()));
    }
    left.values().removeIf(Intervals::isEmpty);
    return new Coverage(since, byAge, list(left));
  }

  private static void add(NavigableMap<Long, Intervals> rechecks, Intervals spans, long due) {
    rechecks.merge(due, spans, (one, other) -> one.plus(other));
  }

  /** When a slice is read once more: moments close together become one, so that neighbours meet. */
  private long later(long now) {
    long step = Math.max(1, schedule.again() / 12);
    return Math.floorDiv(now + schedule.again() + step - 1, step) * step;
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
    rechecks = byDue(coverage.rechecks());
  }

  /** The window was not read to its end: it is due again, but not before {@code until}. */
  public void failed(Window window, long until) {
    underWay = underWay.minus(window.from(), window.to());
    if (until > window.begun()) {
      hold(window.from(), window.to(), window.begun(), until);
    }
  }

  /** Leaves a span alone from now until a moment. */
  public void hold(long from, long to, long now, long until) {
    holds.add(new Hold(from, to, now, until));
  }

  /** Nothing is left alone any more. */
  public void release() {
    holds.clear();
  }

  /** The last sweep still found a record of this instant: its slice is read once more. */
  public void foundLate(long instant, long now) {
    long from = schedule.floor(instant);
    long to = from + schedule.slice().toMillis();
    boolean known =
        rechecks.tailMap(now, false).values().stream()
            .anyMatch(spans -> Intervals.of(from, to).minus(spans).isEmpty());
    if (!known) {
      add(rechecks, Intervals.of(from, to), later(now));
    }
  }

  /** A span that someone asked for, up to now, also where it lies before the plan's start. */
  public void ask(long from, long to, long now) {
    Intervals asked = Intervals.of(from, Math.min(to, now));
    if (!asked.isEmpty()) {
      add(rechecks, asked, now);
    }
  }

  /**
   * Graph keeps nothing before this instant: what is unread there is given up, and what was asked
   * for there as well.
   *
   * @return what was not read and can't be read any more; of what lies before the plan's start,
   *     what was asked for
   */
  public Intervals clamp(long oldest) {
    long from = schedule.floor(oldest + schedule.slice().toMillis() - 1);
    Intervals gone = Intervals.of(since, from);
    for (Intervals spans : rechecks.values()) {
      gone = gone.plus(spans.within(Long.MIN_VALUE, from));
    }
    Intervals lost = gone.minus(read[0]);
    rechecks.replaceAll((due, spans) -> spans.within(from, Intervals.OPEN));
    rechecks.values().removeIf(Intervals::isEmpty);
    if (from > since) {
      since = from;
      for (int sweep = 0; sweep < read.length; sweep++) {
        read[sweep] = read[sweep].within(since, Intervals.OPEN);
      }
    }
    return lost;
  }

  /** The oldest instant that a sweep or someone who asked still has to read, epoch milliseconds. */
  public long oldestDue() {
    Intervals open = Intervals.of(since, Intervals.OPEN).minus(read[read.length - 1]);
    for (Intervals spans : rechecks.values()) {
      open = open.plus(spans);
    }
    return open.first().from();
  }

  /** What is due by {@code now} and not yet read, what was asked for included. */
  public Intervals missing(long now) {
    Intervals unread = Intervals.of(since, schedule.floor(now)).minus(read[0]);
    return unread.plus(dueSweeps(now));
  }
}
