package io.entrarelay.console;

import io.entrarelay.collect.Feed;
import io.entrarelay.config.Integration;
import io.entrarelay.state.Tally;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.NavigableMap;
import org.jspecify.annotations.Nullable;

/**
 * One integration in the table.
 *
 * @param reason why it is not well, with what to do; null where it is
 * @param lastRead when a page was last taken, epoch milliseconds; 0 where none was
 * @param lag how far the slowest report is behind, milliseconds
 * @param taken records since they are kept count of
 * @param late of these, found by a later reading than the first
 */
record IntegrationRow(
    String name,
    String displayName,
    State state,
    @Nullable String reason,
    long lastRead,
    long lag,
    long taken,
    long late,
    Integration integration) {

  /** How an integration fares, from the worst to the best. */
  enum State {
    FAILED("failed"),
    DEGRADED("degraded"),
    STARTING("starting"),
    ELSEWHERE("on another node"),
    COLLECTING("collecting");

    private final String text;

    State(String text) {
      this.text = text;
    }

    /** In words. */
    public String text() {
      return text;
    }

    /** As it stands in addresses and styles. */
    public String code() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * @param feeds those of this integration
   * @param isShared whether another node may read it
   */
  static IntegrationRow of(Integration integration, List<Feed> feeds, boolean isShared, long now) {
    Feed.Problem worst =
        feeds.stream()
            .map(Feed::problem)
            .filter(problem -> problem != null)
            .max(Comparator.comparing(Feed.Problem::blocked))
            .orElse(null);
    long lastRead = feeds.stream().mapToLong(Feed::lastRead).max().orElse(0);
    long lag = feeds.stream().mapToLong(feed -> feed.lag(now)).max().orElse(0);
    long taken = 0;
    long late = 0;
    for (Feed feed : feeds) {
      NavigableMap<Long, Tally> tally = feed.tally();
      for (var sweep : tally.entrySet()) {
        taken += sweep.getValue().taken();
        late += sweep.getKey() > 0 ? sweep.getValue().taken() : 0;
      }
    }
    return new IntegrationRow(
        integration.name(),
        integration.displayName(),
        state(feeds, worst, lastRead, isShared),
        worst == null ? null : worst.message(),
        lastRead,
        lag,
        taken,
        late,
        integration);
  }

  private static State state(
      List<Feed> feeds, Feed.@Nullable Problem worst, long lastRead, boolean isShared) {
    if (feeds.isEmpty()) {
      return isShared ? State.ELSEWHERE : State.STARTING;
    }
    if (worst != null) {
      return feeds.stream().map(Feed::problem).allMatch(each -> each != null && each.blocked())
          ? State.FAILED
          : State.DEGRADED;
    }
    return lastRead == 0 ? State.STARTING : State.COLLECTING;
  }
}
