package io.entrarelay.state;

import java.util.List;
import java.util.Map;

/**
 * What a node learns from the store when it says that it is alive.
 *
 * @param renewed the leases that it still has, by shard
 * @param claimed leases that it has taken
 * @param nodes how many nodes are alive, this one too
 * @param surplus how many it should give up, since others have less
 */
public record Beat(Map<Integer, Lease> renewed, List<Lease> claimed, int nodes, int surplus) {}
