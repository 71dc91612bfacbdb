package io.entrarelay.onboard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.entrarelay.config.ConfigurationException;
import io.entrarelay.graph.Cloud;
import io.entrarelay.record.Report;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The built-in reports, by the requests that they make in each cloud. */
class SourcesTest {
  private static final Map<String, Report> REPORTS = Sources.reports(Path.of("routes"));
  private static final Instant FROM = Instant.parse("2026-11-22T10:00:00Z");
  private static final Instant TO = Instant.parse("2026-11-22T10:05:00.250Z");

  private static String url(String report, String cloud) {
    Report source = Objects.requireNonNull(REPORTS.get(report));
    String path = source.pathIn(cloud);
    return path == null
        ? "none"
        : Cloud.named(cloud).orElseThrow().graph() + path + source.query(FROM, TO);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "signIns | /v1.0/auditLogs/signIns?$filter="
            + "createdDateTime%20ge%202026-11-22T10:00:00Z"
            + "%20and%20createdDateTime%20le%202026-11-22T10:05:00.250Z&$top=1000",
        "nonInteractiveUserSignIns | /beta/auditLogs/signIns?$filter="
            + "signInEventTypes/any(t:%20t%20eq%20'nonInteractiveUser')%20and%20"
            + "createdDateTime%20ge%202026-11-22T10:00:00Z"
            + "%20and%20createdDateTime%20le%202026-11-22T10:05:00.250Z&$top=1000",
        "servicePrincipalSignIns | /beta/auditLogs/signIns?$filter="
            + "signInEventTypes/any(t:%20t%20eq%20'servicePrincipal')%20and%20"
            + "createdDateTime%20ge%202026-11-22T10:00:00Z"
            + "%20and%20createdDateTime%20le%202026-11-22T10:05:00.250Z&$top=1000",
        "managedIdentitySignIns | /beta/auditLogs/signIns?$filter="
            + "signInEventTypes/any(t:%20t%20eq%20'managedIdentity')%20and%20"
            + "createdDateTime%20ge%202026-11-22T10:00:00Z"
            + "%20and%20createdDateTime%20le%202026-11-22T10:05:00.250Z&$top=1000",
        "directoryAudits | /v1.0/auditLogs/directoryAudits?$filter="
            + "activityDateTime%20ge%202026-11-22T10:00:00Z"
            + "%20and%20activityDateTime%20le%202026-11-22T10:05:00.250Z&$top=1000",
        "provisioning | /v1.0/auditLogs/provisioning?$filter="
            + "activityDateTime%20gt%202026-11-22T09:59:59Z"
            + "%20and%20activityDateTime%20lt%202026-11-22T10:05:01.250Z&$top=1000",
        "riskDetections | /v1.0/identityProtection/riskDetections?$filter="
            + "lastUpdatedDateTime%20ge%202026-11-22T10:00:00Z"
            + "%20and%20lastUpdatedDateTime%20le%202026-11-22T10:05:00.250Z&$top=500",
        "riskyUsers | /v1.0/identityProtection/riskyUsers?$filter="
            + "riskLastUpdatedDateTime%20ge%202026-11-22T10:00:00Z"
            + "%20and%20riskLastUpdatedDateTime%20le%202026-11-22T10:05:00.250Z&$top=500",
      })
  void asksAsGraphDocumentsIt(String report, String pathAndQuery) {
    String url = url(report, "global");
    assertThat(url).isEqualTo("https://graph.microsoft.com" + pathAndQuery);
    assertThat(URI.create(url).getRawQuery()).as("a URI as it is").isNotEmpty();
  }

  /** The version and host in the clouds other than the global one. */
  @ParameterizedTest
  @CsvSource({
    "signIns,beta,beta,beta",
    "nonInteractiveUserSignIns,beta,beta,beta",
    "servicePrincipalSignIns,beta,beta,beta",
    "managedIdentitySignIns,beta,beta,beta",
    "directoryAudits,v1.0,v1.0,beta",
    "provisioning,v1.0,v1.0,none",
    "riskDetections,v1.0,v1.0,none",
    "riskyUsers,v1.0,v1.0,none",
  })
  void asksInEachCloudForTheVersionThatItHas(String report, String gov, String dod, String china) {
    assertThat(version(report, "us-gov")).isEqualTo(gov("https://graph.microsoft.us", gov));
    assertThat(version(report, "us-gov-dod")).isEqualTo(gov("https://dod-graph.microsoft.us", dod));
    assertThat(version(report, "china"))
        .isEqualTo(gov("https://microsoftgraph.chinacloudapi.cn", china));
  }

  private static String gov(String host, String version) {
    return version.equals("none") ? "none" : host + "/" + version;
  }

  private static String version(String report, String cloud) {
    return url(report, cloud).replaceAll("(https://[^/]+/[^/]+)/.*", "$1");
  }

  @Test
  void anOpenWindowHasNoUpperBound() {
    Report signIns = Objects.requireNonNull(REPORTS.get("signIns"));
    assertThat(signIns.query(FROM, null))
        .isEqualTo("?$filter=createdDateTime%20ge%202026-11-22T10:00:00Z&$top=1000");
    Report provisioning = Objects.requireNonNull(REPORTS.get("provisioning"));
    assertThat(provisioning.query(FROM, null))
        .isEqualTo("?$filter=activityDateTime%20gt%202026-11-22T09:59:59Z&$top=1000");
  }

  @Test
  void aFilterOfAnyTextIsEncoded() {
    Report report = Report.of(Map.of("time", "t", "filter", "a eq 'Zoë & #1+2%'"));
    assertThat(report.probe()).isEqualTo("?$filter=a%20eq%20'Zo%C3%AB%20%26%20%231%2B2%25'&$top=1");
  }

  @Test
  void aFaultyReportIsNamedWithItsFile(@TempDir Path routes) throws IOException {
    Path file = routes.resolve("x.camel.yaml");
    Files.writeString(
        file,
        """
        - beans:
            - name: x
              type: io.entrarelay.record.Report
              properties: {name: x, top: many}
        """);
    assertThatThrownBy(() -> Sources.reports(routes))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("x.camel.yaml")
        .hasMessageContaining("entra-relay routes check shows what is wrong");
  }
}
