package io.entrarelay.simulator;

import java.util.Collection;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** A tenant as the server holds it: who it is, its records, and what is the matter with it. */
final class Tenant {
  private volatile SimulatedTenant identity;
  private final String domain;
  private final Map<String, EnterpriseApplication> applications = new LinkedHashMap<>();
  private final List<Member> members = new CopyOnWriteArrayList<>();
  private final Map<ReportKind, RecordSource> records;
  private final AtomicReference<@Nullable String> demandedClaim = new AtomicReference<>();
  private final Map<ReportKind, RenderedChunks> chunks = new EnumMap<>(ReportKind.class);
  private volatile TenantCondition condition = TenantCondition.WELL;
  private volatile Licence licence = Licence.P2;
  private volatile long tokensRevokedUntil = 0;

  /**
   * @param applications those that can be in the tenant
   */
  Tenant(
      SimulatedTenant identity,
      String domain,
      Collection<EnterpriseApplication> applications,
      Map<ReportKind, RecordSource> records) {
    this.identity = identity;
    this.domain = domain;
    this.records = records;
    for (EnterpriseApplication application : applications) {
      this.applications.put(key(application.clientId()), application);
    }
  }

  private static String key(String clientId) {
    return clientId.toLowerCase(Locale.ROOT);
  }

  SimulatedTenant identity() {
    return identity;
  }

  void identity(SimulatedTenant renewed) {
    identity = renewed;
  }

  String domain() {
    return domain;
  }

  /** An application in this tenant, consented to or not; null where it can't be. */
  @Nullable EnterpriseApplication application(String clientId) {
    return applications.get(key(clientId));
  }

  Collection<EnterpriseApplication> applications() {
    return applications.values();
  }

  /** Those who can sign in here; a simulated tenant's administrator comes first. */
  List<Member> members() {
    return members;
  }

  /** Who somebody is here, or null. */
  @Nullable Member member(SimulatedPerson person) {
    return members.stream()
        .filter(member -> member.person().equals(person))
        .findFirst()
        .orElse(null);
  }

  Licence licence() {
    return condition == TenantCondition.LICENCE_MISSING ? Licence.NONE : licence;
  }

  void licence(Licence value) {
    licence = value;
  }

  RecordSource records(ReportKind kind) {
    RecordSource source = records.get(kind);
    if (source == null) {
      throw new IllegalStateException("no records of " + kind);
    }
    return source;
  }

  /** Renders the records of these kinds that have happened by then. */
  void render(Collection<ReportKind> kinds, long now) {
    for (ReportKind kind : kinds) {
      RecordSource source = records(kind);
      chunks.put(kind, RenderedChunks.render(source, source.count(now)));
    }
  }

  /** The rendered records, or null where pages are made when they are asked for. */
  @Nullable RenderedChunks chunks(ReportKind kind) {
    return chunks.get(kind);
  }

  void close() {
    chunks.values().forEach(RenderedChunks::close);
  }

  TenantCondition condition() {
    return condition;
  }

  void condition(TenantCondition value) {
    condition = value;
  }

  /** The claim {@code nbf} that tokens must have been asked for with, or null. */
  @Nullable String demandedClaim() {
    return demandedClaim.get();
  }

  void demandClaim(@Nullable String value) {
    demandedClaim.set(value);
  }

  /** The serial number of the last token that no longer counts. */
  long tokensRevokedUntil() {
    return tokensRevokedUntil;
  }

  void revokeTokens(long serial) {
    tokensRevokedUntil = serial;
  }
}
