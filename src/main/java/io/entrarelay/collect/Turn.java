package io.entrarelay.collect;

import io.entrarelay.state.StoreException;
import org.jspecify.annotations.Nullable;

/**
 * One worker's go at a walk: it reads pages while the budget gives requests, and stops where it
 * gives none, so that no thread waits for a tenant. Used by one thread.
 */
public final class Turn {
  private final Collector collector;
  private final Walk walk;
  private Budget.@Nullable Grant grant;
  private boolean asked;
  private boolean over;
  private boolean held;

  Turn(Collector collector, Walk walk, Budget.Grant grant) {
    this.collector = collector;
    this.walk = walk;
    this.grant = grant;
  }

  public Walk walk() {
    return walk;
  }

  /** Whether there is a page to read and a request of the budget for it; ends the page before. */
  public boolean next() {
    collector.settle(walk);
    if (over || walk.hasEnded() || walk.link() == null || walk.feed().isRemoved()) {
      return false;
    }
    if (!collector.mayAsk()) {
      held = true;
      return false;
    }
    if (grant == null) {
      grant = walk.feed().budget().take(walk.window().work());
    }
    if (grant == null) {
      return false;
    }
    asked = true;
    walk.feed().requested();
    return true;
  }

  /**
   * Goes on only while the shard is this process's own for sure, and was ever since the turn began:
   * after a stop it may have been another's for a while, and that one has used the budget.
   *
   * @throws StoreException where another may have taken it
   */
  public void requireLease() {
    if (walk.feed().isRemoved()) {
      throw new StoreException(
          "this report is not collected here any more: no request is sent for it");
    }
    if (!collector.isSure()) {
      throw new StoreException(
          "the state database has not been reached for so long that another node may have taken"
              + " over: no request is sent");
    }
  }

  /** The answer has come to its end, or nothing more of it will. */
  public void answered() {
    if (grant != null) {
      grant.answered();
      grant = null;
    }
  }

  /** Nothing more is read in this turn. */
  void over() {
    over = true;
    answered();
  }

  /** Whether a page was asked for. */
  boolean hasAsked() {
    return asked;
  }

  /** Whether a page was not asked for because no request may be sent at present. */
  boolean isHeld() {
    return held;
  }

  void close() {
    if (grant != null && !asked) {
      grant.unused();
    } else {
      answered();
    }
  }
}
