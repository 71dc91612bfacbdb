package io.entrarelay.sink.kafka;

import io.entrarelay.sink.SinkException;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TransactionAbortedException;

/** What Kafka's exceptions mean for an operator. */
public final class KafkaFault {
  private KafkaFault() {}

  /** Something that may be well later: the page is given again. */
  static SinkException forNow(String brokers, Exception failed) {
    return new SinkException(said(brokers, failed), failed);
  }

  /** The place, the cause and the remedy, in a line. */
  public static String said(String brokers, Exception failed) {
    Throwable cause = root(failed);
    String place = "Kafka at " + brokers;
    if (cause instanceof AuthenticationException) {
      return place
          + " does not let us in: "
          + text(cause)
          + ". Check security.protocol, sasl.* and ssl.* under relay.sinks.kafka.properties";
    }
    if (cause instanceof AuthorizationException) {
      return place
          + " does not allow it: "
          + text(cause)
          + ". Allow this user to write and describe the topic, and with transactional: true the"
          + " transactional ids and the topic "
          + Positions.TOPIC
          + " that begin with entra-relay";
    }
    if (cause instanceof ProducerFencedException
        || cause instanceof InvalidProducerEpochException) {
      return place
          + " was told that another process works for this shard. Where none should, look for a"
          + " second relay on the same state";
    }
    if (cause instanceof TimeoutException) {
      return place
          + " does not answer in time: "
          + text(cause)
          + ". Check that it runs, that relay.sinks.kafka.brokers names it, and that this machine"
          + " reaches the addresses that it advertises";
    }
    if (failed instanceof ConfigException
        || String.valueOf(failed.getMessage()).matches("Failed to (construct|create) .*")) {
      return place
          + ": a client can't be made: "
          + text(cause)
          + ". Check relay.sinks.kafka.brokers and relay.sinks.kafka.properties";
    }
    return place + " can't take it now: " + text(cause) + ". Look into the brokers' logs";
  }

  /** The innermost that says something of Kafka; what wraps it only repeats it. */
  static Throwable root(Throwable failed) {
    Throwable at = failed;
    while (at.getCause() != null
        && at.getCause().getMessage() != null
        && (at instanceof ExecutionException
            || at instanceof TransactionAbortedException
            || at.getClass() == KafkaException.class
            || (at instanceof TimeoutException && at.getCause() instanceof ApiException))) {
      at = at.getCause();
    }
    return at;
  }

  private static String text(Throwable failed) {
    String message = failed.getMessage() == null ? failed.toString() : failed.getMessage();
    return message.lines().findFirst().orElse("").replaceAll("[. ]+$", "");
  }
}
