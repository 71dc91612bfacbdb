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

  /** Not of this process at present. */
  private static final long ELSEWHERE = Long.MAX_VALUE - 1;

  private final long[] freeAt;
  private final long span;

  /** Those taken before all were another process's say nothing about who has them now. */
  private int generation;

  Slots(RequestLimit limit, long now) {
    this.freeAt = new long[limit.requests()];
    this.span = limit.per().toMillis();
    Arrays.fill(freeAt, now);
  }

  /** None of them is this process's: they come by {@link #grow}. */
  void allElsewhere() {
    generation++;
    Arrays.fill(freeAt, ELSEWHERE);
  }

  /** So many are this process's from now on, at least as many as were; the new ones are free. */
  void grow(int size, long now) {
    int more = size - size();
    for (int slot = 0; slot < freeAt.length && more > 0; slot++) {
      if (freeAt[slot] == ELSEWHERE) {
        freeAt[slot] = now;
        more--;
      }
    }
  }

  /**
   * Gives up to so many away that are free.
   *
   * @return how many
   */
  int giveAway(int most, long now) {
    int given = 0;
    for (int slot = 0; slot < freeAt.length && given < most; slot++) {
      if (freeAt[slot] <= now) {
        freeAt[slot] = ELSEWHERE;
        given++;
      }
    }
    return given;
  }

  /** An earlier process may have used all of them until now: they are free a span later. */
  void empty(long now) {
    Arrays.setAll(
        freeAt, slot -> freeAt[slot] == ELSEWHERE ? ELSEWHERE : Math.max(freeAt[slot], now + span));
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

  /** Takes a free slot; {@link #answered} or {@link #unused} ends that. */
  Taken take(int slot) {
    freeAt[slot] = TAKEN;
    return new Taken(slot, generation);
  }

  /** A slot that a request has. */
  record Taken(int slot, int generation) {}

  /** The answer has come, or nothing more will: the slot is free a span later. */
  void answered(Taken taken, long now) {
    end(taken, now + span);
  }

  /** The request was never sent. */
  void unused(Taken taken, long now) {
    end(taken, now);
  }

  private void end(Taken taken, long free) {
    if (taken.generation == generation) { // and not meanwhile another process's
      freeAt[taken.slot] = free;
    }
  }

  /** When a slot is free at the earliest; {@link Long#MAX_VALUE} while all wait for an answer. */
  long earliest() {
    long earliest = Arrays.stream(freeAt).min().orElse(TAKEN);
    return earliest == ELSEWHERE ? TAKEN : earliest;
  }

  /** Slots that a request uses or used within the span. */
  int used(long now) {
    return (int) Arrays.stream(freeAt).filter(at -> at > now && at != ELSEWHERE).count();
  }

  int size() {
    return (int) Arrays.stream(freeAt).filter(at -> at != ELSEWHERE).count();
  }
}
