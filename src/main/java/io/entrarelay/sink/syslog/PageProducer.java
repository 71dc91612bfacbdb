package io.entrarelay.sink.syslog;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.entrarelay.record.FormLines;
import io.entrarelay.record.LineIdentity;
import io.entrarelay.sink.Delivery;
import io.entrarelay.sink.OutboxComponent;
import java.io.IOException;
import java.time.Instant;
import java.util.Arrays;
import java.util.Objects;
import org.apache.camel.Endpoint;
import org.apache.camel.Exchange;
import org.apache.camel.support.DefaultProducer;

/**
 * Sends a page's records. The body is the page's lines, or a text or bytes of lines, or an {@code
 * Iterable} of texts or bytes, each of which is a record whatever it holds.
 */
abstract class PageProducer extends DefaultProducer {
  private final SyslogEncoder encoder;

  PageProducer(Endpoint endpoint, SyslogEncoder encoder) {
    super(endpoint);
    this.encoder = encoder;
  }

  final Delivery delivery(Exchange exchange) {
    return Objects.requireNonNull(
        exchange.getVariable(OutboxComponent.DELIVERY, Delivery.class),
        "syslog: sends pages that come from the outbox (kamelet outbox-source)");
  }

  /** Encodes the page into the output; what is over the limit is refused. */
  final void send(Exchange exchange, Delivery delivery, SyslogEncoder.Output output)
      throws Exception {
    encoder.begin(
        exchange.getVariable("integration", "", String.class),
        exchange.getVariable("report", "", String.class),
        exchange.getVariable("form", "", String.class),
        exchange.getVariable("tenantId", "", String.class),
        Instant.ofEpochMilli(exchange.getVariable("collectedAt", 0L, Long.class)));
    SyslogEncoder.Refusal refusal =
        (bytes, start, end, identity, size) ->
            delivery.refuse(Arrays.copyOfRange(bytes, start, end), identity, encoder.reason(size));
    Object body = exchange.getMessage().getBody();
    if (body instanceof FormLines lines) {
      for (int line = 0; line < lines.size(); line++) {
        encoder.add(
            lines.bytes(),
            lines.start(line),
            lines.end(line) - 1,
            lines.identity(line),
            output,
            refusal);
      }
    } else if (body instanceof Iterable<?> records) {
      for (Object each : records) {
        byte[] bytes = each instanceof byte[] raw ? raw : each.toString().getBytes(UTF_8);
        add(bytes, 0, bytes.length, output, refusal);
      }
    } else {
      lines(exchange.getMessage().getMandatoryBody(byte[].class), output, refusal);
    }
    encoder.flush(output);
  }

  /** A line that a route has made. */
  private void add(
      byte[] bytes, int start, int end, SyslogEncoder.Output output, SyslogEncoder.Refusal refusal)
      throws IOException {
    encoder.add(bytes, start, end, LineIdentity.ofVendor(bytes, start, end), output, refusal);
  }

  private void lines(byte[] bytes, SyslogEncoder.Output output, SyslogEncoder.Refusal refusal)
      throws IOException {
    for (int start = 0, at = 0; at <= bytes.length; at++) {
      if (at == bytes.length || bytes[at] == '\n') {
        if (at > start) {
          add(bytes, start, at, output, refusal);
        }
        start = at + 1;
      }
    }
  }
}
