package io.entrarelay.state;

import java.time.Duration;

/** One node's part of what an application may have in use at a time over all its tenants. */
public interface Allowance {
  /**
   * A request counts for a span; one that a node sent at its last moment may be on its way for
   * nearly as long before it is counted.
   */
  int SPANS_KEPT = 2;

  String clientId();

  /** What all nodes together may have in use. */
  int total();

  /** A request counts against the limit for so long. */
  Duration span();

  /** How long a node's part is still its own after its leases are over. */
  default Duration kept() {
    return span().multipliedBy(SPANS_KEPT);
  }

  /** What this node could use. */
  int wanted();

  /** What this node has. */
  int granted();

  /**
   * Gives back up to so many that are out of use: they are not used here any more.
   *
   * @return how many
   */
  int giveBack(int most);

  /** This node has none any more: it was away for so long that others may have taken them. */
  void lose();

  /** From now on this node has so many; at least what it had. */
  void grow(int granted);
}
