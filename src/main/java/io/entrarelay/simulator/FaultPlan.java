package io.entrarelay.simulator;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Which request meets which fault: by the seed, the tenant and report and the number of the
 * request. Bounded, so that a client that tries again always gets on:
 *
 * <ul>
 *   <li>at most three faulty answers in a row
 *   <li>after a refused token or permission, the next answer is good
 *   <li>at least 50 requests between two faults that end a walk, and 20 between two that refuse a
 *       token
 * </ul>
 */
final class FaultPlan {
  private static final int IN_A_ROW = 3;
  private static final int BETWEEN_WALKS = 50;
  private static final int BETWEEN_REFUSALS = 20;
  private static final double[] SHARE = {0, 0.04, 0.10, 0.20};

  private final long seed;
  private final double share;
  private final List<Fault> possible;
  private final boolean tokenFaults;
  private final Map<String, Line> lines = new ConcurrentHashMap<>();
  private final Map<Fault, LongAdder> happened = new EnumMap<>(Fault.class);

  /** The requests for one report of a tenant. */
  private static final class Line {
    private long number;
    private int inARow;
    private long lastWalk = -BETWEEN_WALKS;
    private boolean good;
  }

  FaultPlan(long seed, int level, Set<Fault> off) {
    this.seed = Mix.of(seed, 0xFA);
    this.share = SHARE[level];
    Set<Fault> faults = EnumSet.noneOf(Fault.class);
    for (Fault fault : Fault.values()) {
      happened.put(fault, new LongAdder());
      if (fault.level() <= level && !off.contains(fault)) {
        faults.add(fault);
      }
    }
    this.tokenFaults = faults.remove(Fault.TOKEN_ENDPOINT);
    this.possible = new ArrayList<>(faults);
  }

  /** What is wrong with the answer to the next request for a page, or null. */
  @Nullable Fault page(String tenantId, ReportKind kind, boolean continuation) {
    Line tenant = lines.computeIfAbsent(tenantId, k -> new Line());
    Line line = lines.computeIfAbsent(tenantId + kind, k -> new Line());
    synchronized (tenant) {
      line.number++;
      tenant.number++;
      long mixed = Mix.of(seed ^ (tenantId + kind).hashCode(), line.number);
      boolean good = line.good || line.inARow >= IN_A_ROW;
      line.good = false;
      if (good || possible.isEmpty() || Mix.unit(mixed) >= share) {
        line.inARow = 0;
        return null;
      }
      Fault fault = possible.get((int) Math.floorMod(Mix.of(mixed), (long) possible.size()));
      boolean fits =
          switch (fault) {
            case SKIP_TOKEN_EXPIRED, DUPLICATES, REPEATED_PAGE -> continuation;
            case FEWER_ROWS -> !continuation;
            default -> true;
          };
      if (fits && fault.kind() == Fault.Kind.WALK) {
        fits = line.number - line.lastWalk >= BETWEEN_WALKS;
        line.lastWalk = fits ? line.number : line.lastWalk;
      }
      if (fits && fault.kind() == Fault.Kind.AUTHORIZATION) {
        fits = tenant.number - tenant.lastWalk >= BETWEEN_REFUSALS;
        tenant.lastWalk = fits ? tenant.number : tenant.lastWalk;
        line.good = fits;
      }
      line.inARow = fits ? line.inARow + 1 : 0;
      return fits ? fault : null;
    }
  }

  /** A number for the way of failing when the token endpoint is to fail, otherwise -1. */
  int token(String tenantId) {
    if (!tokenFaults) {
      return -1;
    }
    Line line = lines.computeIfAbsent("token " + tenantId, k -> new Line());
    synchronized (line) {
      long mixed = Mix.of(seed ^ tenantId.hashCode(), line.number++);
      if (line.inARow >= 2 || Mix.unit(mixed) >= share) {
        line.inARow = 0;
        return -1;
      }
      line.inARow++;
      return (int) (mixed & 0x7FF);
    }
  }

  void happened(Fault fault) {
    LongAdder count = happened.get(fault);
    if (count != null) {
      count.increment();
    }
  }

  /** How often each fault that has happened has done so. */
  Map<Fault, Long> counts() {
    Map<Fault, Long> counts = new EnumMap<>(Fault.class);
    happened.forEach(
        (fault, count) -> {
          if (count.sum() > 0) {
            counts.put(fault, count.sum());
          }
        });
    return counts;
  }
}
