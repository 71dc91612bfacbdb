package io.entrarelay.state;

/**
 * One row of the outbox as a sink reads it.
 *
 * @param sequence its number in the shard, ascending, with gaps where other forms are
 * @param zstd the lines and whose they are, as {@link PageCommit.OutboxRow} takes them
 */
public record OutboxEntry(
    int shard,
    long sequence,
    String form,
    String integration,
    String report,
    String tenantId,
    long collectedAt,
    int records,
    int bytes,
    byte[] zstd) {}
