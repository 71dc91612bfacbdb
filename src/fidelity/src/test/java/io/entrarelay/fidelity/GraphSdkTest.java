package io.entrarelay.fidelity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.azure.core.credential.TokenCredential;
import com.azure.core.http.jdk.httpclient.JdkHttpClientBuilder;
import com.azure.identity.ClientCertificateCredentialBuilder;
import com.microsoft.aad.msal4j.MsalServiceException;
import com.microsoft.graph.core.authentication.AzureIdentityAuthenticationProvider;
import com.microsoft.graph.core.requests.GraphClientFactory;
import com.microsoft.graph.core.tasks.PageIterator;
import com.microsoft.graph.models.DirectoryAudit;
import com.microsoft.graph.models.DirectoryAuditCollectionResponse;
import com.microsoft.graph.models.ProvisioningObjectSummary;
import com.microsoft.graph.models.ProvisioningObjectSummaryCollectionResponse;
import com.microsoft.graph.models.RiskDetection;
import com.microsoft.graph.models.RiskDetectionCollectionResponse;
import com.microsoft.graph.models.RiskyUser;
import com.microsoft.graph.models.SignIn;
import com.microsoft.graph.models.SignInCollectionResponse;
import com.microsoft.graph.models.odataerrors.ODataError;
import com.microsoft.graph.serviceclient.GraphServiceClient;
import com.microsoft.kiota.http.OkHttpRequestAdapter;
import java.io.BufferedReader;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import okhttp3.OkHttpClient;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Clients that we did not write get from the simulator what they would get from Graph: Microsoft's
 * SDK pages the collections to the end, and what Graph refuses comes back as its own errors.
 */
@Timeout(120)
class GraphSdkTest {
  private static final int RECORDS = 3_456;

  private static Process simulator;
  private static String base;
  private static Map<String, String> integration;
  private static Path certificate;
  private static SSLContext tls;
  private static X509TrustManager trust;
  private static GraphServiceClient graph;

  @BeforeAll
  static void start() throws Exception {
    Path work = Path.of(System.getProperty("entra-relay.work"), "data");
    Path jar = Path.of(System.getProperty("entra-relay.jar"));
    assertThat(jar).as("build the product first: mvn -DskipTests package").exists();
    simulator =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-jar", jar.toString(), "simulate", "--data", work.toString(), "--port", "0",
                "--records", Integer.toString(RECORDS), "--span", "3h", "--rate", "0", "--late",
                "0", "--revised", "0", "--throttle", "off")
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    base = address(simulator);
    Path integrations = work.resolve("simulator/integrations");
    integration = yaml(Files.readString(integrations.resolve("contoso.yaml")));
    certificate = work.resolve("both.pem");
    Files.writeString(
        certificate,
        Files.readString(integrations.resolve("contoso/key.pem"))
            + Files.readString(integrations.resolve("contoso/certificate.pem")));
    trust(integrations.resolve("ca.pem"));
    graph = graph(credential(integration.get("tenant-id"), integration.get("client-id")));
  }

  @AfterAll
  static void stop() throws Exception {
    simulator.destroy();
    assertThat(simulator.waitFor(20, TimeUnit.SECONDS)).isTrue();
  }

  private static String address(Process process) throws Exception {
    BufferedReader out =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    String found = null;
    for (String line = out.readLine(); line != null; line = out.readLine()) {
      Matcher matcher = Pattern.compile(" at (https://localhost:\\d+)$").matcher(line);
      if (matcher.find()) {
        found = matcher.group(1);
      }
      if (found != null && line.startsWith("Stop with")) {
        return found;
      }
    }
    throw new IllegalStateException("the simulator has not started");
  }

  private static Map<String, String> yaml(String text) {
    Map<String, String> values = new TreeMap<>();
    text.lines()
        .filter(line -> line.contains(": "))
        .forEach(line -> values.put(line.strip().split(": ")[0], line.split(": ")[1]));
    return values;
  }

  private static void trust(Path authority) throws Exception {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    try (InputStream in = Files.newInputStream(authority)) {
      store.setCertificateEntry(
          "ca", CertificateFactory.getInstance("X.509").generateCertificate(in));
    }
    TrustManagerFactory factory =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(store);
    trust = (X509TrustManager) factory.getTrustManagers()[0];
    tls = SSLContext.getInstance("TLS");
    tls.init(null, factory.getTrustManagers(), null);
  }

  private static TokenCredential credential(String tenantId, String clientId) {
    return new ClientCertificateCredentialBuilder()
        .tenantId(tenantId)
        .clientId(clientId)
        .pemCertificate(certificate.toString())
        .authorityHost(base)
        .disableInstanceDiscovery()
        .httpClient(new JdkHttpClientBuilder(HttpClient.newBuilder().sslContext(tls)).build())
        .build();
  }

  private static GraphServiceClient graph(TokenCredential credential) {
    OkHttpClient http =
        GraphClientFactory.create().build().newBuilder()
            .sslSocketFactory(tls.getSocketFactory(), trust)
            .build();
    OkHttpRequestAdapter adapter =
        new OkHttpRequestAdapter(
            new AzureIdentityAuthenticationProvider(
                credential, new String[] {"localhost"}, base + "/.default"),
            null,
            null,
            http);
    GraphServiceClient client = new GraphServiceClient(adapter);
    adapter.setBaseUrl(base + "/v1.0");
    return client;
  }

  /** The times of all records by their ids, as the simulator tells them. */
  private static Map<String, Instant> truth(String report) throws Exception {
    String lines =
        HttpClient.newBuilder()
            .sslContext(tls)
            .build()
            .send(
                HttpRequest.newBuilder(
                        URI.create(
                            base
                                + "/simulator/truth?report="
                                + report
                                + "&tenant="
                                + integration.get("tenant-id")))
                    .build(),
                HttpResponse.BodyHandlers.ofString())
            .body();
    Map<String, Instant> truth = new TreeMap<>();
    Matcher matcher = Pattern.compile("\"id\":\"([^\"]+)\",\"time\":\"([^\"]+)\"").matcher(lines);
    while (matcher.find()) {
      truth.put(matcher.group(1), Instant.parse(matcher.group(2)));
    }
    return truth;
  }

  private static List<SignIn> signIns(String filter, Integer top) throws Exception {
    List<SignIn> found = new ArrayList<>();
    SignInCollectionResponse first =
        graph
            .auditLogs()
            .signIns()
            .get(
                request -> {
                  request.queryParameters.filter = filter;
                  request.queryParameters.top = top;
                });
    new PageIterator.Builder<SignIn, SignInCollectionResponse>()
        .client(graph)
        .collectionPage(first)
        .collectionPageFactory(SignInCollectionResponse::createFromDiscriminatorValue)
        .processPageItemCallback(found::add)
        .build()
        .iterate();
    return found;
  }

  @Test
  void pagesAllSignInsToTheEnd() throws Exception {
    Map<String, Instant> truth = truth("signIns");
    assertThat(truth).hasSize(RECORDS);
    List<SignIn> found = signIns(null, null);
    assertThat(found).extracting(SignIn::getId).doesNotHaveDuplicates();
    assertThat(found)
        .allSatisfy(
            signIn -> {
              assertThat(signIn.getCreatedDateTime().toInstant())
                  .isEqualTo(truth.get(signIn.getId()));
              assertThat(signIn.getStatus().getErrorCode()).isNotNull();
              assertThat(signIn.getUserId()).isNotEmpty();
              assertThat(signIn.getConditionalAccessStatus()).isNotNull();
              assertThat(signIn.getRiskState()).isNotNull();
              assertThat(signIn.getAppliedConditionalAccessPolicies())
                  .isNotEmpty()
                  .allSatisfy(policy -> assertThat(policy.getResult()).isNotNull());
            });
    assertThat(found).hasSameSizeAs(truth.keySet());
  }

  @Test
  void pagesAWindowOfSignIns() throws Exception {
    Instant to = Instant.now().minus(30, ChronoUnit.MINUTES).truncatedTo(ChronoUnit.SECONDS);
    Instant from = to.minus(1, ChronoUnit.HOURS);
    List<String> expected = new ArrayList<>();
    truth("signIns")
        .forEach(
            (id, time) -> {
              if (!time.isBefore(from) && !time.isAfter(to)) {
                expected.add(id);
              }
            });
    List<SignIn> found =
        signIns("createdDateTime ge " + from + " and createdDateTime le " + to, 100);
    assertThat(found)
        .extracting(SignIn::getId)
        .containsExactlyInAnyOrderElementsOf(expected);
    assertThat(found)
        .extracting(SignIn::getCreatedDateTime)
        .isSortedAccordingTo(java.util.Comparator.reverseOrder());
    assertThat(expected.size()).isGreaterThan(1_000);
  }

  @Test
  void pagesDirectoryAuditsOldestFirst() throws Exception {
    OffsetDateTime from = OffsetDateTime.now(ZoneOffset.UTC).minusHours(2);
    List<DirectoryAudit> found = new ArrayList<>();
    DirectoryAuditCollectionResponse first =
        graph
            .auditLogs()
            .directoryAudits()
            .get(
                request -> {
                  request.queryParameters.filter =
                      "activityDateTime ge " + from.toInstant().truncatedTo(ChronoUnit.MILLIS);
                  request.queryParameters.top = 500;
                  request.queryParameters.orderby = new String[] {"activityDateTime asc"};
                });
    new PageIterator.Builder<DirectoryAudit, DirectoryAuditCollectionResponse>()
        .client(graph)
        .collectionPage(first)
        .collectionPageFactory(DirectoryAuditCollectionResponse::createFromDiscriminatorValue)
        .processPageItemCallback(found::add)
        .build()
        .iterate();
    Instant since = from.toInstant().truncatedTo(ChronoUnit.MILLIS);
    long expected =
        truth("directoryAudits").values().stream().filter(time -> !time.isBefore(since)).count();
    assertThat(found).hasSize((int) expected);
    assertThat(found).extracting(DirectoryAudit::getActivityDateTime).isSorted();
    assertThat(found)
        .allSatisfy(
            audit -> {
              assertThat(audit.getInitiatedBy()).isNotNull();
              assertThat(audit.getTargetResources()).isNotEmpty();
              assertThat(audit.getResult()).isNotNull();
            });
  }

  @Test
  void pagesSignInsByEventTypeInBeta() throws Exception {
    GraphServiceClient beta =
        graph(credential(integration.get("tenant-id"), integration.get("client-id")));
    beta.getRequestAdapter().setBaseUrl(base + "/beta");
    List<SignIn> found = new ArrayList<>();
    SignInCollectionResponse first =
        beta.auditLogs()
            .signIns()
            .get(
                request ->
                    request.queryParameters.filter =
                        "signInEventTypes/any(t: t eq 'servicePrincipal')");
    new PageIterator.Builder<SignIn, SignInCollectionResponse>()
        .client(beta)
        .collectionPage(first)
        .collectionPageFactory(SignInCollectionResponse::createFromDiscriminatorValue)
        .processPageItemCallback(found::add)
        .build()
        .iterate();
    assertThat(found).extracting(SignIn::getId).hasSize(RECORDS).doesNotHaveDuplicates();
    assertThat(found)
        .allSatisfy(
            signIn -> {
              assertThat(signIn.getServicePrincipalName()).isNotEmpty();
              assertThat(signIn.getIsInteractive()).isFalse();
              assertThat(signIn.getAdditionalData()).containsKey("clientCredentialType");
            });
  }

  @Test
  void pagesProvisioning() throws Exception {
    Instant since = Instant.now().minus(2, ChronoUnit.HOURS).truncatedTo(ChronoUnit.MILLIS);
    List<ProvisioningObjectSummary> found = new ArrayList<>();
    ProvisioningObjectSummaryCollectionResponse first =
        graph
            .auditLogs()
            .provisioning()
            .get(
                request -> {
                  request.queryParameters.filter = "activityDateTime gt " + since;
                  request.queryParameters.top = 500;
                });
    new PageIterator.Builder<
            ProvisioningObjectSummary, ProvisioningObjectSummaryCollectionResponse>()
        .client(graph)
        .collectionPage(first)
        .collectionPageFactory(
            ProvisioningObjectSummaryCollectionResponse::createFromDiscriminatorValue)
        .processPageItemCallback(found::add)
        .build()
        .iterate();
    long expected =
        truth("provisioning").values().stream().filter(time -> time.isAfter(since)).count();
    assertThat(found).hasSize((int) expected);
    assertThat(found)
        .allSatisfy(
            event -> {
              assertThat(event.getProvisioningAction()).isNotNull();
              assertThat(event.getProvisioningStatusInfo().getStatus()).isNotNull();
              assertThat(event.getProvisioningSteps()).isNotEmpty();
              assertThat(event.getSourceIdentity().getId()).isNotEmpty();
              assertThat(event.getServicePrincipal().getDisplayName()).isNotEmpty();
            });
  }

  @Test
  void pagesRisks() throws Exception {
    List<RiskDetection> detections = new ArrayList<>();
    RiskDetectionCollectionResponse first = graph.identityProtection().riskDetections().get();
    assertThat(first.getValue()).as("Graph's page of risks").hasSize(20);
    new PageIterator.Builder<RiskDetection, RiskDetectionCollectionResponse>()
        .client(graph)
        .collectionPage(first)
        .collectionPageFactory(RiskDetectionCollectionResponse::createFromDiscriminatorValue)
        .processPageItemCallback(detections::add)
        .build()
        .iterate();
    assertThat(detections).hasSameSizeAs(truth("riskDetections").keySet());
    assertThat(detections)
        .allSatisfy(
            detection -> {
              assertThat(detection.getRiskState()).isNotNull();
              assertThat(detection.getDetectionTimingType()).isNotNull();
              assertThat(detection.getLastUpdatedDateTime())
                  .isAfterOrEqualTo(detection.getDetectedDateTime());
            });
    List<RiskyUser> users =
        graph
            .identityProtection()
            .riskyUsers()
            .get(request -> request.queryParameters.top = 500)
            .getValue();
    assertThat(users).hasSameSizeAs(truth("riskyUsers").keySet());
    assertThat(users).allSatisfy(user -> assertThat(user.getRiskLevel()).isNotNull());
  }

  @Test
  void wrongRequestsFailAsErrorsOfGraph() {
    assertThatThrownBy(() -> signIns("createdDateTime ge '2026-11-21T00:00:00Z'", null))
        .isInstanceOfSatisfying(
            ODataError.class,
            error -> {
              assertThat(error.getResponseStatusCode()).isEqualTo(400);
              assertThat(error.getError().getCode()).isEqualTo("BadRequest");
              assertThat(error.getError().getMessage()).isEqualTo("Invalid filter clause");
              assertThat(error.getError().getInnerError().getRequestId()).isNotEmpty();
            });
    assertThatThrownBy(() -> signIns(null, 1_001))
        .isInstanceOfSatisfying(
            ODataError.class,
            error -> assertThat(error.getError().getMessage()).contains("The limit of '1000'"));
    assertThatThrownBy(
            () ->
                graph
                    .auditLogs()
                    .directoryAudits()
                    .get(request -> request.queryParameters.count = true))
        .isInstanceOfSatisfying(
            ODataError.class,
            error ->
                assertThat(error.getError().getMessage())
                    .startsWith("Query option 'Count' is not allowed."));
  }

  @Test
  void wrongIdentitiesFailAsErrorsOfEntra() {
    String unknown = "12345678-1234-1234-1234-123456789012";
    GraphServiceClient noApplication =
        graph(credential(integration.get("tenant-id"), unknown));
    assertThatThrownBy(() -> noApplication.auditLogs().signIns().get())
        .hasStackTraceContaining("AADSTS700016: Application with identifier '" + unknown + "'")
        .hasStackTraceContaining(MsalServiceException.class.getName());
    GraphServiceClient noTenant = graph(credential(unknown, integration.get("client-id")));
    assertThatThrownBy(() -> noTenant.auditLogs().signIns().get())
        .hasStackTraceContaining("AADSTS90002: Tenant '" + unknown + "' not found.");
  }
}
