package io.entrarelay.simulator;

import java.util.UUID;

/**
 * Numbers that look random and follow from their arguments: the finalizer of SplitMix64, which is a
 * bijection, so that different indices of one stream never collide.
 */
final class Mix {
  private Mix() {}

  static long of(long value) {
    long z = value + 0x9E3779B97F4A7C15L;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }

  static long of(long seed, long value) {
    return of(of(seed) ^ of(value + 0x632BE59BD9B4E019L));
  }

  /** A number in [0, 1) made of the upper bits. */
  static double unit(long mixed) {
    return (mixed >>> 11) * 0x1.0p-53;
  }

  /** A GUID of version 4 whose first half is unique to the value within the seed. */
  static UUID uuid(long seed, long value) {
    long high = of(seed, value);
    long low = of(high ^ seed);
    return new UUID(
        (high & 0xFFFFFFFFFFFF0FFFL) | 0x4000L, (low & 0x3FFFFFFFFFFFFFFFL) | 0x8000000000000000L);
  }
}
