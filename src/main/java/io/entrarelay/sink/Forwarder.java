package io.entrarelay.sink;

import io.entrarelay.sink.Ahead.Taken;
import io.entrarelay.sink.Delivery.Participant;
import io.entrarelay.state.DeadLetter;
import io.entrarelay.state.Lease;
import io.entrarelay.state.OutboxEntry;
import io.entrarelay.state.Position;
import io.entrarelay.state.Steps;
import io.entrarelay.state.Store;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Takes a sink along the outbox, shard by shard, in order. A page is taken to be gone only when its
 * exchange ended well and all who enlisted for it have finished; then the position moves. What is
 * about to be finished is noted before, where a redo after a crash must cover the same span. Where
 * finishing or taking back fails, what is open is thrown away and handed on again from the outbox,
 * as after a crash. Used by one thread.
 */
public final class Forwarder {

  /** Takes one page; in the product the sink's route. */
  public interface Handler {
    void handle(OutboxEntry page, Delivery delivery) throws Exception;
  }

  /**
   * Records, as many as the largest page has: where nobody finishes later, a crash brings no more
   * than these again, or one page. To move the position with each small page would cost more than
   * to send it.
   */
  private static final int MOST_AGAIN = 1_000;

  private static final class Shard {
    private final Lease lease;
    private final Delivery delivery;
    private Position position;
    private long cursor;
    private long handed;

    /** Nothing that is open can be trusted: something failed half-way. */
    private boolean broken;

    /** The state could not be written: nothing is handed on again before it can be. */
    private boolean unwritten;

    /** The position has moved since the outbox was told. */
    private boolean passed;

    private Shard(Lease lease, Delivery delivery, Position position) {
      this.lease = lease;
      this.delivery = delivery;
      this.position = position;
      this.cursor = position.sequence();
    }

    /** Whether a span is being finished again that a crash has cut short. */
    private boolean isRedoing() {
      return position.closing() > position.sequence();
    }

    private boolean hasOpenWork() {
      return cursor > position.sequence();
    }

    private boolean canFinish() {
      return hasOpenWork() && !isRedoing() && !broken;
    }
  }

  private final String sink;
  private final Set<String> forms;
  private final Consumer<Lease> passed;
  private final Store store;
  private final Handler handler;
  private final InstantSource clock;
  private final Steps steps;
  private final Map<Integer, Shard> shards = new TreeMap<>();
  private volatile long delivered;

  /**
   * @param forms the forms that this sink takes
   * @param passed told that the sink's position has moved, so that pages may leave the outbox
   * @param leases the shards to begin with
   */
  public Forwarder(
      String sink,
      Set<String> forms,
      Consumer<Lease> passed,
      Store store,
      Map<Integer, Lease> leases,
      Handler handler,
      InstantSource clock,
      Steps steps) {
    this.sink = sink;
    this.forms = Set.copyOf(forms);
    this.passed = passed;
    this.store = store;
    this.handler = handler;
    this.clock = clock;
    this.steps = steps;
    leases.values().forEach(this::begin);
  }

  /**
   * From now on this sink's part of a shard is done here. Its position is read when something is
   * first handed on: that may fail, and is then tried again like all else.
   */
  void begin(Lease lease) {
    Shard shard = new Shard(lease, new Delivery(sink, lease, Position.START), Position.START);
    shard.broken = true;
    shards.put(lease.shard(), shard);
  }

  /**
   * From now on it is done elsewhere: what is open is forgotten, the next holder is handed it
   * again.
   */
  void end(int shardNumber) {
    Shard shard = shards.remove(shardNumber);
    if (shard != null) {
      shard.delivery.participants().forEach(Participant::discard);
    }
  }

  /** Whether this sink's part of a shard is done here. */
  boolean holds(int shardNumber) {
    return shards.containsKey(shardNumber);
  }

  /** The shards that are held here. */
  Set<Integer> held() {
    return Set.copyOf(shards.keySet());
  }

  private Shard open(Lease lease) {
    Position position = store.position(sink, lease.shard());
    Shard shard = new Shard(lease, new Delivery(sink, lease, position), position);
    shards.put(lease.shard(), shard);
    return shard;
  }

  public String sink() {
    return sink;
  }

  public Set<String> forms() {
    return forms;
  }

  /** Records that have left for good since the start. */
  public long delivered() {
    return delivered;
  }

  /**
   * Hands on what a shard's outbox holds. A span that a crash has cut short may take several goes;
   * it is finished when it is whole.
   *
   * @param enough asked after each page: whether the rest is left for later
   * @return whether something may be left
   * @throws Exception as the sink's route throws it: the page is handed on again later
   */
  public boolean forward(int shardNumber, BooleanSupplier enough) throws Exception {
    Shard shard = current(mended(shard(shardNumber)));
    boolean more = hand(shard, enough);
    if (!more && shard.isRedoing()) {
      finish(shard, shard.position.closing());
      more = hand(shard, enough); // what came after the span
    }
    settle(shard);
    tell(shard);
    return more;
  }

  /**
   * Hands on page after page, of a span that is finished again or of all; whether some are left.
   */
  private boolean hand(Shard shard, BooleanSupplier enough) throws Exception {
    long end = store.lastSequence(shard.lease.shard());
    long last = shard.isRedoing() ? shard.position.closing() : Long.MAX_VALUE;
    Ahead ahead = new Ahead(after -> next(shard.lease.shard(), after, last));
    try {
      for (Taken taken = ahead.next(shard.cursor); taken != null; ) {
        if (nobodyFinishes(shard) && shard.handed + taken.page().records() > MOST_AGAIN) {
          settle(shard);
        }
        hand(shard, taken);
        shard.cursor = taken.page().sequence();
        if (!nobodyFinishes(shard)) {
          settle(shard);
        }
        if (enough.getAsBoolean()) {
          return true;
        }
        taken = ahead.next(shard.cursor);
      }
    } finally {
      ahead.drop();
    }
    if (!shard.isRedoing()) {
      shard.cursor = Math.max(shard.cursor, end); // what this sink doesn't take is passed as well
    }
    return false;
  }

  private Shard shard(int number) {
    Shard shard = shards.get(number);
    if (shard == null) {
      throw new IllegalArgumentException("shard " + number + " is not held here");
    }
    return shard;
  }

  private Shard mended(Shard shard) {
    if (!shard.broken) {
      return shard;
    }
    if (shard.unwritten) {
      // what is sent now would come again and again: the position stays, if it can be written
      store.move(shard.lease, sink, store.position(sink, shard.lease.shard()), List.of());
      shard.unwritten = false;
    }
    shard.delivery.participants().forEach(Participant::discard);
    return open(shard.lease);
  }

  /**
   * Begins anew where the position was set back meanwhile: what is open will be handed on again.
   */
  private Shard current(Shard shard) {
    if (store.position(sink, shard.lease.shard()).replay() == shard.position.replay()) {
      return shard;
    }
    shard.broken = true;
    return mended(shard);
  }

  private @Nullable OutboxEntry next(int shardNumber, long after, long last) {
    OutboxEntry page = store.next(sink, shardNumber, after, forms);
    return page == null || page.sequence() > last ? null : page;
  }

  private void hand(Shard shard, Taken taken) throws Exception {
    boolean done = false;
    shard.delivery.begin(taken);
    try {
      handler.handle(taken.page(), shard.delivery);
      done = true;
    } finally {
      // where this fails as well, as when a file can't be cut back, what is open is of no use
      shard.broken = true;
      shard.delivery.end(done);
      shard.broken = false;
    }
    shard.handed += taken.page().records();
  }

  /** As with Kafka without transactions: what was handed on has left for good. */
  private static boolean nobodyFinishes(Shard shard) {
    return shard.delivery.participants().isEmpty();
  }

  private boolean isDue(Shard shard) {
    return shard.delivery.participants().stream().anyMatch(it -> it.isDue(clock.millis()));
  }

  /** Finishes what is due; where nobody is to finish anything, the position moves. */
  private void settle(Shard shard) {
    if (shard.canFinish() && (nobodyFinishes(shard) || isDue(shard))) {
      finish(shard, shard.cursor);
    }
  }

  /**
   * Finishes what was handed on of a shard, as far as it is due.
   *
   * @param all due or not
   */
  public void finish(int shardNumber, boolean all) {
    Shard shard = shard(shardNumber);
    if (!all) {
      settle(shard);
    } else if (shard.canFinish()) {
      finish(shard, shard.cursor);
    }
    tell(shard);
  }

  /**
   * Lets pages leave the outbox; once for all that a go has brought, since it costs a commit of its
   * own.
   */
  private void tell(Shard shard) {
    if (shard.passed) {
      passed.accept(shard.lease);
      shard.passed = false;
      steps.reached("finish.trimmed");
    }
  }

  /** Whether the outbox holds nothing of a shard that this sink has not let go for good. */
  public boolean isDone(int shardNumber) {
    Shard shard = shard(shardNumber);
    return !shard.broken
        && !shard.isRedoing()
        && !shard.hasOpenWork()
        && store.next(sink, shardNumber, shard.position.sequence(), forms) == null;
  }

  private void finish(Shard shard, long last) {
    long before = shard.position.sequence();
    shard.broken = true; // until all of it has ended well
    List<DeadLetter> refused = shard.delivery.refused();
    if (shard.delivery.participants().stream().anyMatch(Participant::needsSameSpan)) {
      move(shard, shard.position.closing(last), refused);
      refused = List.of();
      steps.reached("finish.noted");
    }
    for (Participant participant : shard.delivery.participants()) {
      participant.finish(before + 1, last);
      steps.reached("finish.participant");
    }
    shard.position = shard.position.at(last);
    move(shard, shard.position, refused);
    shard.delivery.refusedKept();
    steps.reached("finish.moved");
    shard.cursor = Math.max(shard.cursor, last);
    delivered += shard.handed;
    shard.handed = 0;
    shard.passed = true;
    shard.broken = false;
  }

  private void move(Shard shard, Position to, List<DeadLetter> refused) {
    shard.unwritten = true;
    store.move(shard.lease, sink, to, refused);
    shard.unwritten = false;
  }
}
