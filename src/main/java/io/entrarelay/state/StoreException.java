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
