package io.entrarelay.relay;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.entrarelay.mapping.Jslt;
import io.entrarelay.mapping.Mapping;
import io.entrarelay.mapping.Mappings;
import io.entrarelay.simulator.Simulator;
import io.entrarelay.simulator.SimulatorOptions;
import io.entrarelay.state.Tally;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What routes/README.md shows of filtering and enrichment, in a relay that runs, on records of
 * which it is known what must become of them. A sink beside the edited ones shows what would have
 * left without the edit.
 */
@Timeout(120)
class FilteringAndEnrichmentIT {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Path SHIPPED = Path.of("routes/mappings");
  private static final List<String> REPORTS =
      List.of("signIns", "directoryAudits", "provisioning", "riskyUsers");
  private static final List<String> RECORDS =
      List.of(
          signIn("ordinary", "Adele", "another", 0, "none", "LAPTOP-01"),
          signIn("wrong-password", "Adele", "another", 50126, "low", "LAPTOP-02"),
          signIn("noisy", "Adele", "c0ffee00-1111-4222-8333-944455550001", 0, "none", "NONE"),
          signIn("noisy-fails", "Adele", "c0ffee00-1111-4222-8333-944455550001", 7, "none", ""),
          signIn("risk", "Alex", "another", 0, "high", "LAPTOP-01"),
          signIn("less-risk", "Alex", "another", 0, "medium", ""),
          "{\"id\" : \"odd\",\"createdDateTime\":\"2026-05-01T10:00:07Z\", \"n\" : 1.500e2,"
              + "\"ipAddress\":\"203.0.113.7\",\"text\":\"\\u0041\\/ \\\"ipAddress\\\": [\\\"\","
              + "\"nothing\" : null ,\"status\":{\"errorCode\":0 }}",
          audit("reset", "success"),
          audit("reset-fails", "failure"),
          provisioning("provisioned", "success"),
          provisioning("out-of-scope", "skipped"),
          provisioning("conflict", "failure"),
          "{\"id\":\"user-at-risk\",\"riskLastUpdatedDateTime\":\"2026-05-01T10:00:10Z\","
              + "\"riskState\":\"atRisk\",\"riskLevel\":\"high\"}",
          "{\"id\":\"user-not-at-risk\",\"riskLastUpdatedDateTime\":\"2026-05-01T10:00:11Z\","
              + "\"riskState\":\"none\",\"riskLevel\":\"low\"}");

  @TempDir
  @SuppressWarnings("NullAway.Init") // JUnit sets it
  private Path folder;

  @SuppressWarnings("NullAway.Init") // set before each test
  private RoutesFolder routes;

  private static String signIn(
      String id, String name, String appId, int code, String risk, String device) {
    return """
        {"id":"%s","createdDateTime":"2026-05-01T10:00:0%dZ","userPrincipalName":"%s@contoso.example",\
        "userDisplayName":"%s Vance","userId":"u-1","signInIdentifier":"%s@contoso.example",\
        "appId":"%s","ipAddress":"203.0.113.10","riskLevelDuringSignIn":"%s",\
        "status":{"errorCode":%d},"deviceDetail":{"displayName":"%s"}}"""
        .formatted(
            id,
            id.length() % 6,
            name,
            name,
            name.toLowerCase(Locale.ROOT),
            appId,
            risk,
            code,
            device);
  }

  private static String audit(String id, String result) {
    return """
        {"id":"%s","activityDateTime":"2026-05-01T10:00:08Z","activityDisplayName":"Reset password",\
        "result":"%s","initiatedBy":{"user":{"userPrincipalName":"Adele@contoso.example",\
        "ipAddress":"203.0.113.20"}},"targetResources":[]}"""
        .formatted(id, result);
  }

  private static String provisioning(String id, String status) {
    return """
        {"id":"%s","activityDateTime":"2026-05-01T10:00:09Z","provisioningAction":"create",\
        "jobId":"j","provisioningStatusInfo":{"status":"%s"}}"""
        .formatted(id, status);
  }

  @BeforeEach
  void copy() throws IOException {
    routes = RoutesFolder.copy(folder);
    Files.write(Files.createDirectory(folder.resolve("graph")).resolve("r.ndjson"), RECORDS);
    routes.put(
        "routes/sinks/all.camel.yaml",
        Files.readString(routes.routes().resolve("sinks/files.camel.yaml"))
            .replace("sink.files", "sink.all")
            .replace("sink: files", "sink: all")
            .replace("\"{{relay.sinks.files.directory}}\"", "all"));
  }

  /** Collects all and delivers it; gives what became of the sign-ins. */
  private Tally collect(Map<String, Object> more) throws Exception {
    Map<String, Object> settings = QuickRelay.settings();
    settings.put("relay.forms", "vendor, ecs");
    settings.putAll(more);
    try (Simulator simulator =
        Simulator.start(
            SimulatorOptions.builder()
                .scheme("http")
                .reports(REPORTS)
                .replay(folder.resolve("graph"))
                .throttle(false)
                .build())) {
      simulator.writeConfig(folder.resolve("config"));
      try (Relay relay = QuickRelay.start(folder, routes.routes(), settings)) {
        await()
            .atMost(Duration.ofSeconds(60))
            .until(
                () -> {
                  Tally all = tally(relay, "");
                  return all.taken() >= RECORDS.size()
                      && relay.feeds().stream().allMatch(feed -> feed.problem() == null);
                });
        relay.collector().stop();
        assertThat(relay.deliver(Duration.ofSeconds(90))).isTrue();
        return tally(relay, "signIns");
      }
    }
  }

  private static Tally tally(Relay relay, String report) {
    return relay.feeds().stream()
        .filter(feed -> feed.report().getName().startsWith(report))
        .flatMap(feed -> feed.tally().values().stream())
        .reduce(Tally.NONE, Tally::plus);
  }

  /** The lines under a directory of the data, by the records' ids. */
  private Map<String, String> lines(String directory) throws IOException {
    Map<String, String> lines = new TreeMap<>();
    try (Stream<Path> files = Files.walk(folder.resolve("data").resolve(directory))) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        for (String line : Files.readAllLines(file)) {
          assertThat(lines.put(id(line), line)).as("twice: %s", line).isNull();
        }
      }
    }
    return lines;
  }

  private static String id(String line) throws IOException {
    JsonNode tree = JSON.readTree(line);
    return tree.has("properties")
        ? tree.at("/properties/id").asText()
        : tree.at("/event/id").asText(tree.at("/user/id").asText());
  }

  /** What the shipped mapping makes of the record of a line in vendor form. */
  private static String ecs(String vendor, ObjectNode record) throws Exception {
    JsonNode line = JSON.readTree(vendor);
    JsonNode relay = line.get("relay");
    String report = relay.get("report").asText();
    Mapping mapping = Mappings.compile(SHIPPED, SHIPPED.resolve("ecs/" + report + ".jslt"));
    return new String(
        mapping.map(
            record,
            Jslt.variables(
                relay.get("integration").asText(),
                report,
                line.get("tenantId").asText(),
                Instant.parse(relay.get("collectedAt").asText()),
                relay.get("revision").asInt())),
        UTF_8);
  }

  private static ObjectNode record(String vendor) throws IOException {
    byte[] record = JSON.writeValueAsBytes(JSON.readTree(vendor).get("properties"));
    return (ObjectNode) Jslt.tree(record, 0, record.length);
  }

  @Test
  void eachRecordGoesWhereTheEditsSendIt() throws Exception {
    routes.edit("Only failures to syslog");
    routes.edit("Drop a noisy application");
    routes.edit("3. "); // a property before a sink
    routes.edit("Redact a property");
    routes.edit("Route by risk");
    Tally signIns;
    List<String> messages;
    try (SyslogListener syslog = new SyslogListener()) {
      signIns =
          collect(
              Map.of(
                  "relay.sinks.syslog.enabled",
                  true,
                  "relay.sinks.syslog.host",
                  "127.0.0.1",
                  "relay.sinks.syslog.port",
                  syslog.port(),
                  "relay.sinks.syslog.protocol",
                  "tcp"));
      messages = syslog.messages();
    }
    Map<String, String> all = lines("all/vendor");

    // dropped by name: in no sink, and counted
    assertThat(signIns.dropped()).isEqualTo(1);
    assertThat(all).hasSize(RECORDS.size() - 1).doesNotContainKey("noisy");

    assertThat(messages)
        .containsExactlyInAnyOrder(
            all.get("wrong-password"),
            all.get("noisy-fails"),
            all.get("reset-fails"),
            all.get("conflict"));

    assertThat(lines("high-risk/vendor"))
        .isEqualTo(
            Map.of(
                "risk", String.valueOf(all.get("risk")),
                "user-at-risk", String.valueOf(all.get("user-at-risk"))));

    Map<String, String> addressless = new TreeMap<>();
    all.forEach(
        (id, line) ->
            addressless.put(
                id,
                line.replaceAll("\"(callerI|i)pAddress\":\"[^\"]*\",", "")
                    .replaceAll(",\"ipAddress\":\"[^\"]*\"}", "}")));
    assertThat(addressless.toString()).doesNotContain("203.0.113.");
    assertThat(lines("out/vendor")).isEqualTo(addressless);

    Map<String, String> pseudonyms = new TreeMap<>();
    for (Map.Entry<String, String> each : lines("out/vendor/signIns").entrySet()) {
      ObjectNode record = record(String.valueOf(all.get(each.getKey())));
      if (record.has("userPrincipalName")) {
        record.put("userPrincipalName", pseudonym(record.get("userPrincipalName").asText()));
      }
      record.remove(List.of("userDisplayName", "signInIdentifier"));
      pseudonyms.put(each.getKey(), ecs(String.valueOf(all.get(each.getKey())), record));
    }
    assertThat(pseudonyms.toString()).doesNotContainIgnoringCase("adele").doesNotContain("Vance");
    assertThat(trees(lines("all/ecs/signIns"))).isEqualTo(trees(pseudonyms));
  }

  private static Map<String, JsonNode> trees(Map<String, String> lines) throws IOException {
    Map<String, JsonNode> trees = new TreeMap<>();
    for (Map.Entry<String, String> line : lines.entrySet()) {
      trees.put(line.getKey(), JSON.readTree(line.getValue()));
    }
    return trees;
  }

  private static String pseudonym(String name) throws Exception {
    return HexFormat.of()
        .formatHex(
            MessageDigest.getInstance("SHA-256")
                .digest(name.toLowerCase(Locale.ROOT).getBytes(UTF_8)));
  }

  @Test
  void theTagStandsOnTheRecordsOfTaggedAssets() throws Exception {
    routes.edit("Add an asset tag from a table");
    collect(Map.of());
    Map<String, String> all = lines("all/vendor/signIns");
    Map<String, String> expected = new TreeMap<>();
    for (Map.Entry<String, String> each : all.entrySet()) {
      String untagged = ecs(each.getValue(), record(each.getValue()));
      expected.put(
          each.getKey(),
          switch (each.getKey()) {
            case "ordinary", "risk" ->
                "{\"tags\":[\"asset-critical\"],\"organization\":{\"name\":\"Finance\"},"
                    + untagged.substring(1);
            case "wrong-password" ->
                "{\"organization\":{\"name\":\"Marketing\"}," + untagged.substring(1);
            default -> untagged;
          });
    }
    assertThat(lines("out/ecs/signIns")).isEqualTo(expected);
  }

  /** Takes messages of RFC 5424, framed by octet counting, and confirms them. */
  private static final class SyslogListener implements AutoCloseable {
    private final ServerSocket server = new ServerSocket(0, 9, InetAddress.getLoopbackAddress());
    private final ByteArrayOutputStream read = new ByteArrayOutputStream();

    SyslogListener() throws IOException {
      Thread reader = new Thread(this::listen, "syslog");
      reader.setDaemon(true);
      reader.start();
    }

    private void listen() {
      while (!server.isClosed()) {
        try (Socket connection = server.accept()) {
          byte[] bytes = connection.getInputStream().readAllBytes();
          synchronized (read) {
            read.writeBytes(bytes);
          }
        } catch (IOException closed) {
          // the end of the test
        }
      }
    }

    String port() {
      return Integer.toString(server.getLocalPort());
    }

    /** The texts behind the byte order marks. */
    List<String> messages() {
      byte[] bytes;
      synchronized (read) {
        bytes = read.toByteArray();
      }
      List<String> messages = new ArrayList<>();
      for (int at = 0; at < bytes.length; ) {
        int blank = at;
        while (bytes[blank] != ' ') {
          blank++;
        }
        int length = Integer.parseInt(new String(bytes, at, blank - at, UTF_8));
        String message = new String(bytes, blank + 1, length, UTF_8);
        messages.add(message.substring(message.indexOf('\uFEFF') + 1));
        at = blank + 1 + length;
      }
      return messages;
    }

    @Override
    public void close() throws IOException {
      server.close();
    }
  }
}
