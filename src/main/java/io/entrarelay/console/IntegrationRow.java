package io.entrarelay.console;

import io.entrarelay.collect.Feed;
import io.entrarelay.config.Integration;
import io.entrarelay.state.Standing;
import io.entrarelay.state.Standing.State;
import io.entrarelay.state.Tally;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * One integration in the table.
 *
 * @param standing how it fares, as the node that works for it has noted; null where none has yet
 * @param isHere whether this node reads it: only then is known what follows
 * @param lastRead when a page was last taken, epoch milliseconds; 0 where none was
 * @param lag how far the slowest report is behind, milliseconds
 * @param taken records since they are kept count of
 * @param late of these, found by a later reading than the first
 */
record IntegrationRow(
    Integration integration,
    @Nullable Standing standing,
    boolean isHere,
    long lastRead,
    long lag,
    long taken,
    long late) {

  /**
   * @param feeds those of this integration that this node reads
   */
  static IntegrationRow of(
      Integration integration, @Nullable Standing standing, List<Feed> feeds, long now) {
    long lastRead = feeds.stream().mapToLong(Feed::lastRead).max().orElse(0);
    long lag = feeds.stream().mapToLong(feed -> feed.lag(now)).max().orElse(0);
    long taken = 0;
    long late = 0;
    for (Feed feed : feeds) {
      taken += taken(feed.tally().values());
      late += taken(feed.tally().tailMap(0L, false).values());
    }
    return new IntegrationRow(integration, standing, !feeds.isEmpty(), lastRead, lag, taken, late);
  }

  private static long taken(Collection<Tally> tallies) {
    return tallies.stream().mapToLong(Tally::taken).sum();
  }

  String name() {
    return integration.name();
  }

  /** How it fares, as it stands in addresses and styles. */
  public String code() {
    return standing == null ? "new" : code(standing.state());
  }

  /** How it fares, in words. */
  public String words() {
    return standing == null ? "new" : standing.state().words();
  }

  /** The first reason why it is not well; null where it is. */
  public Standing.@Nullable Reason reason() {
    return standing == null || standing.reasons().isEmpty() ? null : standing.reasons().get(0);
  }

  static String code(State state) {
    return state.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
