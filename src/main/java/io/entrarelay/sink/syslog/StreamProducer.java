package io.entrarelay.sink.syslog;

import io.entrarelay.sink.Delivery;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.camel.Endpoint;
import org.apache.camel.Exchange;
import org.jspecify.annotations.Nullable;

/** Sends pages over a connection, opened when there is something to send. */
final class StreamProducer extends PageProducer {
  private static final long LOOK_SECONDS = 5;

  private final Receiver receiver;
  private final long window;
  private final boolean confirm;
  private volatile @Nullable SyslogConnection connection;
  private @Nullable ScheduledExecutorService watch;

  /**
   * @param window bytes that may be sent before the receiver must confirm them
   * @param confirm whether it must at all
   */
  StreamProducer(
      Endpoint endpoint, Receiver receiver, SyslogEncoder encoder, long window, boolean confirm) {
    super(endpoint, encoder);
    this.receiver = receiver;
    this.window = window;
    this.confirm = confirm;
  }

  @Override
  protected void doStart() throws Exception {
    super.doStart();
    ScheduledExecutorService started =
        getEndpoint()
            .getCamelContext()
            .getExecutorServiceManager()
            .newSingleThreadScheduledExecutor(this, "syslog-watch");
    started.scheduleWithFixedDelay(this::look, LOOK_SECONDS, LOOK_SECONDS, TimeUnit.SECONDS);
    watch = started;
  }

  private void look() {
    SyslogConnection open = connection;
    if (open != null) {
      open.closeIfStalled();
    }
  }

  @Override
  protected void doStop() throws Exception {
    if (watch != null) {
      getEndpoint().getCamelContext().getExecutorServiceManager().shutdownNow(watch);
    }
    SyslogConnection open = connection;
    if (open != null) {
      open.leave();
    }
    super.doStop();
  }

  @Override
  public void process(Exchange exchange) throws Exception {
    Delivery delivery = delivery(exchange);
    Page page = new Page();
    if (confirm) {
      page.shard = (Unconfirmed) delivery.enlist(this, () -> new Unconfirmed(window));
    }
    boolean whole = false;
    try {
      send(exchange, delivery, page);
      whole = true;
    } finally {
      page.end(whole);
    }
  }

  /** The connection that there is, or a new one. */
  private SyslogConnection connection() {
    SyslogConnection open = connection;
    if (open != null && !open.isOver() && (confirm || !open.isGone())) {
      return open;
    }
    SyslogConnection next = open == null ? null : open.successor();
    if (open != null) {
      open.leave();
    }
    open = next == null ? SyslogConnection.open(receiver) : next;
    connection = open;
    return open;
  }

  /** A page on its way; it takes a connection with its first bytes. */
  private final class Page implements SyslogEncoder.Output {
    private @Nullable Unconfirmed shard;
    private @Nullable SyslogConnection taken;

    @Override
    public void write(byte[] bytes, int offset, int length) {
      SyslogConnection open = taken;
      if (open == null) {
        open = connection();
        taken = open;
        open.beginPage();
        if (shard != null) {
          shard.uses(open);
        }
      }
      open.write(bytes, offset, length);
    }

    void end(boolean whole) {
      if (taken != null) {
        if (whole) {
          taken.endPage();
        } else {
          taken.abandon("a page failed half-way");
        }
      }
    }
  }
}
