package io.entrarelay.collect;

import io.entrarelay.collect.Slots.Taken;
import io.entrarelay.plan.Work;
import io.entrarelay.record.Report;
import io.entrarelay.state.Allowance;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The request budget: strict limits per application and tenant, and per application over all its
 * tenants. No thread waits here: who asks is called back when a request is his. Among the kinds of
 * {@link Work} that wait for the same tenant, each gets its share; what one leaves, the others use
 * (stride scheduling). Tenants that wait for their application's limit take turns. Times are
 * monotonic milliseconds, so that a jump of the wall clock neither opens nor blocks the budget.
 *
 * <p>Identity protection has a limit of its own, of a tenant for all its applications; the two
 * don't touch each other.
 */
public final class Budget {

  /** Requests of its own that a kind of work may have left out and still comes first for. */
  private static final int SAVED = 5;

  /** Calls back at a moment of the monotonic clock. */
  public interface Alarm {
    void at(long monotonicMillis, Runnable task);
  }

  /** The right to send one request. Ends by exactly one of its two calls. */
  public final class Grant {
    private final Tenant tenant;
    private final @Nullable Taken ofTenant;
    private final @Nullable Taken ofApp;
    private boolean ended;

    private Grant(Tenant tenant, @Nullable Taken ofTenant, @Nullable Taken ofApp) {
      this.tenant = tenant;
      this.ofTenant = ofTenant;
      this.ofApp = ofApp;
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
        finish(tenant.slots, ofTenant, sent, now);
        finish(tenant.app.slots, ofApp, sent, now);
        serve(tenant, calls);
      }
      calls.forEach(Runnable::run);
    }

    private void finish(@Nullable Slots slots, @Nullable Taken taken, boolean sent, long now) {
      if (slots == null || taken == null) {
        return;
      }
      if (sent) {
        slots.answered(taken, now);
      } else {
        slots.unused(taken, now);
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

    /** How far a request takes it along: the smaller its share, the farther. */
    private double stride() {
      return 100.0 / work.share();
    }
  }

  /** One application: its limit over all tenants, and the tenants that wait for it, in order. */
  private static final class App {
    private final @Nullable Slots slots;
    private final Set<Tenant> waiting = new LinkedHashSet<>();
    private long alarmAt = Long.MAX_VALUE;

    private App(@Nullable Slots slots) {
      this.slots = slots;
    }
  }

  /** An application's limit over all tenants, of which this node has a part. */
  private final class Part implements Allowance {
    private final String clientId;
    private final App app;
    private final Slots slots;
    private final RequestLimit limit;

    private Part(String clientId, App app, Slots slots, RequestLimit limit) {
      this.clientId = clientId;
      this.app = app;
      this.slots = slots;
      this.limit = limit;
    }

    @Override
    public String clientId() {
      return clientId;
    }

    @Override
    public int total() {
      return limit.requests();
    }

    @Override
    public Duration span() {
      return limit.per();
    }

    @Override
    public int wanted() {
      synchronized (lock) {
        long own = tenants.values().stream().filter(tenant -> tenant.app == app).count();
        int each = perTenant == null ? 0 : perTenant.requests();
        return (int) Math.min(limit.requests(), own * each);
      }
    }

    @Override
    public int granted() {
      synchronized (lock) {
        return slots.size();
      }
    }

    @Override
    public int giveBack(int most) {
      synchronized (lock) {
        return slots.giveAway(most, clock.getAsLong());
      }
    }

    @Override
    public void lose() {
      synchronized (lock) {
        slots.allElsewhere();
      }
    }

    @Override
    public void grow(int granted) {
      List<Runnable> calls = new ArrayList<>();
      synchronized (lock) {
        slots.grow(granted, clock.getAsLong());
        serve(app, calls);
      }
      calls.forEach(Runnable::run);
    }
  }

  /** One tenant's part for one application. */
  public final class Tenant {
    private final @Nullable Slots slots;
    private final App app;
    private final Line[] lines = new Line[Work.values().length];
    private double lastPass;
    private long notBefore = Long.MIN_VALUE;
    private long alarmAt = Long.MAX_VALUE;
    private long granted;

    private Tenant(@Nullable Slots slots, App app) {
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

    /** When its own limit and pauses let it send; {@link Long#MAX_VALUE} for after an answer. */
    private long freeAt() {
      return slots == null ? notBefore : Math.max(notBefore, slots.earliest());
    }

    /** A request now, if one is free and nobody who waits has a better right to it. */
    public @Nullable Grant take(Work work) {
      synchronized (lock) {
        long now = clock.getAsLong();
        boolean first = first() == null && app.waiting.isEmpty();
        return first && freeAt() <= now ? grant(this, line(work), now) : null;
      }
    }

    /**
     * A request as soon as one is free; {@code receiver} is called on some thread, not at length.
     */
    public void await(Work work, Consumer<Grant> receiver) {
      List<Runnable> calls = new ArrayList<>();
      synchronized (lock) {
        Line line = line(work);
        line.waiting.add(receiver);
        serve(this, calls);
      }
      calls.forEach(Runnable::run);
    }

    /** Graph asked for a pause: nothing is granted until it is over. */
    public void pause(Duration wait) {
      synchronized (lock) {
        notBefore = Math.max(notBefore, clock.getAsLong() + wait.toMillis());
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
  private final boolean shared;
  private final Map<String, App> apps = new HashMap<>();
  private final Map<String, Tenant> tenants = new HashMap<>();

  /**
   * @param perTenant the limit of one application for one tenant; null for none
   * @param shared whether other nodes send requests of the same applications: then what this node
   *     may send comes by its {@link #allowances}
   * @param clock monotonic milliseconds
   */
  public Budget(@Nullable RequestLimit perTenant, boolean shared, LongSupplier clock, Alarm alarm) {
    this.perTenant = perTenant;
    this.shared = shared;
    this.clock = clock;
    this.alarm = alarm;
  }

  /** This node's part of each application's limit over all tenants; none where it has it whole. */
  public List<Allowance> allowances() {
    RequestLimit limit = overAllTenants();
    List<Allowance> allowances = new ArrayList<>();
    if (shared && limit != null) {
      synchronized (lock) {
        apps.forEach(
            (clientId, app) -> {
              if (app.slots != null) {
                allowances.add(new Part(clientId, app, app.slots, limit));
              }
            });
      }
    }
    return allowances;
  }

  /**
   * The parts of an application's tenant are kept elsewhere from now on: should they come back,
   * they start anew.
   */
  public void forget(String clientId, String tenantId) {
    synchronized (lock) {
      tenants.remove(clientId + "/" + tenantId);
      tenants.remove(protectionKey(tenantId));
    }
  }

  private static String protectionKey(String tenantId) {
    return Report.IDENTITY_PROTECTION + "/" + tenantId;
  }

  /**
   * A tenant's part of a budget.
   *
   * @param budget {@link Report#REPORTS} or {@link Report#IDENTITY_PROTECTION}
   * @param startEmpty whether an earlier process may have used the budget a moment ago
   */
  public Tenant tenant(String budget, String clientId, String tenantId, boolean startEmpty) {
    return budget.equals(Report.IDENTITY_PROTECTION)
        ? protection(tenantId, startEmpty)
        : tenant(clientId, tenantId, startEmpty);
  }

  /** Graph counts these for the tenant alone, whichever applications ask. */
  private Tenant protection(String tenantId, boolean startEmpty) {
    synchronized (lock) {
      RequestLimit limit = perTenant == null ? null : perTenant.ofIdentityProtection();
      Tenant tenant =
          tenants.computeIfAbsent(
              protectionKey(tenantId), key -> new Tenant(slots(limit), new App(null)));
      if (startEmpty && tenant.granted == 0) {
        empty(tenant.slots);
      }
      return tenant;
    }
  }

  /**
   * An application's part of a tenant's reports.
   *
   * @param startEmpty whether an earlier process may have used the budget a moment ago
   */
  public Tenant tenant(String clientId, String tenantId, boolean startEmpty) {
    synchronized (lock) {
      App app = apps.computeIfAbsent(clientId, id -> app());
      Tenant tenant =
          tenants.computeIfAbsent(
              clientId + "/" + tenantId, key -> new Tenant(slots(perTenant), app));
      // also where a new report of the tenant came first; later on its own slots tell
      if (startEmpty && tenant.granted == 0) {
        empty(tenant.slots);
        if (!shared) { // else what this node gets is out of use
          empty(app.slots);
        }
      }
      return tenant;
    }
  }

  private App app() {
    Slots slots = slots(overAllTenants());
    if (slots != null && shared) {
      slots.allElsewhere();
    }
    return new App(slots);
  }

  /** Without a limit of its tenants, as a simulator bears it, an application has none either. */
  private @Nullable RequestLimit overAllTenants() {
    return perTenant == null ? null : perTenant.overAllTenants();
  }

  private @Nullable Slots slots(@Nullable RequestLimit limit) {
    return limit == null ? null : new Slots(limit, clock.getAsLong());
  }

  private void empty(@Nullable Slots slots) {
    if (slots != null) {
      slots.empty(clock.getAsLong());
    }
  }

  /** Takes what a request needs of a tenant that may send; null at the application's limit. */
  private @Nullable Grant grant(Tenant tenant, Line line, long now) {
    Slots app = tenant.app.slots;
    int appSlot = app == null ? 0 : app.free(now);
    if (appSlot < 0) {
      return null;
    }
    Taken ofTenant = tenant.slots == null ? null : tenant.slots.take(tenant.slots.free(now));
    Taken ofApp = app == null ? null : app.take(appSlot);
    tenant.granted++;
    tenant.lastPass = Math.max(tenant.lastPass, line.pass);
    // who was away for a commit catches up, who comes back after a rest has saved up no more
    line.pass = Math.max(line.pass, tenant.lastPass - SAVED * line.stride()) + line.stride();
    return new Grant(tenant, ofTenant, ofApp);
  }

  /** Gives what is free to those who wait; what they do with it is put on {@code calls}. */
  private void serve(Tenant tenant, List<Runnable> calls) {
    tenant.app.waiting.add(tenant);
    serve(tenant.app, calls);
  }

  /** Gives the tenants of an application a request in turn, as long as there are any. */
  private void serve(App app, List<Runnable> calls) {
    long now = clock.getAsLong();
    while (!app.waiting.isEmpty()) {
      Tenant tenant = app.waiting.iterator().next();
      Line line = tenant.first();
      Grant grant = null;
      if (line != null && tenant.freeAt() <= now) {
        grant = grant(tenant, line, now);
        if (grant == null) {
          wake(app, now);
          return;
        }
      }
      app.waiting.remove(tenant);
      if (line != null && grant != null) {
        Grant given = grant;
        Consumer<Grant> receiver = line.waiting.remove();
        calls.add(() -> receiver.accept(given));
        app.waiting.add(tenant);
      } else if (line != null) {
        wake(tenant, now);
      }
    }
  }

  /** Whether an alarm is to be set: not while all wait for answers, or one comes first anyway. */
  private static boolean isSooner(long at, long alarmAt, long now) {
    return at != Long.MAX_VALUE && (alarmAt <= now || at < alarmAt);
  }

  private void wake(Tenant tenant, long now) {
    long at = tenant.freeAt();
    if (isSooner(at, tenant.alarmAt, now)) {
      tenant.alarmAt = at;
      alarm.at(at, () -> ring(tenant, at));
    }
  }

  private void wake(App app, long now) {
    long at = app.slots == null ? Long.MAX_VALUE : app.slots.earliest();
    if (isSooner(at, app.alarmAt, now)) {
      app.alarmAt = at;
      alarm.at(at, () -> ring(app, at));
    }
  }

  private void ring(Tenant tenant, long at) {
    List<Runnable> calls = new ArrayList<>();
    synchronized (lock) {
      if (tenant.alarmAt == at) { // otherwise another alarm has taken its place
        tenant.alarmAt = Long.MAX_VALUE;
        serve(tenant, calls);
      }
    }
    calls.forEach(Runnable::run);
  }

  private void ring(App app, long at) {
    List<Runnable> calls = new ArrayList<>();
    synchronized (lock) {
      if (app.alarmAt == at) {
        app.alarmAt = Long.MAX_VALUE;
        serve(app, calls);
      }
    }
    calls.forEach(Runnable::run);
  }
}
