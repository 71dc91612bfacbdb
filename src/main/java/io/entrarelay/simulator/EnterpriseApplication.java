package io.entrarelay.simulator;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

/**
 * An application in one tenant, as its administrator sees it in the portal: whether it is there,
 * and what it was granted. Safe for several threads.
 */
public final class EnterpriseApplication {
  /** Whether the application can get tokens. */
  public enum State {
    /** Nobody has consented, or the enterprise application was deleted. */
    ABSENT,
    ENABLED,
    /** Sign-in is turned off. */
    DISABLED
  }

  /**
   * What the token endpoint makes of it at some moment.
   *
   * @param refusal the number behind AADSTS, or 0
   * @param roles the permissions in a token
   */
  record Seen(int refusal, List<String> roles) {}

  private final Registration registration;
  private final InstantSource clock;
  private final Supplier<ReplicationLag> lags;
  private State state = State.ABSENT;
  private Set<String> permissions = new LinkedHashSet<>();
  private Set<String> withheld = Set.of();
  private boolean failNext;
  // what is still to be learnt of the last grant
  private Instant granted = Instant.MIN;
  private ReplicationLag lag = ReplicationLag.NONE;
  private boolean added;
  private Set<String> before = Set.of();
  private int refusals;
  private int answers;

  EnterpriseApplication(
      Registration registration, InstantSource clock, Supplier<ReplicationLag> lags) {
    this.registration = registration;
    this.clock = clock;
    this.lags = lags;
  }

  Registration registration() {
    return registration;
  }

  /** The application's client id. */
  public String clientId() {
    return registration.clientId();
  }

  public synchronized State state() {
    return state;
  }

  /** The application permissions that are granted, whether or not all have learnt of it. */
  public synchronized List<String> permissions() {
    return List.copyOf(permissions);
  }

  /** What {@link #withhold} named last. */
  public synchronized List<String> withheld() {
    return List.copyOf(withheld);
  }

  /**
   * As if an administrator had accepted: all that the application asks for is granted, but for what
   * is withheld. Doesn't enable what was disabled.
   */
  public synchronized void consent() {
    Set<String> all = new LinkedHashSet<>(registration.permissions());
    all.removeAll(withheld);
    grantAll(all);
  }

  /** It has been there for long: there is nothing to learn. */
  synchronized void consentedAlways() {
    state = State.ENABLED;
    permissions.addAll(registration.permissions());
  }

  /** Consent without application permissions, such as a person's to being signed in. */
  synchronized void install() {
    grantAll(Set.of());
  }

  /** Grants one more permission, as the portal does; the application must be there. */
  public synchronized void grant(String permission) {
    present();
    grantAll(Set.of(permission));
  }

  /** Takes a permission away from later tokens; a later consent grants it again. */
  public synchronized void withdraw(String permission) {
    present();
    permissions.remove(permission);
    Set<String> fewer = new LinkedHashSet<>(before);
    fewer.remove(permission);
    before = fewer;
  }

  /** From now on a consent doesn't grant these, though the application asks for them. */
  public synchronized void withhold(Set<String> some) {
    withheld = Set.copyOf(some);
  }

  /** Deletes the enterprise application, which takes all consent back. */
  public synchronized void delete() {
    state = State.ABSENT;
    permissions = new LinkedHashSet<>();
  }

  /** Turns sign-in off; what is granted stays. The application must be there. */
  public synchronized void disable() {
    present();
    state = State.DISABLED;
  }

  /** Turns sign-in on again. The application must be there. */
  public synchronized void enable() {
    present();
    state = State.ENABLED;
  }

  /**
   * The next consent is answered AADSTS650051, as when Entra is still at making the enterprise
   * application; the one after that is well.
   */
  public synchronized void failNextConsent() {
    failNext = true;
  }

  /** Whether this consent is to fail; the next one isn't. */
  synchronized boolean takeFailure() {
    boolean failing = failNext;
    failNext = false;
    return failing;
  }

  private void present() {
    if (state == State.ABSENT) {
      throw new IllegalStateException(
          "The application " + registration.clientId() + " is not in the tenant: consent first.");
    }
  }

  private void grantAll(Set<String> more) {
    boolean isNew = state == State.ABSENT;
    if (isNew) {
      state = State.ENABLED;
    }
    if (!isNew && permissions.containsAll(more)) {
      return;
    }
    Instant now = clock.instant();
    before = isNew ? Set.of() : Set.copyOf(seenRoles(now));
    added = isNew;
    granted = now;
    lag = lags.get();
    refusals = 0;
    answers = 0;
    permissions.addAll(more);
  }

  /** The permissions by now that all know of, or all where there is nothing to learn. */
  private Set<String> seenRoles(Instant now) {
    return now.isBefore(rolesFrom()) ? before : permissions;
  }

  private Instant rolesFrom() {
    if (granted.equals(Instant.MIN)) {
      return granted;
    }
    Duration first = added ? lag.unknown().plus(lag.intermittent()) : Duration.ZERO;
    return granted.plus(first).plus(lag.withoutRoles());
  }

  synchronized Seen seen(Instant now) {
    if (state == State.DISABLED) {
      return new Seen(7000112, List.of());
    }
    if (state == State.ABSENT) {
      return new Seen(7000229, List.of());
    }
    if (added && now.isBefore(granted.plus(lag.unknown()))) {
      return new Seen(refusals++ % 2 == 0 ? 7000229 : 700016, List.of());
    }
    if (added
        && now.isBefore(granted.plus(lag.unknown()).plus(lag.intermittent()))
        && answers++ % 2 == 1) {
      return new Seen(7000229, List.of());
    }
    return new Seen(0, new ArrayList<>(seenRoles(now)));
  }

  /** 401 or 403 where Graph doesn't yet know of what a token holds, or 0. */
  synchronized int refusedByGraph(Instant now) {
    Instant from = rolesFrom();
    if (granted.equals(Instant.MIN)
        || now.isBefore(from)
        || !now.isBefore(from.plus(lag.refused()))) {
      return 0;
    }
    return refusals++ % 2 == 0 ? 401 : 403;
  }
}
