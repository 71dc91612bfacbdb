package io.entrarelay.console;

import io.entrarelay.config.Integration;
import io.entrarelay.state.Figures;
import io.entrarelay.state.Standing;
import io.entrarelay.state.Standing.State;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * One integration in the table.
 *
 * @param standing how it fares, as the node that works for it has noted; null where none has yet
 * @param figures what it has read and taken, likewise
 * @param now epoch milliseconds
 */
record IntegrationRow(
    Integration integration,
    @Nullable Standing standing,
    Figures.@Nullable Sums figures,
    long now) {

  String name() {
    return integration.name();
  }

  /** When a page was last taken, epoch milliseconds; 0 where none was. */
  public long lastRead() {
    return figures == null ? 0 : figures.lastRead();
  }

  /** How far the slowest report is behind, milliseconds. */
  public long lag() {
    return figures == null ? 0 : figures.lag(now);
  }

  /** Records taken since today began (UTC). */
  public long today() {
    return figures == null ? 0 : figures.today(now);
  }

  /** Records since they are kept count of. */
  public long taken() {
    return figures == null ? 0 : figures.taken();
  }

  /** Of these, found by a later reading than the first. */
  public long late() {
    return figures == null ? 0 : figures.late();
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
