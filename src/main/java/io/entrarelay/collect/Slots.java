package io.entrarelay.collect;

import java.util.Arrays;

/**
 * A strict limit of requests per span. A slot is taken when a request is sent and becomes free one
 * span after its answer (or its failure), whenever in between the server counted it: so no window
 * of that length at the server ever holds more requests than there are slots, however slow or
 * uneven the way to it is.
 */
final class Slots {
  private static final long TAKEN = Long.MAX_VALUE;

  private final long[] freeAt;
  private final long span;

  Slots(RequestLimit limit, long now) {
    this.freeAt = new long[limit.requests()];
    this.span = limit.per().toMillis();
    Arrays.fill(freeAt, now);
  }

  /** An earlier process may have used all of them until now: they are free a span later. */
  void empty(long now) {
    Arrays.setAll(freeAt, slot -> Math.max(freeAt[slot], now + span));
  }

  /** A free slot, or -1. */
  int free(long now) {
    for (int slot = 0; slot < freeAt.length; slot++) {
      if (freeAt[slot] <= now) {
        return slot;
      }
    }
    return -1;
  }

  void take(int slot) {
    freeAt[slot] = TAKEN;
  }

  /** The answer has come, or nothing more will: the slot is free a span later. */
  void answered(int slot, long now) {
    freeAt[slot] = now + span;
  }

  /** The request was never sent. */
  void unused(int slot, long now) {
    freeAt[slot] = now;
  }

  /** When a slot is free at the earliest; {@link Long#MAX_VALUE} while all wait for an answer. */
  long earliest() {
    return Arrays.stream(freeAt).min().orElse(TAKEN);
  }

  /** Slots that a request uses or used within the span. */
  int used(long now) {
    return (int) Arrays.stream(freeAt).filter(at -> at > now).count();
  }

  int size() {
    return freeAt.length;
  }
}
