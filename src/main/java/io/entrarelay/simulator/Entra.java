package io.entrarelay.simulator;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Microsoft Entra ID as all its endpoints know it: tenants, applications and people. */
final class Entra {
  private static final Set<String> OPEN = Set.of("organizations", "common");

  private final Map<String, Tenant> tenants = new LinkedHashMap<>();
  private final Map<String, Tenant> domains = new LinkedHashMap<>();
  private final Map<String, SimulatedPerson> people = new ConcurrentHashMap<>();
  private final Registration shared;
  private volatile ReplicationLag lag;
  private volatile IdTokenFlaw flaw = IdTokenFlaw.NONE;
  private volatile CancelledAs cancelledAs = CancelledAs.CANCEL;

  /**
   * @param shared the application that any tenant may consent to
   */
  Entra(Registration shared, ReplicationLag lag) {
    this.shared = shared;
    this.lag = lag;
  }

  void add(Tenant tenant) {
    tenants.put(tenant.identity().tenantId(), tenant);
    domains.put(tenant.domain(), tenant);
    tenant.members().forEach(member -> add(member.person()));
  }

  /** Somebody more, whose user name nobody else has. */
  void add(SimulatedPerson person) {
    if (people.putIfAbsent(person.userName().toLowerCase(Locale.ROOT), person) != null) {
      throw new IllegalArgumentException(
          "There is somebody called " + person.userName() + " already.");
    }
  }

  Registration shared() {
    return shared;
  }

  ReplicationLag lag() {
    return lag;
  }

  void lag(ReplicationLag value) {
    lag = value;
  }

  CancelledAs cancelledAs() {
    return cancelledAs;
  }

  void cancelledAs(CancelledAs value) {
    cancelledAs = value;
  }

  IdTokenFlaw flaw() {
    return flaw;
  }

  void flaw(IdTokenFlaw value) {
    flaw = value;
  }

  Map<String, Tenant> tenantsById() {
    return tenants;
  }

  Collection<Tenant> tenants() {
    return tenants.values();
  }

  /** A tenant by its id or domain, or null. */
  @Nullable Tenant tenant(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    Tenant tenant = tenants.get(lower);
    return tenant == null ? domains.get(lower) : tenant;
  }

  /** A tenant by its name, id or domain. */
  Tenant named(String name) {
    Tenant tenant = tenant(name);
    return tenant != null
        ? tenant
        : tenants.values().stream()
            .filter(one -> one.identity().name().equals(name))
            .findFirst()
            .orElseThrow(
                () -> new IllegalArgumentException("The simulator has no tenant " + name + "."));
  }

  /** Whether a path names no tenant: it is that of whoever signs in. */
  static boolean isOpen(String tenantName) {
    return OPEN.contains(tenantName.toLowerCase(Locale.ROOT));
  }

  /** Somebody by their object id at home or their user name, or null. */
  @Nullable SimulatedPerson person(String name) {
    SimulatedPerson person = people.get(name.toLowerCase(Locale.ROOT));
    if (person != null) {
      return person;
    }
    return people.values().stream()
        .filter(one -> one.objectId().equalsIgnoreCase(name))
        .findFirst()
        .orElse(null);
  }

  /**
   * The application that a request means, or null.
   *
   * @param tenant where it must be known, or null where the tenant is open
   */
  @Nullable Registration registration(String clientId, @Nullable Tenant tenant) {
    List<Tenant> some = new ArrayList<>();
    if (clientId.equalsIgnoreCase(shared.clientId())) {
      return shared;
    }
    if (tenant == null) {
      some.addAll(tenants.values());
    } else {
      some.add(tenant);
    }
    return some.stream()
        .map(one -> one.application(clientId))
        .filter(application -> application != null)
        .map(EnterpriseApplication::registration)
        .findFirst()
        .orElse(null);
  }
}
