package io.entrarelay.sink;

import io.entrarelay.record.FormLines;
import io.entrarelay.state.OutboxEntry;
import java.util.Map;
import java.util.Set;
import org.apache.camel.Consumer;
import org.apache.camel.Endpoint;
import org.apache.camel.Exchange;
import org.apache.camel.MultipleConsumersSupport;
import org.apache.camel.Processor;
import org.apache.camel.Producer;
import org.apache.camel.support.DefaultComponent;
import org.apache.camel.support.DefaultConsumer;
import org.apache.camel.support.DefaultEndpoint;

/**
 * The Camel component {@code outbox:SINK?forms=vendor,ocsf}: a page at a time of what was
 * collected, in order and until the route has taken it. The body is a {@link FormLines}; the
 * exchange variables {@code form}, {@code integration}, {@code report}, {@code tenantId} and {@code
 * sequence} say what it is.
 */
public final class OutboxComponent extends DefaultComponent {
  /** The exchange variable that holds a page's {@link Delivery}. */
  public static final String DELIVERY = "delivery";

  private final Outbox outbox;

  public OutboxComponent(Outbox outbox) {
    this.outbox = outbox;
  }

  @Override
  protected Endpoint createEndpoint(String uri, String sink, Map<String, Object> parameters)
      throws Exception {
    OutboxEndpoint endpoint = new OutboxEndpoint(uri, this, sink);
    setProperties(endpoint, parameters);
    return endpoint;
  }

  /** One sink's end of the outbox. */
  public static final class OutboxEndpoint extends DefaultEndpoint
      implements MultipleConsumersSupport {
    private final Outbox outbox;
    private final String sink;
    private String forms = "vendor";
    private Start start = Start.retained;

    OutboxEndpoint(String uri, OutboxComponent component, String sink) {
      super(uri, component);
      this.outbox = component.outbox;
      this.sink = sink;
    }

    /** The forms that the sink takes, separated by commas. */
    public String getForms() {
      return forms;
    }

    public void setForms(String forms) {
      this.forms = forms;
    }

    /** Where a sink begins that is new. */
    public Start getStart() {
      return start;
    }

    public void setStart(Start start) {
      this.start = start;
    }

    /** A second one is refused by {@link Outbox}, in plainer words than Camel's. */
    @Override
    public boolean isMultipleConsumersSupported() {
      return true;
    }

    @Override
    public Producer createProducer() {
      throw new UnsupportedOperationException(
          "outbox:" + sink + " can only be read: pages get into it by the route flow.page");
    }

    @Override
    public Consumer createConsumer(Processor processor) throws Exception {
      // here, since Camel makes the consumers of all routes before it starts the first
      outbox.add(sink);
      OutboxConsumer consumer = new OutboxConsumer(this, processor);
      configureConsumer(consumer);
      return consumer;
    }
  }

  /** Where a sink begins that the outbox doesn't know yet. */
  public enum Start {
    /** With the oldest that the outbox still holds. */
    retained,

    /** With what is collected from now on. */
    now
  }

  private static final class OutboxConsumer extends DefaultConsumer {
    private final OutboxEndpoint endpoint;
    private @org.jspecify.annotations.Nullable SinkWorker worker;

    OutboxConsumer(OutboxEndpoint endpoint, Processor processor) {
      super(endpoint, processor);
      this.endpoint = endpoint;
    }

    @Override
    protected void doStart() throws Exception {
      super.doStart();
      Set<String> forms = Set.of(endpoint.forms.split("\\s*,\\s*"));
      worker = endpoint.outbox.start(endpoint.sink, forms, endpoint.start == Start.now, this::hand);
    }

    @Override
    protected void doStop() throws Exception {
      if (worker != null) {
        endpoint.outbox.stop(worker);
      }
      super.doStop();
    }

    private void hand(OutboxEntry page, Delivery delivery) throws Exception {
      Exchange exchange = createExchange(false);
      try {
        exchange.setVariable(DELIVERY, delivery);
        exchange.setVariable("form", page.form());
        exchange.setVariable("integration", page.integration());
        exchange.setVariable("report", page.report());
        exchange.setVariable("tenantId", page.tenantId());
        exchange.setVariable("sequence", page.sequence());
        exchange.setVariable("collectedAt", page.collectedAt());
        exchange.getIn().setBody(delivery.lines());
        getProcessor().process(exchange);
        Exception failed = exchange.getException();
        if (failed != null) {
          throw failed;
        }
      } finally {
        releaseExchange(exchange, false);
      }
    }
  }
}
