package io.entrarelay.sink.syslog;

import io.entrarelay.sink.Delivery;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A shard's pages that were sent and not confirmed. All shards of a sink share a connection: what
 * one of them confirms is confirmed for all, and where it breaks, all send again.
 */
final class Unconfirmed implements Delivery.Participant {
  private final long window;
  private final Set<SyslogConnection> kept = new LinkedHashSet<>();
  private @Nullable SyslogConnection current;

  /**
   * @param window bytes that may be sent before the receiver must confirm them
   */
  Unconfirmed(long window) {
    this.window = window;
  }

  /** The page under way goes over this connection. */
  void uses(SyslogConnection connection) {
    current = connection;
  }

  @Override
  public void keep() {
    if (current != null) {
      kept.add(current);
      current = null;
    }
  }

  /** What was sent can't be called back: the page will come twice, as it would after a crash. */
  @Override
  public void undo() {
    current = null;
  }

  /** Where nothing was sent, since all was refused, nothing is to be waited for. */
  @Override
  public boolean isDue(long now) {
    return kept.isEmpty() || kept.stream().anyMatch(each -> each.isDue(window));
  }

  /** What was sent and not passed is sent again anyway. */
  @Override
  public boolean needsSameSpan() {
    return false;
  }

  @Override
  public void finish(long first, long last) {
    kept.forEach(SyslogConnection::confirm);
    kept.clear();
  }

  @Override
  public void discard() {
    kept.clear();
    current = null;
  }
}
