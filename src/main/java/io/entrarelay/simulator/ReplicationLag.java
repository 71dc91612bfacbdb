package io.entrarelay.simulator;

import java.time.Duration;

/**
 * How long Entra and Graph take to learn of a consent, in stages one after the other, each counted
 * from the end of the one before. Microsoft promises no time for any of them.
 *
 * @param unknown the token endpoint doesn't know the application: AADSTS7000229 and AADSTS700016 in
 *     turn
 * @param intermittent a token without roles, and AADSTS7000229, in turn
 * @param withoutRoles tokens are without the permissions just granted
 * @param refused tokens have them, and Graph answers 401 and 403 in turn
 */
public record ReplicationLag(
    Duration unknown, Duration intermittent, Duration withoutRoles, Duration refused) {
  public static final ReplicationLag NONE = each(Duration.ZERO);

  public ReplicationLag {
    for (Duration stage : new Duration[] {unknown, intermittent, withoutRoles, refused}) {
      if (stage.isNegative() || stage.compareTo(Duration.ofDays(1)) > 0) {
        throw new IllegalArgumentException("A stage of the replication lag is 0 s to 1 day.");
      }
    }
  }

  /** Each stage as long as the others. */
  public static ReplicationLag each(Duration stage) {
    return new ReplicationLag(stage, stage, stage, stage);
  }
}
