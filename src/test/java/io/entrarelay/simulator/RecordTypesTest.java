package io.entrarelay.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Every property that the simulator emits is one of Graph's, of its type. */
class RecordTypesTest {
  private static final Path SHARED = Path.of("../shared/data/graph-docs");

  private static final Map<String, List<JsonNode>> RECORDS = new ConcurrentHashMap<>();

  private static List<JsonNode> records(String report) throws Exception {
    List<JsonNode> known = RECORDS.get(report);
    if (known != null) {
      return known;
    }
    TestClock clock = new TestClock(Instant.parse("2026-11-22T10:00:00Z"));
    try (Simulator simulator =
        Simulator.start(
            SimulatorOptions.builder()
                .scheme("http")
                .records(4000)
                .span(Duration.ofHours(12))
                .revised(0.4)
                .clock(clock)
                .build())) {
      String tenantId = simulator.tenants().get(0).tenantId();
      List<JsonNode> records = new ArrayList<>();
      for (Truth.Entry entry : simulator.truth().records(tenantId, report).toList()) {
        records.add(TestClient.JSON.readTree(entry.finalContent()));
      }
      RECORDS.put(report, records);
      return records;
    }
  }

  private static JsonNode ownTypes(ReportKind kind) throws IOException {
    String name = kind.version() + "-types.json";
    try (InputStream in = Objects.requireNonNull(RecordTypesTest.class.getResourceAsStream(name))) {
      return TestClient.JSON.readTree(in).path("types");
    }
  }

  @Test
  void emitsWhatTheListOfTypesKnows() throws Exception {
    for (ReportKind kind : ReportKind.values()) {
      JsonNode types = ownTypes(kind);
      List<JsonNode> records = records(kind.report());
      records.forEach(record -> check(types, "microsoft.graph." + kind.type(), record, ""));
      Set<String> declared = properties(types, "microsoft.graph." + kind.type()).keySet();
      for (JsonNode record : records) {
        Set<String> emitted = new HashSet<>();
        record.fieldNames().forEachRemaining(emitted::add);
        assertThat(emitted).as(kind.report()).isEqualTo(declared);
      }
    }
  }

  @Test
  void emitsWhatTheFullMetadataKnows() throws Exception {
    assumeTrue(Files.exists(SHARED), "the metadata is not here");
    for (ReportKind kind : ReportKind.values()) {
      Path metadata = SHARED.resolve("types-" + kind.version() + ".json");
      JsonNode types = TestClient.JSON.readTree(metadata.toFile()).path("types");
      records(kind.report())
          .forEach(record -> check(types, "microsoft.graph." + kind.type(), record, ""));
    }
  }

  private static Map<String, JsonNode> properties(JsonNode types, String type) {
    Map<String, JsonNode> properties = new java.util.LinkedHashMap<>();
    for (JsonNode t = types.path(type); t.isObject(); t = types.path(t.path("base").asText())) {
      for (Iterator<Map.Entry<String, JsonNode>> i = t.path("properties").fields(); i.hasNext(); ) {
        Map.Entry<String, JsonNode> property = i.next();
        properties.put(property.getKey(), property.getValue());
      }
    }
    return properties;
  }

  private static void check(JsonNode types, String type, JsonNode value, String where) {
    if (type.startsWith("[")) {
      assertThat(value.isArray()).as(where).isTrue();
      value.forEach(
          element -> check(types, type.substring(1, type.length() - 1), element, where + "[]"));
      return;
    }
    switch (type) {
      case "Edm.String" -> assertThat(value.isTextual()).as(where).isTrue();
      case "Edm.Boolean" -> assertThat(value.isBoolean()).as(where).isTrue();
      case "Edm.Int32" -> assertThat(value.isInt()).as(where).isTrue();
      case "Edm.Double" -> assertThat(value.isNumber()).as(where).isTrue();
      case "Edm.DateTimeOffset" ->
          assertThat(value.asText())
              .as(where)
              .matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d{0,6}[1-9])?Z");
      default -> {
        JsonNode declared = types.path(type);
        assertThat(declared.isObject()).as(type).isTrue();
        if (declared.has("members")) {
          Set<String> members = new TreeSet<>();
          declared.path("members").forEach(member -> members.add(member.path(0).asText()));
          assertThat(members).as(where).contains(value.asText());
        } else {
          assertThat(value.isObject()).as(where).isTrue();
          Map<String, JsonNode> properties = properties(types, type);
          boolean open = declared.path("openType").asBoolean();
          value
              .fields()
              .forEachRemaining(
                  member -> {
                    String name = where + "/" + member.getKey();
                    JsonNode property = properties.get(member.getKey());
                    if (property == null) {
                      assertThat(open).as(name + " is not declared").isTrue();
                    } else if (member.getValue().isNull()) {
                      assertThat(property.path("nullable").asBoolean()).as(name).isTrue();
                    } else {
                      check(types, property.path("type").asText(), member.getValue(), name);
                    }
                  });
        }
      }
    }
  }

  private static Set<String> values(List<JsonNode> records, String pointer) {
    return records.stream()
        .map(record -> record.at(pointer).asText())
        .collect(Collectors.toCollection(TreeSet::new));
  }

  @Test
  void signInsAreVaried() throws Exception {
    List<JsonNode> records = records("signIns");
    assertThat(values(records, "/userId")).hasSizeGreaterThan(50);
    assertThat(values(records, "/appDisplayName")).hasSizeGreaterThan(8);
    assertThat(values(records, "/status/errorCode")).hasSizeGreaterThan(12).contains("0", "50126");
    assertThat(values(records, "/location/city")).hasSizeGreaterThan(8);
    assertThat(values(records, "/deviceDetail/operatingSystem")).hasSizeGreaterThan(4);
    assertThat(values(records, "/conditionalAccessStatus"))
        .containsExactly("failure", "notApplied", "success");
    assertThat(values(records, "/riskState")).contains("none", "atRisk", "remediated");
    assertThat(values(records, "/homeTenantId")).as("guests").hasSize(2);
    assertThat(values(records, "/ipAddress")).anyMatch(address -> address.contains(":"));
    Function<JsonNode, Integer> digits =
        record -> {
          String time = record.path("createdDateTime").asText();
          return time.contains(".") ? time.length() - time.indexOf('.') - 2 : 0;
        };
    assertThat(records.stream().map(digits).collect(Collectors.toSet()))
        .containsExactlyInAnyOrder(0, 1, 2, 3, 4, 5, 6, 7);
  }

  @Test
  void peopleSignInWhenTheyWork() throws Exception {
    // 22 November 2026 is a Sunday, on which few but the service accounts work: they are a
    // twentieth of the people and do a good part of the work
    List<JsonNode> records = records("signIns");
    long service =
        records.stream()
            .filter(record -> record.path("userPrincipalName").asText().startsWith("svc-"))
            .count();
    assertThat(service * 100.0 / records.size()).isGreaterThan(15);
  }

  @Test
  void auditsAreVaried() throws Exception {
    List<JsonNode> records = records("directoryAudits");
    assertThat(values(records, "/activityDisplayName")).hasSizeGreaterThan(15);
    assertThat(values(records, "/category")).hasSizeGreaterThan(5);
    assertThat(values(records, "/loggedByService")).hasSizeGreaterThan(5);
    assertThat(values(records, "/result")).contains("success", "failure");
    assertThat(records).anyMatch(record -> record.at("/initiatedBy/app").isObject());
    assertThat(records).anyMatch(record -> record.at("/initiatedBy/user").isObject());
  }

  @Test
  void signInsOfEachKindLookLikeIt() throws Exception {
    for (String[] each :
        new String[][] {
          {"nonInteractiveUserSignIns", "nonInteractiveUser"},
          {"servicePrincipalSignIns", "servicePrincipal"},
          {"managedIdentitySignIns", "managedIdentity"}
        }) {
      List<JsonNode> records = records(each[0]);
      assertThat(values(records, "/signInEventTypes/0")).containsExactly(each[1]);
      assertThat(values(records, "/isInteractive")).containsExactly("false");
      assertThat(values(records, "/status/errorCode")).hasSizeGreaterThan(1).contains("0");
    }
    assertThat(values(records("nonInteractiveUserSignIns"), "/userId")).hasSizeGreaterThan(50);
    assertThat(values(records("servicePrincipalSignIns"), "/clientCredentialType"))
        .containsExactly("certificate", "clientSecret");
    assertThat(values(records("servicePrincipalSignIns"), "/userId")).containsExactly("");
    assertThat(values(records("managedIdentitySignIns"), "/managedServiceIdentity/msiType"))
        .containsExactly("systemAssigned", "userAssigned");
    assertThat(values(records("managedIdentitySignIns"), "/ipAddress")).containsExactly("");
  }

  @Test
  void provisioningIsVaried() throws Exception {
    List<JsonNode> records = records("provisioning");
    assertThat(values(records, "/provisioningAction"))
        .contains("create", "update", "disable", "delete", "stagedDelete", "other");
    assertThat(values(records, "/provisioningStatusInfo/status"))
        .containsExactly("failure", "skipped", "success", "warning");
    assertThat(values(records, "/servicePrincipal/displayName")).hasSize(2);
  }

  @Test
  void risksAreRareAndVaried() throws Exception {
    List<JsonNode> detections = records("riskDetections");
    assertThat(detections).hasSize(4000 / 20);
    assertThat(values(detections, "/riskEventType")).hasSizeGreaterThan(6);
    assertThat(values(detections, "/riskState"))
        .contains("atRisk", "remediated", "dismissed", "confirmedCompromised");
    assertThat(detections)
        .as("changed later")
        .anyMatch(
            record ->
                record
                        .path("lastUpdatedDateTime")
                        .asText()
                        .compareTo(record.path("detectedDateTime").asText())
                    > 0);
    List<JsonNode> users = records("riskyUsers");
    assertThat(values(users, "/id")).as("each user once").hasSameSizeAs(users);
    assertThat(values(users, "/riskState"))
        .contains("atRisk", "remediated", "dismissed", "confirmedCompromised");
    assertThat(values(records("servicePrincipalRiskDetections"), "/servicePrincipalId"))
        .hasSizeGreaterThan(2);
  }
}
