package io.entrarelay.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SimulatorTest {
  private static SimulatorOptions.Builder quiet() {
    return SimulatorOptions.builder().throttle(false).records(2500).span(Duration.ofHours(1));
  }

  private static List<Instant> times(List<JsonNode> records, String property) {
    return records.stream().map(record -> Instant.parse(record.path(property).asText())).toList();
  }

  @ParameterizedTest
  @ValueSource(strings = {"http", "https"})
  void servesEveryRecordNewestFirstInPagesOfAThousand(String scheme) throws Exception {
    try (Simulator simulator = Simulator.start(quiet().scheme(scheme).build())) {
      TestClient client = new TestClient(simulator);
      List<JsonNode> pages = client.walk("/v1.0/auditLogs/signIns");
      assertThat(pages)
          .extracting(page -> page.path("value").size())
          .containsExactly(1000, 1000, 500);
      List<JsonNode> records = TestClient.records(pages);
      assertThat(records).extracting(record -> record.path("id").asText()).doesNotHaveDuplicates();
      List<Instant> times = times(records, "createdDateTime");
      assertThat(times).isSortedAccordingTo(Comparator.reverseOrder());
      assertThat(pages.get(0).fieldNames())
          .toIterable()
          .containsExactly("@odata.context", "@odata.nextLink", "value");
      assertThat(pages.get(0).path("@odata.nextLink").asText())
          .startsWith(simulator.base() + "/v1.0/auditLogs/signIns?$skiptoken=");
    }
  }

  @Test
  void servesAWindowInEitherOrderWithInclusiveBounds() throws Exception {
    try (Simulator simulator = Simulator.start(quiet().scheme("http").build())) {
      TestClient client = new TestClient(simulator);
      List<JsonNode> all = TestClient.records(client.walk("/v1.0/auditLogs/directoryAudits"));
      Instant newest = Instant.parse(all.get(300).path("activityDateTime").asText());
      Instant oldest = Instant.parse(all.get(1900).path("activityDateTime").asText());
      String filter =
          TestClient.filter("activityDateTime ge " + oldest + " and activityDateTime le " + newest);
      List<JsonNode> expected =
          all.stream()
              .filter(
                  record -> {
                    Instant time = Instant.parse(record.path("activityDateTime").asText());
                    return !time.isBefore(oldest) && !time.isAfter(newest);
                  })
              .toList();
      List<JsonNode> window =
          TestClient.records(
              client.walk("/v1.0/auditLogs/directoryAudits?$filter=" + filter + "&$top=100"));
      assertThat(window).isEqualTo(expected);
      assertThat(window.size()).isBetween(1601, 1605);
      List<JsonNode> ascending =
          TestClient.records(
              client.walk(
                  "/v1.0/auditLogs/directoryAudits?$orderby=activityDateTime%20asc&$filter="
                      + filter));
      List<JsonNode> reversed = new ArrayList<>(expected);
      Collections.reverse(reversed);
      assertThat(ascending).isEqualTo(reversed);
    }
  }

  @Test
  void theSameSeedMakesTheSameTenantsAndAnotherMakesOthers() throws Exception {
    List<String> ids = new ArrayList<>();
    List<String> tenants = new ArrayList<>();
    for (int seed : new int[] {7, 7, 8}) {
      try (Simulator simulator =
          Simulator.start(quiet().scheme("http").seed(seed).records(50).build())) {
        tenants.add(simulator.tenants().get(0).tenantId());
        List<JsonNode> records =
            TestClient.records(new TestClient(simulator).walk("/v1.0/auditLogs/signIns"));
        ids.add(records.stream().map(record -> record.path("id").asText()).toList().toString());
      }
    }
    assertThat(tenants.get(0)).isEqualTo(tenants.get(1)).isNotEqualTo(tenants.get(2));
    assertThat(ids.get(0)).isEqualTo(ids.get(1)).isNotEqualTo(ids.get(2));
  }

  @Test
  void writesTheConfigurationOfEachTenant(@TempDir Path directory) throws Exception {
    try (Simulator simulator = Simulator.start(quiet().tenants(12).records(0).build())) {
      simulator.writeConfig(directory);
      simulator.writeConfig(directory);
      Path integrations = directory.resolve("integrations");
      SimulatedTenant tenant = simulator.tenants().get(11);
      assertThat(integrations.resolve("fabrikam-2.yaml"))
          .hasContent(
              """
              display-name: Fabrikam 2
              tenant-id: %s
              client-id: %s
              cloud: custom
              endpoints:
                authority: %s
                graph: %s
                ca-certificate: ca.pem
              credential:
                certificate: fabrikam-2/certificate.pem
                private-key: fabrikam-2/key.pem
              reports: [signIns, directoryAudits]
              """
                  .formatted(
                      tenant.tenantId(), tenant.clientId(), simulator.base(), simulator.base()));
      assertThat(Files.readString(integrations.resolve("ca.pem")))
          .isEqualTo(simulator.caCertificate());
      Path key = integrations.resolve("fabrikam-2/key.pem");
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(key)))
          .isEqualTo("rw-------");
      assertThat(key).hasContent(tenant.privateKeyPem());
    }
  }

  @Test
  void recordsComeIntoBeingAsTimePasses() throws Exception {
    TestClock clock = new TestClock(Instant.parse("2026-11-22T10:00:00Z"));
    try (Simulator simulator =
        Simulator.start(quiet().scheme("http").records(10).rate(4).clock(clock).build())) {
      TestClient client = new TestClient(simulator);
      assertThat(TestClient.records(client.walk("/v1.0/auditLogs/signIns")).size())
          .isBetween(10, 11);
      clock.forward(Duration.ofSeconds(60));
      assertThat(TestClient.records(client.walk("/v1.0/auditLogs/signIns")).size())
          .isBetween(249, 251);
    }
  }
}
