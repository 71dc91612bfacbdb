package io.entrarelay.simulator;

import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** A tenant as the server holds it: who it is, its records, and what is the matter with it. */
final class Tenant {
  private volatile SimulatedTenant identity;
  private volatile X509Certificate certificate;
  private final Map<ReportKind, RecordSource> records;
  private final AtomicReference<@Nullable String> demandedClaim = new AtomicReference<>();
  private final Map<ReportKind, RenderedChunks> chunks = new EnumMap<>(ReportKind.class);
  private volatile TenantCondition condition = TenantCondition.WELL;
  private volatile long tokensRevokedUntil = 0;

  Tenant(
      SimulatedTenant identity,
      X509Certificate certificate,
      Map<ReportKind, RecordSource> records) {
    this.identity = identity;
    this.certificate = certificate;
    this.records = records;
  }

  SimulatedTenant identity() {
    return identity;
  }

  X509Certificate certificate() {
    return certificate;
  }

  void certificate(SimulatedTenant renewed, X509Certificate value) {
    identity = renewed;
    certificate = value;
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
