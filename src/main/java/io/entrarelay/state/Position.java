package io.entrarelay.state;

/**
 * How far a sink has got with a shard.
 *
 * @param sequence all up to this number has left the sink for good
 * @param closing files up to this number are being finished; as {@code sequence} when none are
 */
public record Position(long sequence, long closing) {
  public static final Position START = new Position(0, 0);
}
