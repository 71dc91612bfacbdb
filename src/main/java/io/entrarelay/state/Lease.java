package io.entrarelay.state;

/**
 * One node's right to work for a shard.
 *
 * @param fence grows with every new holder: a commit of an older one is refused
 */
public record Lease(int shard, long fence) {
  /** Integrations are hashed to so many shards. */
  public static final int SHARDS = 64;

  /** The shard of an application's tenant: stable over restarts, renames and nodes. */
  public static int shard(String tenantId, String clientId) {
    return Math.floorMod((tenantId + "/" + clientId).hashCode() * 0x9E3779B9, SHARDS);
  }
}
