package io.entrarelay.sink.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.entrarelay.record.FormLines;
import io.entrarelay.record.LineIdentity;
import io.entrarelay.sink.Delivery;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.apache.camel.Exchange;
import org.apache.camel.InvalidPayloadException;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.header.internals.RecordHeaders;

/**
 * A page as records for Kafka: a line each, without its line feed. The key is {@code
 * <tenantId>/<record id>}, the headers are {@code integration}, {@code report}, {@code form},
 * {@code record-id} and {@code revision}, whatever the form. All are texts in UTF-8. Where the
 * record isn't known (it has no id, or a route has made a line that doesn't tell it), the key is
 * the tenant's id alone, and what isn't known is no header.
 */
final class KafkaPage {
  /** The revision of nearly all records. */
  private static final Header FIRST = header("revision", "0");

  private final String topic;
  private final long sequence;
  private final byte[] tenantId;
  private final FormLines lines;
  private final Header[] headers;

  KafkaPage(String topic, long sequence, String tenantId, FormLines lines, List<Header> headers) {
    this.topic = topic;
    this.sequence = sequence;
    this.tenantId = tenantId.getBytes(UTF_8);
    this.lines = lines;
    this.headers = headers.toArray(Header[]::new);
  }

  /**
   * @param exchange of the outbox; its body holds lines, as they came or changed by a route
   */
  static KafkaPage of(Exchange exchange, String topic) throws InvalidPayloadException {
    return new KafkaPage(
        topic,
        Objects.requireNonNull(exchange.getVariable("sequence", Long.class)),
        variable(exchange, "tenantId"),
        exchange.getMessage().getBody() instanceof FormLines lines
            ? lines
            : FormLines.of(exchange.getMessage().getMandatoryBody(byte[].class)),
        headers(
            variable(exchange, "integration"),
            variable(exchange, "report"),
            variable(exchange, "form")));
  }

  /** What all records of a page have in common. */
  static List<Header> headers(String integration, String report, String form) {
    return List.of(
        header("integration", integration), header("report", report), header("form", form));
  }

  private static String variable(Exchange exchange, String name) {
    return exchange.getVariable(name, "", String.class);
  }

  private static Header header(String name, String value) {
    return new RecordHeader(name, value.getBytes(UTF_8));
  }

  String topic() {
    return topic;
  }

  /** Its number in the shard. */
  long sequence() {
    return sequence;
  }

  int size() {
    return lines.size();
  }

  /** Bytes before compression. */
  int bytes() {
    return lines.length();
  }

  /** Sets all of it aside. */
  void refuse(Delivery delivery, String reason) {
    for (int line = 0; line < lines.size(); line++) {
      refuse(line, delivery, reason);
    }
  }

  /** Sets a line aside. */
  void refuse(int line, Delivery delivery, String reason) {
    delivery.refuse(lines.line(line), lines.identity(line), reason);
  }

  /** Why a line that is over the limit is refused. */
  String tooLarge(String brokers, int line) {
    return "Kafka at "
        + brokers
        + " takes no record of this size for the topic "
        + topic
        + " ("
        + (lines.end(line) - 1 - lines.start(line))
        + " bytes before compression). Raise max.message.bytes of the topic, and where it is set,"
        + " relay.sinks.kafka.properties.max.request.size; then retry the dead letters";
  }

  ProducerRecord<byte[], byte[]> record(int line) {
    LineIdentity identity = lines.identity(line);
    Header[] all = Arrays.copyOf(headers, headers.length + 2);
    int size = headers.length;
    byte[] key = tenantId;
    if (identity.id() != null) {
      byte[] id = identity.id().getBytes(UTF_8);
      key = key(id);
      all[size++] = new RecordHeader("record-id", id);
    }
    if (identity.revision() >= 0) {
      all[size++] =
          identity.revision() == 0
              ? FIRST
              : header("revision", Integer.toString(identity.revision()));
    }
    return new ProducerRecord<>(
        topic,
        null,
        null,
        key,
        lines.line(line),
        new RecordHeaders(size == all.length ? all : Arrays.copyOf(all, size)));
  }

  private byte[] key(byte[] id) {
    byte[] key = Arrays.copyOf(tenantId, tenantId.length + 1 + id.length);
    key[tenantId.length] = '/';
    System.arraycopy(id, 0, key, tenantId.length + 1, id.length);
    return key;
  }
}
