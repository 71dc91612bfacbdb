package io.entrarelay.collect;

import io.entrarelay.plan.Work;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The request budget: strict limits per application and tenant, and per application over all its
 * tenants. No thread waits here: who asks is called back when a request is his. Among the kinds of
 * {@link Work} that wait for the same tenant, each gets its share; what one leaves, the others use
 * (stride scheduling). Times are monotonic milliseconds, so that a jump of the wall clock neither
 * opens nor blocks the budget.
 */
public final class Budget {

  /** Calls back at a moment of the monotonic clock. */
  public interface Alarm {
    void at(long monotonicMillis, Runnable task);
  }

  /** The right to send one request. Ends by exactly one of its two calls. */
  public final class Grant {
    private final Tenant tenant;
    private final int tenantSlot;
    private final int appSlot;
    private boolean ended;

    private Grant(Tenant tenant, int tenantSlot, int appSlot) {
      this.tenant = tenant;
      this.tenantSlot = tenantSlot;
      this.appSlot = appSlot;
    }

    /** The request was sent and answered, or has failed, or was given up. */
    public void answered() {
      end(true);
    }

    /** The request was never sent. */
    public void unused() {
      end(false);
    }

    private void end(boolean sent) {
      List<Runnable> calls = new ArrayList<>();
      synchronized (lock) {
        if (ended) {
          return;
        }
        ended = true;
        long now = clock.getAsLong();
        finish(tenant.slots, tenantSlot, sent, now);
        finish(tenant.app, appSlot, sent, now);
        pump(tenant, calls);
      }
      calls.forEach(Runnable::run);
    }

    private void finish(@Nullable Slots slots, int slot, boolean sent, long now) {
      if (slots != null && sent) {
        slots.answered(slot, now);
      } else if (slots != null) {
        slots.unused(slot, now);
      }
    }
  }

  /** Those who wait for a request for one kind of work, in order. */
  private static final class Line {
    private final Work work;
    private final Queue<Consumer<Grant>> waiting = new ArrayDeque<>();
    private double pass;

    private Line(Work work) {
      this.work = work;
    }
  }

  /** One tenant's part for one application. */
  public final class Tenant {
    private final @Nullable Slots slots;
    private final @Nullable Slots app;
    private final Line[] lines = new Line[Work.values().length];
    private double lastPass;
    private long notBefore = Long.MIN_VALUE;
    private long alarmAt = Long.MAX_VALUE;
    private long granted;

    private Tenant(@Nullable Slots slots, @Nullable Slots app) {
      this.slots = slots;
      this.app = app;
      for (Work work : Work.values()) {
        lines[work.ordinal()] = new Line(work);
      }
    }

    private Line line(Work work) {
      return lines[work.ordinal()];
    }

    /** The kind of work whose turn it is, or null where none waits. */
    private @Nullable Line first() {
      Line first = null;
      for (Line line : lines) {
        if (!line.waiting.isEmpty() && (first == null || line.pass < first.pass)) {
          first = line;
        }
      }
      return first;
    }

    /** A request now, if one is free and no other kind of work has a better right to it. */
    public @Nullable Grant take(Work work) {
      synchronized (lock) {
        return first() == null ? grant(this, line(work), clock.getAsLong()) : null;
      }
    }

    /**
     * A request as soon as one is free; {@code receiver} is called on some thread, not at length.
     */
    public void await(Work work, Consumer<Grant> receiver) {
      List<Runnable> calls = new ArrayList<>();
      synchronized (lock) {
        Line line = line(work);
        if (line.waiting.isEmpty()) {
          // who comes back after a rest has saved up nothing
          line.pass = Math.max(line.pass, lastPass);
        }
        line.waiting.add(receiver);
        pump(this, calls);
      }
      calls.forEach(Runnable::run);
    }

    /** Graph asked for a pause: nothing is sent before that moment. */
    public void notBefore(long monotonicMillis) {
      synchronized (lock) {
        notBefore = Math.max(notBefore, monotonicMillis);
      }
    }

    /** Requests granted since the start. */
    public long granted() {
      synchronized (lock) {
        return granted;
      }
    }

    /** Requests in use within the last span, of {@link #size()}. */
    public int used() {
      synchronized (lock) {
        return slots == null ? 0 : slots.used(clock.getAsLong());
      }
    }

    /** How many requests a span allows; 0 where there is no limit. */
    public int size() {
      return slots == null ? 0 : slots.size();
    }
  }

  private final Object lock = new Object();
  private final @Nullable RequestLimit perTenant;
  private final LongSupplier clock;
  private final Alarm alarm;
  private final Map<String, Slots> apps = new HashMap<>();
  private final Map<String, Tenant> tenants = new HashMap<>();

  /**
   * @param perTenant the limit of one application for one tenant; null for none
   * @param clock monotonic milliseconds
   */
  public Budget(@Nullable RequestLimit perTenant, LongSupplier clock, Alarm alarm) {
    this.perTenant = perTenant;
    this.clock = clock;
    this.alarm = alarm;
  }

  /**
   * The part of an application's tenant.
   *
   * @param startEmpty whether an earlier process may have used the budget a moment ago
   */
  public Tenant tenant(String clientId, String tenantId, boolean startEmpty) {
    synchronized (lock) {
      long now = clock.getAsLong();
      return tenants.computeIfAbsent(
          clientId + "/" + tenantId,
          key ->
              perTenant == null
                  ? new Tenant(null, null)
                  : new Tenant(
                      new Slots(perTenant, startEmpty ? now + perTenant.per().toMillis() : now),
                      apps.computeIfAbsent(
                          clientId,
                          app ->
                              new Slots(
                                  perTenant.overAllTenants(),
                                  startEmpty ? now + perTenant.per().toMillis() : now))));
    }
  }

  private @Nullable Grant grant(Tenant tenant, Line line, long now) {
    if (tenant.notBefore > now) {
      return null;
    }
    int tenantSlot = tenant.slots == null ? 0 : tenant.slots.free(now);
    int appSlot = tenant.app == null ? 0 : tenant.app.free(now);
    if (tenantSlot < 0 || appSlot < 0) {
      return null;
    }
    if (tenant.slots != null) {
      tenant.slots.take(tenantSlot);
    }
    if (tenant.app != null) {
      tenant.app.take(appSlot);
    }
    tenant.granted++;
    tenant.lastPass = Math.max(tenant.lastPass, line.pass);
    line.pass = Math.max(line.pass, tenant.lastPass) + 100.0 / line.work.share();
    return new Grant(tenant, tenantSlot, appSlot);
  }

  /** Gives what is free to those who wait; what they do with it is put on {@code calls}. */
  private void pump(Tenant tenant, List<Runnable> calls) {
    long now = clock.getAsLong();
    for (Line next = tenant.first(); next != null; next = tenant.first()) {
      Grant grant = grant(tenant, next, now);
      if (grant == null) {
        wake(tenant, now);
        return;
      }
      Consumer<Grant> receiver = next.waiting.remove();
      calls.add(() -> receiver.accept(grant));
    }
  }

  private void wake(Tenant tenant, long now) {
    long at = tenant.notBefore;
    at = tenant.slots == null ? at : Math.max(at, tenant.slots.earliest());
    if (tenant.app != null && tenant.app.free(now) < 0) {
      long app = tenant.app.earliest();
      // the app's slots all wait for answers: other tenants' answers don't wake this one
      at = Math.max(at, app == Long.MAX_VALUE ? now + 100 : app);
    }
    if (at == Long.MAX_VALUE || (tenant.alarmAt > now && tenant.alarmAt <= at)) {
      return; // an answer of this tenant, or an alarm that is set already, comes first
    }
    tenant.alarmAt = at;
    alarm.at(at, () -> ring(tenant));
  }

  private void ring(Tenant tenant) {
    List<Runnable> calls = new ArrayList<>();
    synchronized (lock) {
      tenant.alarmAt = Long.MAX_VALUE;
      pump(tenant, calls);
    }
    calls.forEach(Runnable::run);
  }
}
