package io.entrarelay.simulator;

/** The licence of Microsoft Entra ID that a tenant has. */
public enum Licence {
  /** Entra ID Free: directory audits alone can be read. */
  NONE,
  /** Entra ID P1: all but risky users and risks of service principals. */
  P1,
  /** Entra ID P2 and Workload ID Premium: all. */
  P2
}
