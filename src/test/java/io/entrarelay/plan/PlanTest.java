package io.entrarelay.plan;

import static org.assertj.core.api.Assertions.assertThat;

import io.entrarelay.plan.Plan.Coverage;
import io.entrarelay.plan.Plan.Due;
import io.entrarelay.plan.Plan.Recheck;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PlanTest {
  private static final long SECOND = 1_000;
  private static final long MINUTE = 60 * SECOND;
  private static final long HOUR = 60 * MINUTE;
  private static final long DAY = 24 * HOUR;

  /** A midnight. */
  private static final long START = 1_699_920_000_000L;

  private static Schedule schedule(Duration... sweeps) {
    return new Schedule(
        Duration.ofMinutes(1), Duration.ofMinutes(1), List.of(sweeps), Duration.ofDays(30));
  }

  /** As the product's defaults. */
  private static Schedule defaults() {
    return schedule(
        Duration.ZERO,
        Duration.ofMinutes(1),
        Duration.ofMinutes(3),
        Duration.ofMinutes(7),
        Duration.ofMinutes(15),
        Duration.ofMinutes(45),
        Duration.ofHours(3),
        Duration.ofHours(24));
  }

  private static Plan plan(Schedule schedule, long since) {
    return new Plan(schedule, new Coverage(since, new TreeMap<>(), List.of()));
  }

  /** Reads what is due as the collector does, by a clock of its own. */
  private static final class Run {
    private final Ledger ledger;
    private final List<Window> windows = new ArrayList<>();
    private Plan plan;

    private Run(Plan plan) {
      this.plan = plan;
      this.ledger = new Ledger(plan.schedule());
    }

    private Window done(@Nullable Window next) {
      Window window = taken(next);
      windows.add(window);
      ledger.read(window, Intervals.NONE);
      plan.done(window, plan.after(window, Intervals.NONE));
      plan.width().read(window.width(), 1);
      return window;
    }

    /** A fresh reading, and all else that is ripe. */
    private int tick(long now) {
      int before = windows.size();
      done(plan.next(Work.FRESH, now, Due.RIPE));
      others(now, Due.RIPE);
      return windows.size() - before;
    }

    private void others(long now, Due due) {
      for (Work work : List.of(Work.BACKLOG, Work.SWEEP)) {
        for (Window next = plan.next(work, now, due);
            next != null;
            next = plan.next(work, now, due)) {
          done(next);
        }
      }
    }

    private Run ticks(long from, long to) {
      for (long now = from; now < to; now += MINUTE) {
        tick(now);
      }
      return this;
    }
  }

  private static Window taken(@Nullable Window window) {
    return Objects.requireNonNull(window, "no window");
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1, 300, 30_000, 59_900})
  void aQuietReportCostsAboutOneAndAHalfRequestsAMinute(long offset) {
    Run run = new Run(plan(defaults(), START - DAY));
    run.ticks(START + offset, START + 48 * HOUR);
    double perMinute = run.windows.size() / (48 * 60.0);
    System.out.printf(
        "a quiet report, ticks %d ms behind the minute: %.2f requests a minute%n",
        offset, perMinute);
    assertThat(perMinute).isBetween(1.0, 1.6);

    // each instant is read about as often as there are sweeps, and once while its slice is open
    long end = START + 48 * HOUR;
    double times = 0;
    int instants = 0;
    for (long at = START + HOUR; at < end - 37 * HOUR; at += 7 * MINUTE + SECOND) {
      times += run.ledger.times(at);
      instants++;
    }
    System.out.printf("each record is read %.1f times by 8 sweeps%n", times / instants);
    assertThat(times / instants).isBetween(8.0, 11.0);
    // by half its age after it was due, each sweep is done
    for (Duration age : defaults().sweeps()) {
      long due = defaults().floor(end - age.toMillis() * 3 / 2 - MINUTE - MINUTE);
      assertThat(Intervals.of(START - DAY, due).minus(run.ledger.readAt(age.toMillis())))
          .as("not swept at %s", age)
          .isEqualTo(Intervals.NONE);
    }
    assertThat(run.plan.coverage().read().values())
        .allSatisfy(read -> assertThat(read.size()).isEqualTo(1));
  }

  @Test
  void theYoungestWindowHasNoUpperBound() {
    Plan plan = plan(defaults(), START);
    Window window = taken(plan.next(Work.FRESH, START + 90 * SECOND, Due.RIPE));
    assertThat(window.isOpen()).isTrue();
    assertThat(window.from()).isEqualTo(START);
    assertThat(window.width()).isEqualTo(90 * SECOND);
    assertThat(plan.next(Work.FRESH, START + 90 * SECOND, Due.RIPE)).as("one at a time").isNull();

    // what is in the slice under way has been read, and counts only when the slice is over
    plan.done(window, plan.after(window, Intervals.NONE));
    assertThat(plan.coverage().read().get(0L)).isEqualTo(Intervals.of(START, START + MINUTE));
    assertThat(plan.sweep(START)).isEqualTo(1);
    assertThat(plan.sweep(START + MINUTE)).isZero();
  }

  @Test
  void afterAnOutageTheNewestIsReadFirst() {
    Run run = new Run(plan(defaults(), START));
    run.ticks(START + MINUTE, START + HOUR);
    long back = START + 11 * HOUR;
    Window fresh = run.done(run.plan.next(Work.FRESH, back, Due.RIPE));
    assertThat(fresh.from()).isEqualTo(back - 5 * MINUTE);
    long end = fresh.from();
    int windows = 0;
    for (Window next = run.plan.next(Work.BACKLOG, back, Due.RIPE);
        next != null;
        next = run.plan.next(Work.BACKLOG, back, Due.RIPE)) {
      assertThat(next.to()).as("the newest that is unread").isEqualTo(end);
      end = run.done(next).from();
      windows++;
    }
    assertThat(windows).isLessThan(12);
    assertThat(run.plan.coverage().read().get(0L)).isEqualTo(Intervals.of(START, back));
  }

  @Test
  void nearTheEdgeOfRetentionTheOldestIsReadFirst() {
    Run run = new Run(plan(defaults(), START));
    run.ticks(START + MINUTE, START + HOUR);
    long back = START + 29 * DAY;
    run.done(run.plan.next(Work.FRESH, back, Due.RIPE));
    Window first = run.done(run.plan.next(Work.BACKLOG, back, Due.RIPE));
    assertThat(first.from()).isEqualTo(START + HOUR - MINUTE);
    for (Window next = first; next.to() < back - 27 * DAY; ) {
      Window following = run.done(run.plan.next(Work.BACKLOG, back, Due.RIPE));
      assertThat(following.from()).isEqualTo(next.to());
      next = following;
    }
    assertThat(run.done(run.plan.next(Work.BACKLOG, back, Due.RIPE)).to())
        .isEqualTo(back - 5 * MINUTE);
  }

  @Test
  void clampingSaysWhatIsLost() {
    Run run = new Run(plan(defaults(), START));
    run.done(run.plan.next(Work.FRESH, START + 3 * MINUTE, Due.RIPE));
    long oldest = START + HOUR + SECOND;
    assertThat(run.plan.clamp(oldest))
        .isEqualTo(
            Intervals.of(START, START + 2 * MINUTE)
                .plus(START + 3 * MINUTE, START + HOUR + MINUTE));
    assertThat(run.plan.since()).isEqualTo(START + HOUR + MINUTE);
    assertThat(run.plan.clamp(oldest)).isEqualTo(Intervals.NONE);
    assertThat(run.plan.coverage().read().get(0L)).isEqualTo(Intervals.NONE);
    assertThat(run.plan.missing(START + 2 * HOUR))
        .isEqualTo(Intervals.of(START + HOUR + MINUTE, START + 2 * HOUR));
  }

  @Test
  void whatWasAskedForBeforeRetentionIsGivenUpToo() {
    Plan plan = plan(defaults(), START);
    plan.ask(START - 3 * HOUR, START - HOUR, START + MINUTE);
    assertThat(plan.clamp(START - 2 * HOUR))
        .isEqualTo(Intervals.of(START - 3 * HOUR, START - 2 * HOUR));
    assertThat(plan.since()).isEqualTo(START);
    long oldest = Long.MAX_VALUE;
    for (Window next = plan.next(Work.SWEEP, START + MINUTE, Due.ASKED);
        next != null;
        next = plan.next(Work.SWEEP, START + MINUTE, Due.ASKED)) {
      assertThat(next.from()).as("the newest first").isLessThan(oldest);
      oldest = next.from();
      plan.done(next, plan.after(next, Intervals.NONE));
    }
    assertThat(oldest).as("nothing that Graph would refuse").isEqualTo(START - 2 * HOUR);
  }

  @Test
  void aSliceFirstReadAfterItsLastSweepsAgeIsReadOnceMoreAnHourLater() {
    Run run = new Run(plan(defaults(), START));
    long back = START + 30 * HOUR;
    run.done(run.plan.next(Work.FRESH, back, Due.ALL));
    run.others(back, Due.ALL);
    Intervals old = Intervals.of(START, back - 24 * HOUR);
    List<Recheck> rechecks = run.plan.coverage().rechecks();
    assertThat(rechecks).hasSize(1);
    Recheck recheck = rechecks.get(0);
    assertThat(Intervals.of(recheck.from(), recheck.to())).isEqualTo(old);
    assertThat(recheck.due()).isBetween(back + HOUR, back + HOUR + 5 * MINUTE);
    assertThat(run.plan.missing(recheck.due() - 1).within(old)).isEqualTo(Intervals.NONE);
    assertThat(run.plan.missing(recheck.due()).within(old)).isEqualTo(old);

    run.others(recheck.due(), Due.ALL);
    assertThat(run.ledger.times(START)).isEqualTo(2);
    assertThat(run.ledger.times(old.last().to() - 1)).isEqualTo(2);
    assertThat(run.plan.coverage().rechecks()).isEmpty();
  }

  @Test
  void aLongOutageLeavesFewRechecks() {
    Run run = new Run(plan(defaults(), START));
    long back = START + 29 * DAY;
    for (Window next = run.plan.next(Work.BACKLOG, back, Due.RIPE);
        next != null;
        next = run.plan.next(Work.BACKLOG, back, Due.RIPE)) {
      run.done(next);
      back += 2 * SECOND;
    }
    assertThat(run.plan.coverage().rechecks().size()).isLessThan(20);
  }

  @Test
  void aSingleSweepReadsEachSliceOnce() {
    Run run = new Run(plan(schedule(Duration.ZERO), START));
    run.ticks(START + MINUTE, START + HOUR);
    assertThat(run.plan.coverage().rechecks()).isEmpty();
    assertThat(run.windows).hasSize(59).allMatch(window -> window.work() == Work.FRESH);
  }

  @Test
  void aSliceThatTheLastSweepFoundLateIsReadOnceMore() {
    Run run = new Run(plan(defaults(), START));
    run.done(run.plan.next(Work.FRESH, START + MINUTE, Due.RIPE));
    long now = START + 40 * HOUR;
    for (int i = 0; i < 1_000; i++) {
      run.plan.foundLate(START + 10 * SECOND + i, now + i);
    }
    assertThat(run.plan.coverage().rechecks()).hasSize(1);
    Recheck recheck = run.plan.coverage().rechecks().get(0);
    assertThat(recheck.from()).isEqualTo(START);
    assertThat(recheck.to()).isEqualTo(START + MINUTE);
    assertThat(recheck.due()).isBetween(now + HOUR, now + HOUR + 5 * MINUTE);
  }

  @Test
  void whatWasAskedForIsReadOnce() {
    Run run = new Run(plan(defaults(), START));
    run.ticks(START + MINUTE, START + 2 * HOUR);
    long now = START + 2 * HOUR;
    assertThat(run.plan.next(Work.SWEEP, now, Due.ASKED)).isNull();
    run.plan.ask(START - HOUR, START + HOUR + SECOND, now);
    assertThat(run.plan.missing(now).contains(START - HOUR)).as("counts as missing").isTrue();
    int before = run.windows.size();
    run.others(now, Due.ASKED);
    Intervals read = Intervals.NONE;
    for (Window window : run.windows.subList(before, run.windows.size())) {
      assertThat(window.span().within(read)).isEqualTo(Intervals.NONE);
      read = read.plus(window.span());
    }
    assertThat(read).isEqualTo(Intervals.of(START - HOUR, START + HOUR + SECOND));
    assertThat(run.plan.next(Work.SWEEP, now, Due.ASKED)).isNull();
    assertThat(run.plan.since()).as("what was asked for widens no coverage").isEqualTo(START);
  }

  @Test
  void whatIsAskedForOfTheFutureIsNot() {
    Plan plan = plan(defaults(), START);
    plan.ask(START + HOUR, START + 2 * HOUR, START + MINUTE);
    assertThat(plan.coverage().rechecks()).isEmpty();
    plan.ask(START - HOUR, START + 2 * HOUR, START + MINUTE);
    assertThat(plan.coverage().rechecks())
        .containsExactly(new Recheck(START - HOUR, START + MINUTE, START + MINUTE));
  }

  @Test
  void whatAWindowBroughtFromElsewhereAndIsNotAccountedForIsReadAgain() {
    Run run = new Run(plan(defaults(), START));
    run.ticks(START + MINUTE, START + 50 * HOUR);
    long now = START + 50 * HOUR;
    Window window = taken(run.plan.next(Work.FRESH, now, Due.RIPE));
    Intervals elsewhere = Intervals.of(START + HOUR, START + HOUR + MINUTE);
    run.plan.done(window, run.plan.after(window, elsewhere));
    assertThat(run.plan.missing(now).within(elsewhere)).isEqualTo(elsewhere);
    Window again = run.done(run.plan.next(Work.SWEEP, now, Due.RIPE));
    assertThat(again.span().within(elsewhere)).isEqualTo(elsewhere);
    assertThat(run.plan.missing(now).within(elsewhere)).isEqualTo(Intervals.NONE);
  }

  private static Intervals dueAfterRestart(Run run, Schedule schedule, long now) {
    run.plan = new Plan(schedule, run.plan.coverage());
    return run.plan.missing(now);
  }

  @Test
  void aNewMiddleAgeReadsAgainOnlyWhatNoLaterSweepHas() {
    Schedule before = schedule(Duration.ZERO, Duration.ofMinutes(1), Duration.ofHours(3));
    Run run = new Run(plan(before, START));
    long now = START + 10 * HOUR;
    run.ticks(START + MINUTE, now);
    run.done(run.plan.next(Work.FRESH, now, Due.ALL));
    run.others(now, Due.ALL);
    Schedule after =
        schedule(Duration.ZERO, Duration.ofMinutes(1), Duration.ofHours(1), Duration.ofHours(3));
    assertThat(dueAfterRestart(run, after, now))
        .isEqualTo(Intervals.of(now - 3 * HOUR, now - HOUR));
  }

  @Test
  void anAgeThatWasRemovedReadsNothingAgain() {
    Run run = new Run(plan(defaults(), START));
    long now = START + 50 * HOUR;
    run.ticks(START + MINUTE, now);
    run.done(run.plan.next(Work.FRESH, now, Due.ALL));
    run.others(now, Due.ALL);
    assertThat(dueAfterRestart(run, schedule(Duration.ZERO, Duration.ofMinutes(1)), now).isEmpty())
        .isTrue();
  }

  @Test
  void aNewLastAgeOpensNoSliceThatWasFinished() {
    Schedule before = schedule(Duration.ZERO, Duration.ofMinutes(1), Duration.ofHours(3));
    Run run = new Run(plan(before, START));
    long now = START + 20 * DAY;
    run.ticks(START + MINUTE, now);
    run.done(run.plan.next(Work.FRESH, now, Due.ALL));
    run.others(now, Due.ALL);
    Schedule after =
        schedule(Duration.ZERO, Duration.ofMinutes(1), Duration.ofHours(3), Duration.ofDays(1));
    // the seen sets of what is older may be gone: it would leave twice
    assertThat(dueAfterRestart(run, after, now)).isEqualTo(Intervals.NONE);
    // what had not reached the last age then is swept when it reaches the new one
    assertThat(run.plan.missing(now + 30 * HOUR).within(START, now))
        .isEqualTo(Intervals.of(now - 3 * HOUR, now));
  }

  @Test
  void whatAClockThatWasAheadHasClaimedIsReadWhenItHasHappened() {
    Run run = new Run(plan(defaults(), START));
    long now = START + HOUR;
    run.ticks(START + MINUTE, now);
    run.done(run.plan.next(Work.FRESH, now + 3 * DAY, Due.ALL));
    run.others(now + 3 * DAY, Due.ALL);
    assertThat(run.plan.missing(now + 3 * DAY)).isEqualTo(Intervals.NONE);
    run.done(run.plan.next(Work.FRESH, now + MINUTE, Due.ALL));
    assertThat(run.plan.missing(now + 2 * DAY).within(now + MINUTE, now + 2 * DAY))
        .isEqualTo(Intervals.of(now + MINUTE, now + 2 * DAY));
    assertThat(run.plan.sweep(now - MINUTE)).as("the last sweep is to come").isLessThan(6);
  }

  @Test
  void aHoldEndsWhereTheClockIsPutBehindItsBegin() {
    Plan plan = plan(defaults(), START);
    long now = START + HOUR;
    Window failed = taken(plan.next(Work.FRESH, now, Due.RIPE));
    plan.failed(failed, now + 5 * MINUTE);
    assertThat(plan.next(Work.FRESH, now + MINUTE, Due.RIPE)).isNull();
    assertThat(plan.next(Work.FRESH, now - 10 * MINUTE, Due.RIPE)).isNotNull();
  }

  @Test
  void aSweepThatHasReadNothingYetIsNoNewOne() {
    // for half a day, slices older than a day wait for their neighbours: none was swept so far
    Run run = new Run(plan(defaults(), START));
    long now = START + 30 * HOUR;
    run.ticks(START + MINUTE, now);
    assertThat(run.plan.coverage().read().get(DAY)).isEqualTo(Intervals.NONE);
    assertThat(dueAfterRestart(run, defaults(), now).within(START, START + 6 * HOUR))
        .isEqualTo(Intervals.of(START, START + 6 * HOUR));
  }

  @Test
  void windowsHalveBelowASliceAndAllIsRead() {
    Run run = new Run(plan(defaults(), START));
    long now = START + 10 * MINUTE;
    for (int i = 0; i < 20; i++) {
      run.plan.width().tooWide(30 * SECOND);
    }
    assertThat(run.plan.width().millis()).isEqualTo(SECOND);
    Window fresh = taken(run.plan.next(Work.FRESH, now, Due.ALL));
    run.plan.done(fresh, run.plan.after(fresh, Intervals.NONE));
    int windows = 0;
    for (Window next = run.plan.next(Work.BACKLOG, now, Due.ALL);
        next != null;
        next = run.plan.next(Work.BACKLOG, now, Due.ALL)) {
      assertThat(next.width()).isLessThanOrEqualTo(SECOND);
      run.plan.done(next, run.plan.after(next, Intervals.NONE));
      windows++;
    }
    assertThat(windows).isEqualTo(600);
    assertThat(run.plan.missing(now)).isEqualTo(Intervals.NONE);
    assertThat(run.plan.coverage().read().get(0L)).isEqualTo(Intervals.of(START, now));
  }

  @Test
  void windowsGrowBackSlowlyAndOnlyByWhatTheyHaveShown() {
    WindowWidth width = plan(defaults(), START).width();
    while (width.millis() < HOUR) {
      width.read(width.millis(), 1);
    }
    width.tooWide(HOUR);
    assertThat(width.millis()).isEqualTo(HOUR / 2);
    for (int i = 0; i < 100; i++) {
      width.read(4 * MINUTE, 1);
    }
    assertThat(width.millis()).as("a narrow quiet window shows nothing").isEqualTo(HOUR / 2);
    width.read(HOUR / 2, 1);
    assertThat(width.millis()).isEqualTo(HOUR / 2 * 5 / 4);
    width.read(HOUR / 2, 5);
    assertThat(width.millis()).as("well filled").isEqualTo(HOUR / 2 * 5 / 4);
    width.read(HOUR / 2, 100);
    assertThat(width.millis()).isEqualTo(3 * MINUTE);
    width.read(3 * MINUTE, 1_000);
    assertThat(width.millis()).as("density alone halves no slice").isEqualTo(MINUTE);
  }

  @Test
  void aFailedWindowWaitsAndTheOthersGoOn() {
    Plan plan = plan(defaults(), START);
    long now = START + 10 * HOUR;
    Window fresh = taken(plan.next(Work.FRESH, now, Due.RIPE));
    Window one = taken(plan.next(Work.BACKLOG, now, Due.RIPE));
    plan.failed(fresh, now + 5 * SECOND);
    plan.failed(one, now + 5 * SECOND);
    assertThat(plan.next(Work.FRESH, now + 4 * SECOND, Due.RIPE)).isNull();
    Window other = taken(plan.next(Work.BACKLOG, now + 4 * SECOND, Due.RIPE));
    assertThat(other.to()).isEqualTo(one.from());
    assertThat(taken(plan.next(Work.FRESH, now + 5 * SECOND, Due.RIPE)).from())
        .isEqualTo(fresh.from());
    assertThat(taken(plan.next(Work.BACKLOG, now + 5 * SECOND, Due.RIPE)).span())
        .isEqualTo(one.span());
  }

  @Test
  void middleSweepsThinOutBeforeTheLast() {
    Run run = new Run(plan(defaults(), START - DAY));
    long end = START + 72 * HOUR;
    int sweeps = 0;
    for (long now = START; now < end; now += MINUTE) {
      run.done(run.plan.next(Work.FRESH, now, Due.RIPE));
      while (run.plan.peek(Work.BACKLOG, now, Due.RIPE) != null) {
        run.done(run.plan.next(Work.BACKLOG, now, Due.RIPE));
      }
      if (now % (30 * MINUTE) == 0 && run.plan.peek(Work.SWEEP, now, Due.RIPE) != null) {
        run.done(run.plan.next(Work.SWEEP, now, Due.RIPE)); // all that the budget gives
        sweeps++;
      }
    }
    assertThat(sweeps).isLessThan(150);
    long due = defaults().floor(end - DAY * 3 / 2 - HOUR);
    assertThat(Intervals.of(START - DAY, due).minus(run.ledger.readAt(DAY)))
        .as("not read by the last sweep")
        .isEqualTo(Intervals.NONE);
  }

  @Test
  void durationsOfSecondsDo() {
    Schedule seconds =
        new Schedule(
            Duration.ofSeconds(1),
            Duration.ofSeconds(1),
            List.of(Duration.ZERO, Duration.ofSeconds(2), Duration.ofSeconds(5)),
            Duration.ofDays(30));
    Run run = new Run(plan(seconds, START));
    for (long now = START; now < START + 120 * SECOND; now += SECOND) {
      run.tick(now);
    }
    for (long age : new long[] {0, 2 * SECOND, 5 * SECOND}) {
      assertThat(run.ledger.readAt(age).within(START, START + 100 * SECOND))
          .isEqualTo(Intervals.of(START, START + 100 * SECOND));
    }
    assertThat(run.windows.size()).isLessThan(200);
  }

  @Test
  void aThousandPlansOfThirtyDaysAreCheap() {
    Run run = new Run(plan(defaults(), START - DAY));
    long now = START;
    // a steady state in which each window is a moment of its own
    for (; now < START + 3 * DAY; now += MINUTE) {
      run.tick(now);
    }
    Coverage steady = run.plan.coverage();
    assertThat(steady.read().values()).allSatisfy(it -> assertThat(it.size()).isLessThan(3));
    List<Plan> plans = new ArrayList<>();
    for (int i = 0; i < 1_000; i++) {
      plans.add(new Plan(defaults(), steady));
    }
    long begun = System.nanoTime();
    int windows = 0;
    for (int tick = 0; tick < 60; tick++, now += MINUTE) {
      for (Plan plan : plans) {
        for (Work work : Work.values()) {
          for (Window next = plan.next(work, now, Due.RIPE); next != null; ) {
            plan.done(next, plan.after(next, Intervals.NONE));
            windows++;
            next = work == Work.FRESH ? null : plan.next(work, now, Due.RIPE);
          }
        }
      }
    }
    double micros = (System.nanoTime() - begun) / 1_000.0 / windows;
    System.out.printf("a window costs %.1f microseconds of planning%n", micros);
    assertThat(micros).isLessThan(500);
  }

  @Test
  void aPlanOfThirtyDaysStaysAHandfulOfSpans() {
    Run run = new Run(plan(defaults(), START));
    int most = 0;
    for (long now = START + MINUTE; now < START + 30 * DAY; now += MINUTE) {
      run.tick(now);
      run.windows.clear();
      if (now % (13 * MINUTE) == 0) {
        Coverage coverage = run.plan.coverage();
        most =
            Math.max(
                most,
                coverage.rechecks().size()
                    + coverage.read().values().stream().mapToInt(Intervals::size).sum());
      }
    }
    assertThat(most).isLessThan(20);
  }

  @Test
  void spansOfAnotherSliceLengthAreKept() {
    Run run = new Run(plan(defaults(), START));
    run.ticks(START + MINUTE, START + 3 * HOUR);
    Schedule longer =
        new Schedule(
            Duration.ofMinutes(1), Duration.ofMinutes(5), defaults().sweeps(), Duration.ofDays(30));
    run.plan = new Plan(longer, run.plan.coverage());
    Intervals read = run.plan.coverage().read().firstEntry().getValue();
    assertThat(Intervals.of(START, START + 3 * HOUR).minus(read).first().from())
        .isEqualTo(START + 3 * HOUR - MINUTE);
  }
}
