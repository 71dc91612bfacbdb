package io.entrarelay.state;

/**
 * How far a sink has got with a shard.
 *
 * @param sequence all up to this number has left the sink for good
 * @param closing files up to this number are being finished; as {@code sequence} when none are
 * @param replay how often the position was set back: what a receiver has kept of it is then void
 */
public record Position(long sequence, long closing, int replay) {
  public static final Position START = new Position(0, 0, 0);

  /** All up to this number has left. */
  public Position at(long last) {
    return new Position(last, last, replay);
  }

  /** What is up to this number is about to be finished. */
  public Position closing(long last) {
    return new Position(sequence, last, replay);
  }
}
