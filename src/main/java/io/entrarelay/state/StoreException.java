package io.entrarelay.state;

/** The store could not do it now: nothing of the transaction took place. */
public class StoreException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public StoreException(String message) {
    super(message);
  }

  public StoreException(String message, Throwable cause) {
    super(message, cause);
  }

  /** A sink's position was set back to send again what has left: who works from it begins anew. */
  public static final class PositionSetBack extends StoreException {
    private static final long serialVersionUID = 1L;

    PositionSetBack(String sink, int shard) {
      super("the position of sink " + sink + " in shard " + shard + " was set back meanwhile");
    }
  }

  /** Another process has taken the shard: whoever sees this stops working for it. */
  public static final class LeaseLost extends StoreException {
    private static final long serialVersionUID = 1L;

    public LeaseLost(Lease lease) {
      super(
          "shard "
              + lease.shard()
              + " has a new holder (our fencing number "
              + lease.fence()
              + " is not the current one): nothing was written");
    }
  }
}
