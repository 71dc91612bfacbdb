package io.entrarelay.state;

import io.entrarelay.plan.Plan.Coverage;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * All that a page changes, in one transaction.
 *
 * @param seen new pairs by minute
 * @param outbox the page's lines, a row for each form; may be empty
 * @param tally what was counted, by the sweep's age in milliseconds
 * @param coverage the feed's coverage, where this was the last page of a window
 */
public record PageCommit(
    Lease lease,
    long feed,
    long at,
    List<SeenSegment> seen,
    List<OutboxRow> outbox,
    List<DeadLetter> parked,
    Map<Long, Tally> tally,
    @Nullable Coverage coverage) {

  /**
   * Pairs of one minute.
   *
   * @param minute epoch milliseconds of the minute's start
   * @param pairs 24 bytes a pair: id hash (128 bit), content hash (64 bit), big-endian
   */
  public record SeenSegment(long minute, byte[] pairs) {}

  /**
   * A page's lines in one form.
   *
   * @param records how many lines
   * @param bytes of the lines before compression
   * @param zstd the lines, each ending in a line feed, and of each its record's id and revision, as
   *     {@code FormLines.compressed} gives them
   */
  public record OutboxRow(
      String form,
      String integration,
      String report,
      String tenantId,
      long collectedAt,
      int records,
      int bytes,
      byte[] zstd) {

    /** The compressed bytes of these rows. */
    static long stored(List<OutboxRow> rows) {
      return rows.stream().mapToLong(row -> row.zstd.length).sum();
    }
  }
}
