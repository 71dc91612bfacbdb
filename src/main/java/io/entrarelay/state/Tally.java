package io.entrarelay.state;

/**
 * What a sweep did, in records.
 *
 * @param taken first contents of an id
 * @param revised further contents of an id that was taken before
 * @param repeated records that had been taken with this content
 * @param dropped records that a route dropped by name
 * @param parked records set aside
 */
public record Tally(long taken, long revised, long repeated, long dropped, long parked) {
  public static final Tally NONE = new Tally(0, 0, 0, 0, 0);

  public Tally plus(Tally other) {
    return new Tally(
        taken + other.taken,
        revised + other.revised,
        repeated + other.repeated,
        dropped + other.dropped,
        parked + other.parked);
  }
}
