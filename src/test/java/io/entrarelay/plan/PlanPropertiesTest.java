package io.entrarelay.plan;

import static org.assertj.core.api.Assertions.assertThat;

import io.entrarelay.plan.Plan.Coverage;
import io.entrarelay.plan.Plan.Due;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/**
 * Whatever happens to the windows of a plan and whenever the process ends: nothing counts as read
 * that was not, no two windows under way overlap, and when all that is due is done, every instant
 * was read by every sweep.
 */
class PlanPropertiesTest {
  private static final long START = 1_700_000_000_000L;

  /** Durations of seconds, with a slice that ages are no multiples of. */
  private static final Schedule SECONDS =
      new Schedule(
          Duration.ofSeconds(3),
          Duration.ofSeconds(2),
          List.of(
              Duration.ZERO,
              Duration.ofSeconds(3),
              Duration.ofMillis(7_500),
              Duration.ofSeconds(20),
              Duration.ofSeconds(60)),
          Duration.ofSeconds(400));

  private static final Schedule ONCE =
      new Schedule(
          Duration.ofSeconds(3),
          Duration.ofSeconds(2),
          List.of(Duration.ZERO),
          Duration.ofSeconds(400));

  private static final class World {
    private final Schedule schedule;
    private final Ledger ledger;
    private final List<Window> underWay = new ArrayList<>();
    private Coverage stored;
    private Plan plan;
    private long now = START;

    /** Spans that must be read once more, each with the moment from which a reading counts. */
    private final List<long[]> wanted = new ArrayList<>();

    private World(Schedule schedule) {
      this.schedule = schedule;
      this.ledger = new Ledger(schedule);
      this.plan = new Plan(schedule, new Coverage(START - 100_000, new TreeMap<>(), List.of()));
      this.stored = plan.coverage();
    }

    private void step(int number) {
      Random random = new Random(number);
      switch (random.nextInt(18)) {
        case 0, 1, 2 -> now += random.nextInt(4_000);
        case 3 -> now += random.nextInt(90_000);
        case 4, 5 -> begin(Work.FRESH, random);
        case 6 -> begin(Work.BACKLOG, random);
        case 7 -> begin(Work.SWEEP, random);
        case 8, 9, 10 -> some(random, window -> end(window, Intervals.NONE, true));
        case 11 -> some(random, window -> end(window, open(window, random), true));
        case 12 -> some(random, window -> end(window, Intervals.NONE, false));
        case 13 -> some(random, window -> plan.failed(window, now + random.nextInt(5_000) - 500));
        case 14 -> restart();
        case 15 -> {
          long from = now - random.nextInt(120_000);
          plan.hold(from, from + 1 + random.nextInt(20_000), now, now + random.nextInt(10_000));
        }
        case 16 -> {
          if (random.nextInt(3) == 0) {
            clamp(now - schedule.retention().toMillis() / (1 + random.nextInt(4)));
          } else if (random.nextBoolean()) {
            plan.width().tooWide(random.nextInt(20_000));
          } else {
            plan.width().read(random.nextInt(200_000), random.nextInt(40));
          }
        }
        default -> {
          long from = now - random.nextInt(150_000);
          if (random.nextBoolean()) {
            plan.foundLate(from, now);
            want(from, from + 1, now + schedule.again());
          } else {
            plan.ask(from, from + 15_000, now);
            want(from, Math.min(now, from + 15_000), now);
          }
        }
      }
      honest();
    }

    private void want(long from, long to, long begun) {
      wanted.add(new long[] {from, to, begun});
    }

    private void begin(Work work, Random random) {
      Window window = plan.next(work, now, Due.values()[random.nextInt(3)]);
      if (window != null) {
        assertThat(window.begun()).isEqualTo(now);
        for (Window other : underWay) {
          assertThat(window.span().within(other.span()))
              .as("%s overlaps %s, which is under way", window, other)
              .isEqualTo(Intervals.NONE);
        }
        underWay.add(window);
      }
    }

    private interface Ending {
      void of(Window window);
    }

    private void some(Random random, Ending ending) {
      if (!underWay.isEmpty()) {
        ending.of(underWay.remove(random.nextInt(underWay.size())));
      }
    }

    /** Slices that are not accounted for: inside of the window, and one from elsewhere. */
    private Intervals open(Window window, Random random) {
      long slice = schedule.slice().toMillis();
      long end = window.isOpen() ? window.begun() : window.to();
      long inside =
          schedule.floor(window.from() + random.nextInt((int) Math.max(1, end - window.from())));
      Intervals open = Intervals.of(inside, inside + slice);
      if (random.nextInt(3) == 0) {
        long anywhere = schedule.floor(now - random.nextInt(90_000));
        open = open.plus(anywhere, anywhere + slice);
        for (Intervals.Span span : open.minus(window.span()).spans()) {
          want(span.from(), span.to(), window.begun());
        }
      }
      return open;
    }

    /** The window was read; the process goes on, or ends between storing that and knowing it. */
    private void end(Window window, Intervals open, boolean goesOn) {
      ledger.read(window, open);
      stored = plan.after(window, open);
      if (goesOn) {
        plan.done(window, stored);
        assertThat(plan.coverage()).isEqualTo(stored);
      } else {
        restart();
      }
    }

    private void restart() {
      underWay.clear();
      plan = new Plan(schedule, stored);
      assertThat(plan.coverage()).as("a restart keeps what is stored").isEqualTo(stored);
      // what was asked for or found in the process that ended may not have been stored
      wanted.clear();
      stored.rechecks().forEach(it -> want(it.from(), it.to(), it.due()));
    }

    private void clamp(long oldest) {
      Intervals unread = Intervals.of(plan.since(), oldest).minus(ledger.readAt(0));
      long since = plan.since();
      Intervals lost = plan.clamp(oldest);
      assertThat(unread.minus(lost)).as("what is lost is said").isEqualTo(Intervals.NONE);
      assertThat(lost.within(since, Intervals.OPEN).within(ledger.readAt(0)))
          .as("only that, and what was asked for before the plan's start")
          .isEqualTo(Intervals.NONE);
      assertThat(plan.since()).isGreaterThanOrEqualTo(oldest);
      stored = plan.coverage();
    }

    /** Nothing counts as read that was not. */
    private void honest() {
      plan.coverage()
          .read()
          .forEach(
              (age, read) ->
                  assertThat(read.minus(ledger.readAt(age)))
                      .as("counted as read at age %s, but not read", age)
                      .isEqualTo(Intervals.NONE));
    }

    private static long length(Intervals set) {
      return set.spans().stream().mapToLong(Intervals.Span::length).sum();
    }

    /** Does all that is due by a moment when no span is held any more. */
    private void finish() {
      while (!underWay.isEmpty()) {
        plan.failed(underWay.remove(0), now);
      }
      now += 20_000 + 2 * schedule.again();
      Window fresh = plan.next(Work.FRESH, now, Due.ALL);
      assertThat(fresh).isNotNull();
      underWay.add(fresh);
      for (Work work : List.of(Work.BACKLOG, Work.SWEEP)) {
        for (Window next = plan.next(work, now, Due.ALL);
            next != null;
            next = plan.next(work, now, Due.ALL)) {
          long before = length(plan.missing(now));
          end(next, Intervals.NONE, true);
          // of what was missing, the window has read at least a narrowest window's width, or a span
          assertThat(length(plan.missing(now))).as("%s gets on", next).isLessThan(before);
        }
      }
      end(underWay.remove(0), Intervals.NONE, true);
      // a sweep that became due for what only the fresh window had read
      for (Window next = plan.next(Work.SWEEP, now, Due.ALL);
          next != null;
          next = plan.next(Work.SWEEP, now, Due.ALL)) {
        end(next, Intervals.NONE, true);
      }
      honest();
      assertThat(plan.missing(now)).isEqualTo(Intervals.NONE);
      for (Duration age : schedule.sweeps()) {
        assertThat(
                Intervals.of(plan.since(), schedule.floor(now - age.toMillis()))
                    .minus(ledger.readAt(age.toMillis())))
            .as("not read at age %s", age)
            .isEqualTo(Intervals.NONE);
      }
      for (long[] want : wanted) {
        for (long instant = Math.max(want[0], plan.since()); instant < want[1]; instant += 500) {
          assertThat(ledger.timesSince(instant, want[2]))
              .as("%s was to be read again from %s on", instant, want[2])
              .isPositive();
        }
      }
    }
  }

  @Property(tries = 1500)
  void everyInstantIsReadByEverySweep(@ForAll @Size(max = 120) List<Integer> steps) {
    World world = new World(SECONDS);
    steps.forEach(world::step);
    world.finish();
  }

  @Property(tries = 200)
  void oneSweepReadsEverythingToo(@ForAll @Size(max = 60) List<Integer> steps) {
    World world = new World(ONCE);
    steps.forEach(world::step);
    world.finish();
  }

  @Property(tries = 50)
  void closesByAnyNumberOfRestarts(@ForAll @IntRange(min = 1, max = 40) int restarts) {
    World world = new World(SECONDS);
    for (int i = 0; i < restarts; i++) {
      Window window = world.plan.next(Work.BACKLOG, world.now, Due.RIPE);
      if (window != null) {
        world.end(window, Intervals.NONE, false);
      }
      world.now += 1_000;
      world.restart();
    }
    world.finish();
  }
}
