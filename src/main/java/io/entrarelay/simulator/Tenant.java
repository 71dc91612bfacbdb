package io.entrarelay.simulator;

import java.security.cert.X509Certificate;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** A tenant as the server holds it: who it is, its records, and what is the matter with it. */
final class Tenant {
  private final SimulatedTenant identity;
  private final X509Certificate certificate;
  private final Map<ReportKind, RecordSource> records;
  private final AtomicReference<@Nullable String> demandedClaim = new AtomicReference<>();
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

  RecordSource records(ReportKind kind) {
    RecordSource source = records.get(kind);
    if (source == null) {
      throw new IllegalStateException("no records of " + kind);
    }
    return source;
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
