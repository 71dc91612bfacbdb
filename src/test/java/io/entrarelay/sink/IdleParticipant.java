package io.entrarelay.sink;

import io.entrarelay.sink.Delivery.Participant;

/** Is never due and does nothing. */
class IdleParticipant implements Participant {
  @Override
  public void keep() {}

  @Override
  public void undo() {}

  @Override
  public boolean isDue(long now) {
    return false;
  }

  @Override
  public void finish(long first, long last) {}

  @Override
  public void discard() {}
}
