package io.entrarelay.collect;

import io.entrarelay.plan.Intervals;
import io.entrarelay.plan.Schedule;
import io.entrarelay.state.Store;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How far back feeds are read: from where collecting began, and not before what Graph keeps. What
 * is given up for that reason is stored with the coverage, and said.
 */
final class Reach {
  private static final Logger LOG = LoggerFactory.getLogger(Reach.class);

  /** What Graph answered so lately was asked with a clock that Entra took for right. */
  private static final Duration LATELY = Duration.ofHours(1);

  private final Store store;
  private final Schedule schedule;
  private final Duration backfill;
  private final InstantSource clock;

  /**
   * @param backfill how far back the first start reads
   */
  Reach(Store store, Schedule schedule, Duration backfill, InstantSource clock) {
    this.store = store;
    this.schedule = schedule;
    this.backfill = backfill;
    this.clock = clock;
  }

  /** Where a feed that begins now is read from: milliseconds since 1970-01-01T00:00Z. */
  long beginning() {
    return schedule.floor(clock.millis() - backfill.toMillis());
  }

  /**
   * A clock that was ahead at the first start has put the beginning into what is the future now.
   */
  void beginByNow(Feed feed) {
    long now = clock.millis();
    synchronized (feed) {
      if (feed.plan().since() > now) {
        feed.plan().begin(now - backfill.toMillis());
        store.coverage(feed.lease(), feed.id(), feed.plan().coverage());
        LOG.warn(
            "{}: the clock was put back behind where collecting began: it begins at {} now",
            feed,
            Instant.ofEpochMilli(feed.plan().since()));
      }
    }
  }

  /** Gives up what Graph has forgotten meanwhile, where the clock is known to be right. */
  void clampToRetention(Feed feed) {
    if (isReadLately(feed)) {
      giveUpBefore(feed, clock.millis() - schedule.retention().toMillis());
    }
  }

  /** Whether Graph has answered with records lately: the clock is right, and so is the filter. */
  boolean isReadLately(Feed feed) {
    long since = clock.millis() - feed.lastRead();
    return since >= 0 && since < LATELY.toMillis();
  }

  /**
   * Gives up what was not read before an instant, since Graph keeps nothing of it.
   *
   * @param oldest milliseconds since 1970-01-01T00:00Z
   */
  void giveUpBefore(Feed feed, long oldest) {
    synchronized (feed) {
      Intervals lost = feed.plan().clamp(oldest);
      if (!lost.isEmpty()) {
        store.coverage(feed.lease(), feed.id(), feed.plan().coverage());
        LOG.warn(
            "{}: Graph keeps nothing before {}: what was not read before it is given up ({})",
            feed,
            Instant.ofEpochMilli(oldest),
            lost);
      }
    }
  }

  /**
   * Plans a span that somebody asks for, as far as Graph keeps it, and keeps it until it was read.
   *
   * @return whether there is anything to read
   */
  boolean ask(Feed feed, Instant from, Instant to) {
    long now = clock.millis();
    Instant oldest = Instant.ofEpochMilli(now).minus(schedule.retention()).plus(schedule.slice());
    Instant begin = from.isBefore(oldest) ? oldest : from;
    if (from.isBefore(oldest)) {
      LOG.warn("{}: Graph keeps nothing before {}: it is read from there on", feed, oldest);
    }
    if (!begin.isBefore(to)) {
      return false;
    }
    synchronized (feed) {
      feed.plan().ask(begin.toEpochMilli(), to.toEpochMilli(), now);
      store.coverage(feed.lease(), feed.id(), feed.plan().coverage());
    }
    return true;
  }
}
