package io.entrarelay.sink;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;

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
     * Finishes all that was kept, durably. After a crash or a failure in between, one that was
     * given the same pages finishes the same span: it must then come to the same result.
     *
     * @param first the number after the sink's position
     * @param last the number the position moves to
     */
    void finish(long first, long last);

    /**
     * Something failed while it finished or took back: forgets all that is not finished, whatever
     * state that is in. The pages are given again, to another participant.
     */
    void discard();
  }

  private final String sink;
  private final int shard;
  private final Map<Object, Participant> participants = new LinkedHashMap<>();

  Delivery(String sink, int shard) {
    this.sink = sink;
    this.shard = shard;
  }

  public String sink() {
    return sink;
  }

  public int shard() {
    return shard;
  }

  /** The participant for this target, enlisted by the first who asks. */
  public Participant enlist(Object target, Supplier<? extends Participant> maker) {
    return participants.computeIfAbsent(target, key -> maker.get());
  }

  Collection<Participant> participants() {
    return participants.values();
  }
}
