package io.entrarelay.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.entrarelay.relay.QuickRelay;
import io.entrarelay.relay.Relay;
import io.entrarelay.relay.RoutesFolder;
import io.entrarelay.simulator.Simulator;
import io.entrarelay.simulator.SimulatorOptions;
import io.entrarelay.sink.kafka.KafkaBroker;
import io.entrarelay.sink.syslog.Received;
import io.entrarelay.sink.syslog.Rsyslog;
import io.entrarelay.sink.syslog.SyslogReceiver;
import io.entrarelay.sink.syslog.SyslogReceiver.Transport;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Kafka and syslog say of a line which record it is also where the line doesn't: in a form without
 * ids, behind what drops records and properties, when a replay or a dead letter sends it again.
 */
@Timeout(180)
class RecordOfEveryFormIT {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** What a line of either form can be told by. */
  private static final String TRACE =
      "fallback(.trace, sha256-hex(fallback(.properties.id, \"\")))";

  private static final String MAPPING = "{\"trace\": sha256-hex(.id), \"what\": $report}\n";

  @TempDir
  @SuppressWarnings("NullAway.Init") // JUnit sets it
  private Path folder;

  private static RoutesFolder routes(Path folder) throws IOException {
    RoutesFolder routes = RoutesFolder.copy(folder);
    routes.put("routes/mappings/short/directoryAudits.jslt", MAPPING);
    routes.put(
        "routes/mappings/short/signIns.jslt",
        "if (test(sha256-hex(.id), \"[0-3]$\")) error(\"no\") else " + MAPPING);
    step(routes, "flow/forms", "page-drop-action", "when: test(sha256-hex(.id), \"[45]$\")");
    Files.writeString(
        routes.routes().resolve("flow/forms.camel.yaml"),
        Files.readString(routes.routes().resolve("flow/forms.camel.yaml"))
            .replace("[45]$\")", "[45]$\")\n              reason: four or five"));
    for (String sink : List.of("kafka", "syslog")) {
      step(routes, "sinks/" + sink, "page-remove-property-action", "pointer: /what");
      step(
          routes,
          "sinks/" + sink,
          "page-filter-action",
          "keep: $revision == 0 and not(test(" + TRACE + ", \"[67]$\"))");
    }
    return routes;
  }

  /** Puts a step before all others of a file's route. */
  private static void step(RoutesFolder routes, String file, String kamelet, String parameter)
      throws IOException {
    Path path = routes.routes().resolve(file + ".camel.yaml");
    Files.writeString(
        path,
        Files.readString(path)
            .replaceFirst(
                "      steps:\n",
                ("      steps:\n        - to:\n            uri: kamelet:%s/%s\n"
                        + "            parameters:\n              %s\n")
                    .formatted(
                        kamelet,
                        (file + "/" + kamelet).replaceAll("[/-]", "."),
                        parameter.replace("$", "\\$"))));
  }

  private Relay relay(Path routes) {
    return QuickRelay.start(folder, routes, Map.of());
  }

  private void settings(KafkaBroker broker, SyslogReceiver receiver) throws IOException {
    Files.writeString(
        folder.resolve("config/application.yaml"),
        """
        relay:
          forms: [vendor, short]
          collect: {every: 500ms, sweeps: 0s, slice: 1s, backfill: 10m}
          graph: {budget: "off"}
          outbox: {retention: 1h}
          sinks:
            files: {enabled: false}
            kafka: {enabled: true, brokers: "%s"}
            syslog: {enabled: true, host: 127.0.0.1, port: %d, protocol: tcp, form: short}
        """
            .formatted(broker.brokers(), receiver.port()));
  }

  private void command(String... command) {
    StringWriter said = new StringWriter();
    String[] arguments = java.util.Arrays.copyOf(command, command.length + 6);
    int at = command.length;
    for (String name : List.of("config", "data", "routes")) {
      arguments[at++] = "--" + name;
      arguments[at++] = folder.resolve(name).toString();
    }
    int code =
        EntraRelay.commandLine()
            .setOut(new PrintWriter(said, true))
            .setErr(new PrintWriter(said, true))
            .execute(arguments);
    assertThat(code).as("%s", said).isZero();
  }

  /** The ids of the report's records whose traces are so, by their traces. */
  private static Map<String, String> ids(Simulator simulator, String report, String traces) {
    String tenant = simulator.tenants().get(0).tenantId();
    Map<String, String> ids = new HashMap<>();
    simulator.truth().records(tenant, report).forEach(it -> ids.put(sha256(it.id()), it.id()));
    ids.keySet().removeIf(trace -> !trace.matches(".*" + traces));
    assertThat(ids).isNotEmpty();
    return ids;
  }

  private static String sha256(String text) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(UTF_8));
      return HexFormat.of().formatHex(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String trace(byte[] line) throws IOException {
    JsonNode tree = JSON.readTree(line);
    assertThat(tree.has("what")).isFalse();
    return tree.has("trace")
        ? tree.path("trace").asText()
        : sha256(tree.at("/properties/id").asText());
  }

  private static Map<String, String> headers(ConsumerRecord<String, byte[]> record) {
    return StreamSupport.stream(record.headers().spliterator(), false)
        .collect(Collectors.toMap(each -> each.key(), each -> new String(each.value(), UTF_8)));
  }

  /** Of each trace, the id that the key and the headers of its record tell. */
  private static Map<String, String> keyed(
      KafkaBroker broker, String form, String report, String tenant, int times) throws IOException {
    Map<String, String> keyed = new HashMap<>();
    List<ConsumerRecord<String, byte[]>> records = broker.committed("entra." + form + "." + report);
    for (ConsumerRecord<String, byte[]> record : records) {
      Map<String, String> headers = headers(record);
      String id = String.valueOf(headers.get("record-id"));
      assertThat(record.key()).isEqualTo(tenant + "/" + id);
      assertThat(headers)
          .isEqualTo(
              Map.of(
                  "integration", "contoso",
                  "report", report,
                  "form", form,
                  "record-id", id,
                  "revision", "0"));
      keyed.put(trace(record.value()), id);
    }
    assertThat(records).hasSize(times * keyed.size());
    return keyed;
  }

  private static Map<String, String> told(List<Received> messages, String report)
      throws IOException {
    Map<String, String> told = new HashMap<>();
    for (Received message : messages) {
      if (message.messageId().equals(report)) {
        assertThat(message.parameters()).containsEntry("revision", "0");
        told.put(trace(message.message().getBytes(UTF_8)), message.recordId());
      }
    }
    return told;
  }

  @Test
  void keyHeadersAndStructuredDataTellTheRecord() throws Exception {
    RoutesFolder routes = routes(folder);
    try (KafkaBroker broker = KafkaBroker.in(folder.resolve("broker")).start();
        SyslogReceiver receiver = new Rsyslog(folder.resolve("rsyslog"), Transport.TCP, null);
        Simulator simulator =
            Simulator.start(
                SimulatorOptions.builder()
                    .scheme("http")
                    .records(300)
                    .span(Duration.ofMinutes(5))
                    .rate(0)
                    .late(0)
                    .revised(0)
                    .throttle(false)
                    .build())) {
      receiver.start();
      simulator.writeConfig(folder.resolve("config"));
      settings(broker, receiver);
      String tenant = simulator.tenants().get(0).tenantId();
      try (Relay relay = relay(routes.routes())) {
        QuickRelay.awaitTaken(relay, 300);
        assertThat(relay.deliver(Duration.ofSeconds(90))).isTrue();
      }
      Map<String, String> audits = ids(simulator, "directoryAudits", "[^4567]");
      Map<String, String> signIns = ids(simulator, "signIns", "[^4567]");
      Map<String, String> mapped = ids(simulator, "signIns", "[^0-7]");
      assertThat(keyed(broker, "vendor", "signIns", tenant, 1)).isEqualTo(signIns);
      assertThat(keyed(broker, "vendor", "directoryAudits", tenant, 1)).isEqualTo(audits);
      assertThat(keyed(broker, "short", "signIns", tenant, 1)).isEqualTo(mapped);
      assertThat(keyed(broker, "short", "directoryAudits", tenant, 1)).isEqualTo(audits);
      await()
          .atMost(Duration.ofSeconds(90))
          .until(() -> receiver.count() >= mapped.size() + audits.size());
      assertThat(told(receiver.messages(), "signIns")).isEqualTo(mapped);
      assertThat(told(receiver.messages(), "directoryAudits")).isEqualTo(audits);

      routes.put("routes/mappings/short/signIns.jslt", MAPPING);
      command("sink", "replay", "kafka", "--from", Instant.now().minusSeconds(1_800).toString());
      command("dead-letters", "retry", "--all");
      try (Relay relay = relay(routes.routes())) {
        assertThat(relay.deliver(Duration.ofSeconds(90))).isTrue();
      }
      assertThat(keyed(broker, "short", "directoryAudits", tenant, 2)).isEqualTo(audits);
      assertThat(broker.committed("entra.short.signIns"))
          .hasSize(signIns.size() + mapped.size())
          .extracting(ConsumerRecord::key)
          .containsAll(signIns.values().stream().map(id -> tenant + "/" + id).toList());
      await()
          .atMost(Duration.ofSeconds(90))
          .until(() -> receiver.count() >= signIns.size() + audits.size());
      assertThat(told(receiver.messages(), "signIns")).isEqualTo(signIns);
    }
  }
}
