package io.entrarelay.sink.syslog;

import io.entrarelay.sink.SinkException;
import java.io.IOException;
import org.apache.camel.Endpoint;
import org.apache.camel.Exchange;

/** Sends pages by UDP: what was handed to the network counts as delivered. */
final class DatagramProducer extends PageProducer {
  private final Receiver receiver;

  DatagramProducer(Endpoint endpoint, Receiver receiver, SyslogEncoder encoder) {
    super(endpoint, encoder);
    this.receiver = receiver;
  }

  @Override
  public void process(Exchange exchange) throws Exception {
    // a socket a page, so that a receiver's new address is found
    try (Datagrams datagrams = new Datagrams(receiver.address(), receiver.port())) {
      send(exchange, delivery(exchange), datagrams);
    } catch (IOException e) {
      throw new SinkException(ReceiverProblem.text(e, receiver), e);
    }
  }
}
