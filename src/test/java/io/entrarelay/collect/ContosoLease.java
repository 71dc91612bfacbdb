package io.entrarelay.collect;

import io.entrarelay.config.Contoso;
import io.entrarelay.config.Integration;
import io.entrarelay.state.Lease;
import io.entrarelay.state.Store;
import java.util.Objects;

/** The right to collect Contoso, taken from whoever had it. */
final class ContosoLease {
  private ContosoLease() {}

  static Lease of(Store store) {
    Integration contoso = Contoso.INTEGRATION;
    int shard = Lease.shard(contoso.tenantId(), contoso.clientId());
    return Objects.requireNonNull(store.takeAll("test").get(shard));
  }
}
