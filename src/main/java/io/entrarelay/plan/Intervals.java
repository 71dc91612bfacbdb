package io.entrarelay.plan;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A set of instants as sorted, disjoint, non-adjacent half-open spans {@code [from, to)} in epoch
 * milliseconds. Immutable. {@link #OPEN} as an end means "and all that follows".
 */
public final class Intervals {
  /** The end of a span that has no end. */
  public static final long OPEN = Long.MAX_VALUE;

  /** The empty set. */
  public static final Intervals NONE = new Intervals(new long[0]);

  /** One span {@code [from, to)} in epoch milliseconds. */
  public record Span(long from, long to) {
    public Span {
      if (from >= to) {
        throw new IllegalArgumentException("a span ends after it begins: " + from + ".." + to);
      }
    }

    public long length() {
      return to == OPEN ? OPEN : to - from;
    }

    @Override
    public String toString() {
      return Instant.ofEpochMilli(from) + ".." + (to == OPEN ? "" : Instant.ofEpochMilli(to));
    }
  }

  /** from0, to0, from1, to1, … ascending. */
  private final long[] bounds;

  private Intervals(long[] bounds) {
    this.bounds = bounds;
  }

  /** The span {@code [from, to)}, or the empty set when it has no length. */
  public static Intervals of(long from, long to) {
    return from < to ? new Intervals(new long[] {from, to}) : NONE;
  }

  public boolean isEmpty() {
    return bounds.length == 0;
  }

  /** How many separate spans there are. */
  public int size() {
    return bounds.length / 2;
  }

  /** The spans, ascending. */
  public List<Span> spans() {
    List<Span> spans = new ArrayList<>(size());
    for (int i = 0; i < bounds.length; i += 2) {
      spans.add(new Span(bounds[i], bounds[i + 1]));
    }
    return spans;
  }

  public Span first() {
    return new Span(bounds[0], bounds[1]);
  }

  public Span last() {
    return new Span(bounds[bounds.length - 2], bounds[bounds.length - 1]);
  }

  public boolean contains(long instant) {
    int at = Arrays.binarySearch(bounds, instant);
    // found: an even index begins a span; not found: an odd insertion point lies inside one
    return at >= 0 ? at % 2 == 0 : (-at - 1) % 2 == 1;
  }

  public Intervals plus(long from, long to) {
    return plus(of(from, to));
  }

  public Intervals minus(long from, long to) {
    return minus(of(from, to));
  }

  public Intervals within(long from, long to) {
    return within(of(from, to));
  }

  public Intervals plus(Intervals other) {
    return other.isEmpty() ? this : isEmpty() ? other : combine(other, (a, b) -> a || b);
  }

  public Intervals minus(Intervals other) {
    return isEmpty() || other.isEmpty() ? this : combine(other, (a, b) -> a && !b);
  }

  public Intervals within(Intervals other) {
    return isEmpty() || other.isEmpty() ? NONE : combine(other, (a, b) -> a && b);
  }

  private interface Membership {
    boolean of(boolean a, boolean b);
  }

  /** Walks the bounds of both sets in order; a bound is kept where the membership changes. */
  private Intervals combine(Intervals other, Membership membership) {
    long[] result = new long[bounds.length + other.bounds.length];
    int size = 0;
    int i = 0;
    int j = 0;
    boolean inside = false;
    while (i < bounds.length || j < other.bounds.length) {
      long at =
          i == bounds.length
              ? other.bounds[j]
              : j == other.bounds.length ? bounds[i] : Math.min(bounds[i], other.bounds[j]);
      while (i < bounds.length && bounds[i] == at) {
        i++;
      }
      while (j < other.bounds.length && other.bounds[j] == at) {
        j++;
      }
      boolean now = membership.of(i % 2 == 1, j % 2 == 1);
      if (now != inside) {
        result[size++] = at;
        inside = now;
      }
    }
    return size == 0 ? NONE : new Intervals(Arrays.copyOf(result, size));
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Intervals that && Arrays.equals(bounds, that.bounds);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bounds);
  }

  @Override
  public String toString() {
    return spans().toString();
  }
}
