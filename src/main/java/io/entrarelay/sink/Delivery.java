package io.entrarelay.sink;

import io.entrarelay.record.FormLines;
import io.entrarelay.record.LineIdentity;
import io.entrarelay.sink.Ahead.Taken;
import io.entrarelay.state.DeadLetter;
import io.entrarelay.state.Lease;
import io.entrarelay.state.OutboxEntry;
import io.entrarelay.state.Position;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What a sink's route has taken of a shard and not yet let go for good. Who writes to something
 * that is only durable later (a file that is still being written) enlists here; the sink's position
 * moves after all who enlisted have finished. Used by the sink's thread.
 */
public final class Delivery {

  /** Someone who finishes later. */
  public interface Participant {
    /** The page's exchange ended well: what it wrote counts. */
    void keep();

    /** The page's exchange failed and will be repeated: what it wrote is taken back. */
    void undo();

    /** Whether it is time to finish, by time or size. */
    boolean isDue(long now);

    /**
     * Finishes all that was kept, durably. After a crash or a failure in between, one that {@link
     * #needsSameSpan} and was given the same pages finishes the same span: it must then come to the
     * same result.
     *
     * @param first the number after the sink's position
     * @param last the number the position moves to
     */
    void finish(long first, long last);

    /**
     * Whether it must be given the same span again where a crash or a failure has cut short {@link
     * #finish}: the span is noted before, which costs a commit. Who sends all that is unfinished
     * once more, whatever has become of it, need not.
     */
    default boolean needsSameSpan() {
      return true;
    }

    /**
     * Something failed while it finished or took back: forgets all that is not finished, whatever
     * state that is in. The pages are given again, to another participant.
     */
    void discard();
  }

  /** No page has more: 64 MiB of records, each with an envelope. */
  private static final int LARGEST_PAGE = 256 << 20;

  private final String sink;
  private final Lease lease;
  private final Position position;
  private final Map<Object, Participant> participants = new LinkedHashMap<>();
  private final List<DeadLetter> refused = new ArrayList<>();
  private int keptRefused;
  private @Nullable Taken page;

  /**
   * @param position how far the sink has got with the shard
   */
  Delivery(String sink, Lease lease, Position position) {
    this.sink = sink;
    this.lease = lease;
    this.position = position;
  }

  public String sink() {
    return sink;
  }

  public int shard() {
    return lease.shard();
  }

  /** The shard's fencing number: that of a later holder is greater. */
  public long fence() {
    return lease.fence();
  }

  /**
   * How often the sink's position was set back, to send what was sent before once more: what a
   * receiver has kept of the position under an earlier number is void.
   */
  public int replay() {
    return position.replay();
  }

  /**
   * Up to here a receiver whose participant {@link Participant#needsSameSpan} may have got before
   * this delivery began: what was noted before it was finished. A receiver that has kept a later
   * number knows another state than ours.
   */
  public long closing() {
    return position.closing();
  }

  /**
   * A record of the page under way is refused by the receiver for good: it is kept among the dead
   * letters, in the transaction that moves the position or notes that it will, and the page goes on
   * without it. Where the page fails after all, this is forgotten.
   *
   * @param record the line as it would have left, without its line feed
   * @param identity which record that is
   * @param reason what is wrong, and what to do
   */
  public void refuse(byte[] record, LineIdentity identity, String reason) {
    OutboxEntry from = underWay().page();
    refused.add(
        new DeadLetter(
            DeadLetter.stageOf(sink),
            reason,
            from.form(),
            from.integration(),
            from.report(),
            from.tenantId(),
            from.collectedAt(),
            identity.id(),
            identity.revision(),
            record));
  }

  /**
   * The lines of the page under way.
   *
   * @throws IOException where they are damaged
   */
  FormLines lines() throws IOException {
    Taken taken = underWay();
    return taken.lines() == null
        ? FormLines.read(taken.page().zstd(), LARGEST_PAGE)
        : taken.lines();
  }

  private Taken underWay() {
    return Objects.requireNonNull(page, "no page is under way");
  }

  void begin(Taken taken) {
    page = taken;
  }

  /** The page has ended: what all who enlisted wrote of it counts, or is taken back. */
  void end(boolean done) {
    page = null;
    if (done) {
      keptRefused = refused.size();
    } else {
      refused.subList(keptRefused, refused.size()).clear();
    }
    participants.values().forEach(done ? Participant::keep : Participant::undo);
  }

  /** What was refused of the pages that count. */
  List<DeadLetter> refused() {
    return List.copyOf(refused);
  }

  /** What was refused is kept. */
  void refusedKept() {
    refused.clear();
    keptRefused = 0;
  }

  /** The participant for this target, enlisted by the first who asks. */
  public Participant enlist(Object target, Supplier<? extends Participant> maker) {
    return participants.computeIfAbsent(target, key -> maker.get());
  }

  Collection<Participant> participants() {
    return participants.values();
  }
}
