package io.entrarelay.collect;

import java.time.Duration;

/**
 * So many requests in any span of this length.
 *
 * @param requests at most so many
 * @param per in any window of this length
 */
public record RequestLimit(int requests, Duration per) {

  /** Graph's limit of one application over all its tenants, where that of each tenant is 5. */
  private static final int OVER_ALL_TENANTS = 122;

  private static final int PER_TENANT = 5;

  public RequestLimit {
    if (requests < 1 || per.isNegative() || per.isZero()) {
      throw new IllegalArgumentException("a limit allows something: " + requests + "/" + per);
    }
  }

  @Override
  public String toString() {
    return requests + "/" + per.toMillis() / 1000.0 + "s";
  }

  /**
   * The limit over all tenants that belongs to this one for each: Graph's are 122 and 5 in 10 s for
   * "Identity and access reports" (learn.microsoft.com/graph/throttling-limits), and a simulator's
   * are in the same proportion.
   */
  public RequestLimit overAllTenants() {
    return new RequestLimit(requests * OVER_ALL_TENANTS / PER_TENANT, per);
  }

  /**
   * Identity protection's limit of a tenant that belongs to this one for reports: Graph's are one
   * request per second and 5 in 10 s, and a simulator's are in the same proportion.
   */
  public RequestLimit ofIdentityProtection() {
    Duration each = per.dividedBy(2L * requests);
    return new RequestLimit(1, each.toMillis() < 1 ? Duration.ofMillis(1) : each);
  }
}
