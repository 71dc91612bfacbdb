package io.entrarelay.collect;

import io.entrarelay.collect.Books.Fate;
import io.entrarelay.graph.NextLink;
import io.entrarelay.graph.NextLinkException;
import io.entrarelay.plan.Intervals;
import io.entrarelay.plan.Plan;
import io.entrarelay.plan.Plan.Coverage;
import io.entrarelay.plan.Schedule;
import io.entrarelay.record.FormLines;
import io.entrarelay.record.PageBody;
import io.entrarelay.record.PageException;
import io.entrarelay.record.RecordBatch;
import io.entrarelay.record.Selection;
import io.entrarelay.state.DeadLetter;
import io.entrarelay.state.PageCommit;
import io.entrarelay.state.PageCommit.OutboxRow;
import io.entrarelay.state.PageCommit.SeenSegment;
import io.entrarelay.state.Store;
import io.entrarelay.state.Tally;
import java.nio.ByteBuffer;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The steps of a page: cut, set the repeated apart, commit. */
public final class Pages {
  private static final Logger LOG = LoggerFactory.getLogger(Pages.class);

  /** The minute that keeps what has no readable time. */
  private static final long TIMELESS = Long.MIN_VALUE / SeenMinutes.MINUTE * SeenMinutes.MINUTE;

  /** The first of the 64 sets of records whose time moves: behind all that will be forgotten. */
  private static final long MOVING = Long.MAX_VALUE - 63;

  /** The upper bits of an id's hash, of which a set's table uses the lower ones. */
  private static final int MOVING_SHIFT = Long.SIZE - 6;

  private final Store store;
  private final SeenMinutes seen;
  private final InstantSource clock;
  private final boolean emitRevisions;
  private final IntConsumer committed;

  /**
   * @param emitRevisions whether a known id with other content leaves again; if not, it is dropped
   *     by the name {@code revisions: ignore}
   * @param committed told the shard whose outbox has grown
   */
  public Pages(
      Store store,
      SeenMinutes seen,
      InstantSource clock,
      boolean emitRevisions,
      IntConsumer committed) {
    this.store = store;
    this.seen = seen;
    this.clock = clock;
    this.emitRevisions = emitRevisions;
    this.committed = committed;
  }

  /**
   * Cuts a body into its records; the walk goes on behind it.
   *
   * @throws NextLinkException where the page's link leads out of its collection: it is not followed
   */
  public Page cut(Walk walk, PageBody body) throws PageException, NextLinkException {
    boolean done = false;
    try {
      RecordBatch batch = walk.feed().cutter().cut(body);
      String link = batch.nextLink();
      String next = link == null ? null : NextLink.check(walk.feed().collection(), link);
      Page page = new Page(walk, batch, clock.millis());
      walk.arrived(page, next);
      done = true;
      return page;
    } finally {
      if (!done) {
        body.close();
      }
    }
  }

  /** A feed is collected here from now on; until now another process may have done it. */
  void begin(long feed) {
    seen.forget(feed);
  }

  /**
   * The set that keeps a record's pair. Where a record's time moves with each change, the set
   * follows from its id, so that it is known wherever it comes from; such sets are never forgotten,
   * since a user's risk may change after months, and there are few.
   */
  private static long minute(Feed feed, RecordBatch batch, int ordinal) {
    if (feed.report().isTimeMoves()) {
      return MOVING + (batch.idHigh(ordinal) >>> MOVING_SHIFT);
    }
    long time = batch.timeMillis(ordinal);
    return time == RecordBatch.NO_TIME ? TIMELESS : SeenMinutes.minute(time);
  }

  /** Decides which records are new: unknown ids, and known ones with other content. */
  public void setRepeatedApart(Page page) {
    Feed feed = page.walk().feed();
    RecordBatch batch = page.batch();
    Selection taken = new Selection();
    Map<Long, SeenMinute> here = new HashMap<>();
    page.versions().clear();
    synchronized (feed) {
      catchUp(feed);
      for (int i = 0; i < batch.size(); i++) {
        long minute = minute(feed, batch, i);
        SeenMinute before = seen.get(feed.id(), minute);
        page.versions().putIfAbsent(minute, before.version());
        SeenMinute now = here.computeIfAbsent(minute, m -> SeenMinute.of(new byte[0]));
        long high = batch.idHigh(i);
        long low = batch.idLow(i);
        if (before.has(high, low, batch.content(i)) || now.has(high, low, batch.content(i))) {
          page.books().end(i, Fate.REPEATED);
        } else {
          int revision = before.contents(high, low) + now.contents(high, low);
          now.add(high, low, batch.content(i));
          taken.add(i, revision);
          String flaw = batch.flaw(i);
          if (flaw != null) {
            page.park(i, "cut", flaw);
            LOG.warn("{}: a record is set aside with the dead letters: {}", feed, flaw);
          } else if (revision > 0 && !emitRevisions) {
            page.drop(i, "revisions: ignore");
          }
        }
      }
    }
    page.taken(taken);
  }

  /**
   * Commits a page: the new pairs, the forms' lines and, with the last page of a window, what the
   * window covers, in one transaction. Then the books of the page balance.
   *
   * @throws PageConflict where another window has taken some of these records since they were set
   *     apart
   * @throws IllegalStateException where a form lacks records that are neither dropped nor parked
   */
  public void commit(Page page) {
    Walk walk = page.walk();
    Feed feed = walk.feed();
    List<OutboxRow> outbox = rows(page);
    synchronized (feed) {
      if (feed.isRemoved()) {
        walk.end(); // its successor may hold the same records, by a plan and seen sets of its own
        return;
      }
      catchUp(feed);
      Map<Long, Integer> pairs = recheck(page);
      Plan plan = feed.plan();
      Map<Long, Tally> tally = tally(page, plan);
      Coverage coverage = walk.isLast() ? plan.after(walk.window(), walk.open()) : null;
      if (coverage != null || page.taken().size() > 0) {
        commit(
            feed,
            new PageCommit(
                feed.lease(),
                feed.id(),
                page.collectedAt(),
                segments(page, pairs),
                outbox,
                parked(page),
                tally,
                coverage));
      }
      remember(page);
      for (int i = 0; i < page.taken().size(); i++) {
        int ordinal = page.taken().ordinal(i);
        page.books().end(ordinal, page.fateOf(ordinal));
      }
      feed.count(tally);
      if (coverage != null) {
        plan.done(walk.window(), coverage);
        plan.width().read(walk.window().width(), walk.pages());
        if (walk.open().isEmpty()) {
          feed.complete(walk.window());
        }
        walk.end();
      }
      feed.well(clock.millis());
    }
    if (!outbox.isEmpty()) {
      committed.accept(feed.lease().shard());
    }
  }

  private void commit(Feed feed, PageCommit commit) {
    feed.unanswered(true);
    store.commit(commit);
    feed.unanswered(false);
  }

  /** Where a commit's answer got lost, the seen sets are read anew once it can't come late. */
  private void catchUp(Feed feed) {
    if (feed.isUnanswered()) {
      store.settle(feed.lease());
      seen.forget(feed.id());
      feed.unanswered(false);
    }
  }

  private static List<OutboxRow> rows(Page page) {
    Feed feed = page.walk().feed();
    checkWhole(page);
    Selection leaving = page.leaving();
    List<OutboxRow> rows = new ArrayList<>();
    for (Map.Entry<String, FormLines> form : page.forms().entrySet()) {
      FormLines lines = form.getValue();
      if (lines.size() > 0) {
        rows.add(
            new OutboxRow(
                form.getKey(),
                feed.integration().name(),
                feed.report().getName(),
                feed.integration().tenantId(),
                page.collectedAt(),
                lines.size(),
                lines.length(),
                lines.identified(page.batch(), leaving).compressed()));
      }
    }
    return rows;
  }

  /** Whatever steps came between: each form holds each record that leaves in it, or none leaves. */
  private static void checkWhole(Page page) {
    Selection leaving = page.leaving();
    if (leaving.size() > 0 && page.written().isEmpty()) {
      throw new IllegalStateException(
          page.walk().feed()
              + ": "
              + leaving.size()
              + " records were to leave, and no step has given them a form: put the step forms.write"
              + " back before poll.commit");
    }
    for (String form : page.written()) {
      FormLines lines = page.forms().get(form);
      int line = 0;
      int due = 0;
      for (int i = 0; i < leaving.size(); i++) {
        int ordinal = leaving.ordinal(i);
        if (!page.failedForms().getOrDefault(ordinal, Map.of()).containsKey(form)) {
          due++;
          if (lines != null && line < lines.size() && lines.ordinal(line) == ordinal) {
            line++;
          }
        }
      }
      if (line != due || (lines != null && lines.size() != due)) {
        throw new IllegalStateException(
            page.walk().feed()
                + ": "
                + due
                + " records were to leave in the form "
                + form
                + ", it holds "
                + line
                + " of them"
                + (lines != null && lines.size() > line ? " and others" : "")
                + ": a step between forms.write and poll.commit changes the page. Drop by name"
                + " (kamelet page-drop-action) or in the sink's route");
      }
    }
  }

  /** How many new pairs each minute gets; fails where a decision is out of date. */
  private Map<Long, Integer> recheck(Page page) {
    Feed feed = page.walk().feed();
    RecordBatch batch = page.batch();
    Map<Long, Integer> pairs = new LinkedHashMap<>();
    for (int i = 0; i < page.taken().size(); i++) {
      int ordinal = page.taken().ordinal(i);
      long minute = minute(feed, batch, ordinal);
      pairs.merge(minute, 1, Integer::sum);
      SeenMinute set = seen.get(feed.id(), minute);
      Integer version = page.versions().get(minute);
      if (version == null || set.version() != version) {
        // another page came between: the decision stands where the id is as unknown as it was
        boolean known = set.contents(batch.idHigh(ordinal), batch.idLow(ordinal)) > 0;
        if (known || page.taken().revision(i) > 0) {
          throw new PageConflict();
        }
      }
    }
    return pairs;
  }

  private static List<SeenSegment> segments(Page page, Map<Long, Integer> pairs) {
    Feed feed = page.walk().feed();
    RecordBatch batch = page.batch();
    Map<Long, ByteBuffer> segments = new LinkedHashMap<>();
    pairs.forEach((minute, n) -> segments.put(minute, ByteBuffer.allocate(n * SeenMinute.PAIR)));
    for (int i = 0; i < page.taken().size(); i++) {
      int ordinal = page.taken().ordinal(i);
      ByteBuffer segment = segments.get(minute(feed, batch, ordinal));
      if (segment != null) {
        segment.putLong(batch.idHigh(ordinal));
        segment.putLong(batch.idLow(ordinal)).putLong(batch.content(ordinal));
      }
    }
    List<SeenSegment> result = new ArrayList<>(segments.size());
    segments.forEach((minute, segment) -> result.add(new SeenSegment(minute, segment.array())));
    return result;
  }

  private static List<DeadLetter> parked(Page page) {
    List<DeadLetter> parked = new ArrayList<>();
    for (int i = 0; i < page.taken().size(); i++) {
      int ordinal = page.taken().ordinal(i);
      int revision = page.taken().revision(i);
      Page.Parked why = page.parked().get(ordinal);
      boolean mapped =
          why != null
              && why.stage().startsWith(DeadLetter.MAPPING)
              && page.failedForms().containsKey(ordinal);
      if (why != null && !mapped) {
        parked.add(letter(page, ordinal, revision, why.stage(), why.reason()));
      } else if (mapped || page.fateOf(ordinal) == Fate.COMMITTED) {
        // a letter for each form, also where none is left: each is tried again for itself
        page.failedForms()
            .getOrDefault(ordinal, Map.of())
            .forEach(
                (form, reason) ->
                    parked.add(letter(page, ordinal, revision, DeadLetter.MAPPING + form, reason)));
      }
    }
    return parked;
  }

  private static DeadLetter letter(
      Page page, int ordinal, int revision, String stage, String reason) {
    Feed feed = page.walk().feed();
    return new DeadLetter(
        stage,
        reason,
        null,
        feed.integration().name(),
        feed.report().getName(),
        feed.integration().tenantId(),
        page.collectedAt(),
        null,
        revision,
        page.batch().record(ordinal));
  }

  private void remember(Page page) {
    Feed feed = page.walk().feed();
    RecordBatch batch = page.batch();
    Map<Long, SeenMinute> grown = new HashMap<>();
    for (int i = 0; i < page.taken().size(); i++) {
      int ordinal = page.taken().ordinal(i);
      SeenMinute set =
          grown.computeIfAbsent(
              minute(feed, batch, ordinal), minute -> seen.get(feed.id(), minute));
      set.add(batch.idHigh(ordinal), batch.idLow(ordinal), batch.content(ordinal));
    }
    grown.forEach((minute, set) -> seen.grown(feed.id(), minute, set));
  }

  /** Counts a page by the sweeps that its records fall to. */
  private static Map<Long, Tally> tally(Page page, Plan plan) {
    RecordBatch batch = page.batch();
    Schedule schedule = plan.schedule();
    int last = schedule.sweeps().size() - 1;
    long[][] counts = new long[last + 1][5];
    int next = 0;
    for (int i = 0; i < batch.size(); i++) {
      long time = batch.timeMillis(i);
      int sweep = Math.min(last, time == RecordBatch.NO_TIME ? 0 : plan.sweep(time));
      if (page.books().fate(i) == Fate.REPEATED) {
        counts[sweep][2]++;
        continue;
      }
      int revision = page.taken().revision(next++);
      counts[sweep][revision == 0 ? 0 : 1]++;
      if (page.fateOf(i) != Fate.COMMITTED) {
        counts[sweep][page.fateOf(i) == Fate.DROPPED ? 3 : 4]++;
      }
      if (sweep == last && last > 0 && time != RecordBatch.NO_TIME) {
        plan.foundLate(time, page.collectedAt());
      }
    }
    Map<Long, Tally> tally = new TreeMap<>();
    for (int sweep = 0; sweep <= last; sweep++) {
      long[] c = counts[sweep];
      if (c[0] + c[1] + c[2] > 0) {
        tally.put(schedule.sweeps().get(sweep).toMillis(), new Tally(c[0], c[1], c[2], c[3], c[4]));
      }
    }
    return tally;
  }

  /**
   * Ends the page under way of a walk, where a route did not bring it to its commit: what it held
   * stays unread, and the walk goes on.
   *
   * @return what was not accounted for, null where the page was committed
   */
  public @Nullable Unaccounted settle(Walk walk) {
    Page page = walk.page();
    if (page == null) {
      return null;
    }
    Unaccounted unaccounted = null;
    if (!page.books().balance()) {
      Intervals lost = Intervals.NONE;
      int[] open = page.books().open();
      Feed feed = walk.feed();
      synchronized (feed) {
        Schedule schedule = feed.plan().schedule();
        long slice = schedule.slice().toMillis();
        for (int ordinal : open) {
          long time = page.batch().timeMillis(ordinal);
          if (time == RecordBatch.NO_TIME) {
            lost = lost.plus(walk.window().span());
          } else {
            long from = Math.floorDiv(time, slice) * slice;
            lost = lost.plus(from, from + slice);
          }
        }
      }
      walk.leaveOpen(lost);
      unaccounted = new Unaccounted(open.length, lost, List.copyOf(page.routes()));
    }
    if (walk.isLast() && !walk.hasEnded()) {
      close(walk);
    } else {
      walk.leave();
    }
    return unaccounted;
  }

  /** Records that a route did not bring to their commit, and the slices that they touch. */
  public record Unaccounted(int records, Intervals slices, List<String> routes) {}

  /** Ends a window whose last page was not committed: what is accounted for is covered. */
  private void close(Walk walk) {
    Feed feed = walk.feed();
    synchronized (feed) {
      if (feed.isRemoved()) {
        walk.end();
        return;
      }
      Coverage coverage = feed.plan().after(walk.window(), walk.open());
      store.coverage(feed.lease(), feed.id(), coverage);
      feed.plan().done(walk.window(), coverage);
      walk.end();
    }
  }
}
