package io.entrarelay.onboard;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.entrarelay.config.Contoso;
import io.entrarelay.config.Integration;
import io.entrarelay.credential.Credential;
import io.entrarelay.credential.CredentialSource.PemFiles;
import io.entrarelay.graph.Cloud;
import io.entrarelay.graph.GraphHttpClientConfigurer;
import io.entrarelay.graph.Registration;
import io.entrarelay.graph.TokenSource;
import io.entrarelay.graph.Trust;
import io.entrarelay.onboard.IntegrationCheck.Line;
import io.entrarelay.onboard.IntegrationCheck.Outcome;
import io.entrarelay.record.Report;
import java.io.IOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.interfaces.RSAPrivateCrtKey;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Each thing an integration may lack is one line with what to do. */
class IntegrationCheckTest {
  private static final String TENANT = "7f3f5d6c-3a5b-4c59-9a44-6d1f6f7f0a01";
  private static final String CLIENT = "c0ffee00-1111-4222-8333-944455556666";
  private static final Map<String, Report> REPORTS = Sources.reports(Path.of("routes"));

  private record Reply(int status, String body) {}

  private static final Credential FOR_A_YEAR = credential(Duration.ofDays(365));
  private final Map<String, Reply> replies = new ConcurrentHashMap<>();
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final HttpServer server = start();

  private static Credential credential(Duration life) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
      generator.initialize(2048);
      KeyPair pair = generator.generateKeyPair();
      X500Name name = new X500Name("CN=test");
      Instant end = Instant.now().plus(life);
      return new Credential(
          (RSAPrivateCrtKey) pair.getPrivate(),
          new JcaX509CertificateConverter()
              .getCertificate(
                  new JcaX509v3CertificateBuilder(
                          name,
                          BigInteger.ONE,
                          Date.from(end.minus(Duration.ofDays(400))),
                          Date.from(end),
                          name,
                          pair.getPublic())
                      .build(
                          new JcaContentSignerBuilder("SHA256withRSA").build(pair.getPrivate()))));
    } catch (java.security.GeneralSecurityException
        | org.bouncycastle.operator.OperatorCreationException e) {
      throw new IllegalStateException(e);
    }
  }

  private HttpServer start() {
    try {
      HttpServer made =
          HttpServer.create(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0), 0);
      made.setExecutor(threads);
      made.createContext(
          "/",
          exchange -> {
            try (exchange) {
              exchange.getRequestBody().readAllBytes();
              Reply reply =
                  replies.getOrDefault(
                      exchange.getRequestURI().toString(), new Reply(404, "{\"error\":{}}"));
              byte[] body = reply.body.getBytes(StandardCharsets.UTF_8);
              exchange.getResponseHeaders().set("request-id", "r-1");
              exchange.sendResponseHeaders(reply.status, body.length);
              exchange.getResponseBody().write(body);
            }
          });
      made.start();
      return made;
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  @BeforeEach
  void aTenantWithEverything() {
    grants(TENANT, "\"AuditLog.Read.All\",\"Directory.Read.All\"");
    skus("AAD_PREMIUM\",\"provisioningStatus\":\"Success");
    replies.put("/v1.0/auditLogs/signIns?$top=1", new Reply(200, "{\"value\":[]}"));
    replies.put("/v1.0/auditLogs/directoryAudits?$top=1", new Reply(200, "{\"value\":[]}"));
  }

  private void skus(String plan) {
    replies.put(
        "/v1.0/subscribedSkus",
        new Reply(
            200,
            "{\"value\":[{\"servicePlans\":[{\"servicePlanName\":\"EXCHANGE\"},"
                + "{\"servicePlanName\":\""
                + plan
                + "\"}]}]}"));
  }

  private void grants(String tenant, String roles) {
    String claims = "{\"tid\":\"" + tenant + "\",\"roles\":[" + roles + "]}";
    replies.put(
        "/" + TENANT + "/oauth2/v2.0/token",
        new Reply(
            200,
            "{\"token_type\":\"Bearer\",\"expires_in\":3600,\"access_token\":\"e30."
                + Base64.getUrlEncoder()
                    .withoutPadding()
                    .encodeToString(claims.getBytes(StandardCharsets.UTF_8))
                + ".c2ln\"}"));
  }

  @AfterEach
  void stop() {
    server.stop(0);
    threads.shutdownNow();
  }

  private List<Line> check() throws Exception {
    return check(() -> FOR_A_YEAR, Clock.systemUTC(), "signIns", "directoryAudits");
  }

  private List<Line> check(Supplier<Credential> credential, Clock clock, String... reports)
      throws Exception {
    return check(Cloud.CUSTOM, credential, clock, reports);
  }

  private List<Line> check(
      String cloudName, Supplier<Credential> credential, Clock clock, String... reports)
      throws Exception {
    URI here = URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    Cloud cloud = new Cloud(cloudName, here, here);
    Integration integration =
        new Integration(
            "contoso",
            "Contoso",
            TENANT,
            CLIENT,
            cloud,
            new PemFiles(Path.of("/c.pem"), Path.of("/k.pem")),
            null,
            List.of(reports),
            null);
    List<Line> lines = new ArrayList<>();
    try (var connections = new GraphHttpClientConfigurer(new Trust(null), null);
        var tokens =
            new TokenSource(
                new Registration("contoso", TENANT, CLIENT, cloud),
                () -> FOR_A_YEAR,
                connections,
                threads,
                clock,
                new Random(1),
                TokenSource.DEADLINE)) {
      boolean good =
          new IntegrationCheck(integration, credential, tokens, connections, REPORTS, clock)
              .run(lines::add);
      assertThat(good).isEqualTo(lines.stream().noneMatch(l -> l.outcome() == Outcome.FAILED));
    }
    return lines;
  }

  private static Line line(List<Line> lines, String probe) {
    return lines.stream().filter(line -> line.probe().equals(probe)).findFirst().orElseThrow();
  }

  @Test
  void everythingIsThere() throws Exception {
    List<Line> lines = check();
    assertThat(lines)
        .extracting(Line::probe)
        .containsExactly(
            "certificate", "token", "roles", "clock", "licence", "signIns", "directoryAudits");
    assertThat(lines).extracting(Line::outcome).containsOnly(Outcome.OK);
    assertThat(line(lines, "licence").text()).isEqualTo("Entra ID P1");
    assertThat(line(lines, "roles").text()).isEqualTo("AuditLog.Read.All, Directory.Read.All");
  }

  @Test
  void aCertificateIsReadBeforeAnythingIsSent() throws Exception {
    assertThat(
            check(
                () -> {
                  throw new IllegalStateException("key.pem: is encrypted. Decrypt it.");
                },
                Clock.systemUTC(),
                "signIns"))
        .containsExactly(
            new Line("certificate", Outcome.FAILED, "key.pem: is encrypted. Decrypt it."));

    Credential expired = credential(Duration.ofDays(-1));
    assertThat(check(() -> expired, Clock.systemUTC(), "signIns"))
        .singleElement()
        .satisfies(
            line -> {
              assertThat(line.outcome()).isEqualTo(Outcome.FAILED);
              assertThat(line.text())
                  .matches(
                      "it expired on \\d{4}-\\d\\d-\\d\\d\\. Make a new one: entra-relay certificate"
                          + " new\\.");
            });

    Credential soon = credential(Duration.ofDays(10));
    Line line = line(check(() -> soon, Clock.systemUTC(), "signIns"), "certificate");
    assertThat(line.outcome()).isEqualTo(Outcome.ATTENTION);
    assertThat(line.text()).endsWith("upload it: entra-relay certificate new.");
  }

  @Test
  void aRefusedTokenEndsTheCheck() throws Exception {
    replies.put(
        "/" + TENANT + "/oauth2/v2.0/token",
        new Reply(
            400,
            "{\"error\":\"invalid_request\",\"error_description\":\"AADSTS90002: Tenant not"
                + " found.\"}"));
    List<Line> lines = check();
    assertThat(lines).hasSize(2);
    assertThat(line(lines, "token").text())
        .startsWith("contoso (tenant " + TENANT + "): the tenant " + TENANT + " was not found");

    grants("00000000-3a5b-4c59-9a44-6d1f6f7f0a01", "");
    assertThat(line(check(), "token").text())
        .isEqualTo(
            "it is for tenant 00000000-3a5b-4c59-9a44-6d1f6f7f0a01, not for tenant-id. Check"
                + " endpoints.authority.");
  }

  @Test
  void missingRolesAreNamed() throws Exception {
    grants(TENANT, "\"AuditLog.Read.All\"");
    Line line = line(check(), "roles");
    assertThat(line.outcome()).isEqualTo(Outcome.FAILED);
    assertThat(line.text())
        .isEqualTo(
            "missing: Directory.Read.All (with it Graph looks at the tenant's licence). Grant it in"
                + " the Entra admin center under App registrations > "
                + CLIENT
                + " > API permissions > Add a permission > Microsoft Graph > Application permissions,"
                + " then Grant admin consent; or: az ad app permission add --id "
                + CLIENT
                + " --api 00000003-0000-0000-c000-000000000000 --api-permissions"
                + " 7ab1d382-f21e-4acd-a863-ba3e13f7da61=Role && az ad app permission admin-consent"
                + " --id "
                + CLIENT
                + ". Where the application is registered in another tenant, have an administrator of"
                + " this one open http://127.0.0.1:"
                + server.getAddress().getPort()
                + "/"
                + TENANT
                + "/adminconsent?client_id="
                + CLIENT
                + " afterwards. It takes some minutes to reach the tokens.");
    grants(TENANT, "");
    String all =
        line(
                check(
                    () -> FOR_A_YEAR,
                    Clock.systemUTC(),
                    "directoryAudits",
                    "riskDetections",
                    "riskyUsers"),
                "roles")
            .text();
    assertThat(all)
        .startsWith(
            "missing: AuditLog.Read.All (reads directoryAudits); Directory.Read.All (with it Graph"
                + " looks at the tenant's licence);"
                + " IdentityRiskEvent.Read.All (reads riskDetections); IdentityRiskyUser.Read.All"
                + " (reads riskyUsers). Grant them in")
        .contains(
            " b0afded3-3588-46d8-8b3d-9842eff778da=Role 7ab1d382-f21e-4acd-a863-ba3e13f7da61=Role"
                + " 6e472fd1-ad78-48da-a0f0-97ab2c6b769e=Role"
                + " dc5007c0-2d7d-4c42-879c-2dab87571379=Role && az ");
  }

  @Test
  void aPermissionThatAzHasNoKnownNameForIsGrantedInThePortal() {
    Report report = new Report();
    report.setName("mine");
    report.setPermissions("Mine.Read.All");
    assertThat(
            new Permissions(Contoso.INTEGRATION, List.of(report)).remedy(List.of("Mine.Read.All")))
        .startsWith("missing: Mine.Read.All (reads mine). Grant it in the Entra admin center")
        .contains("then Grant admin consent. Where the application is")
        .doesNotContain("az ad");
  }

  @Test
  void whatIsMissingForAllReportsFitsIntoAStanding() {
    List<Report> all = List.copyOf(REPORTS.values());
    Permissions permissions = new Permissions(Contoso.INTEGRATION, all);
    assertThat(permissions.needed()).hasSizeGreaterThan(3);
    assertThat(permissions.remedy(permissions.needed())).hasSizeLessThan(1_500);
  }

  @Test
  void theLicenceIsToldWhereGraphShowsIt() throws Exception {
    skus("AAD_PREMIUM_P2\",\"provisioningStatus\":\"Success");
    assertThat(line(check(), "licence")).isEqualTo(new Line("licence", Outcome.OK, "Entra ID P2"));
    skus("AAD_PREMIUM\",\"provisioningStatus\":\"Disabled");
    assertThat(line(check(), "licence").text())
        .isEqualTo(
            "no Entra ID P1 or P2 (Graph keeps 7 days); signIns needs P1. Take it out of reports:,"
                + " or buy the licence.");
    assertThat(line(check(() -> FOR_A_YEAR, Clock.systemUTC(), "directoryAudits"), "licence"))
        .isEqualTo(new Line("licence", Outcome.OK, "no Entra ID P1 or P2 (Graph keeps 7 days)"));
    skus("AAD_PREMIUM\",\"provisioningStatus\":\"Success");
    assertThat(
            line(
                    check(
                        () -> FOR_A_YEAR,
                        Clock.systemUTC(),
                        "provisioning",
                        "riskDetections",
                        "riskyUsers"),
                    "licence")
                .text())
        .isEqualTo(
            "Entra ID P1; riskyUsers needs P2. Take it out of reports:, or buy the licence.");
    replies.put("/v1.0/subscribedSkus", new Reply(403, "{}"));
    assertThat(line(check(), "licence"))
        .isEqualTo(
            new Line(
                "licence",
                Outcome.ATTENTION,
                "can't be told: Graph doesn't show the tenant's subscriptions (status 403); the"
                    + " reports below show it."));
    replies.put("/v1.0/subscribedSkus", new Reply(200, "<html>"));
    assertThat(line(check(), "licence").text())
        .isEqualTo("can't be told: Graph's answer is no JSON.");
  }

  @Test
  void aReportSaysWhatItLacks() throws Exception {
    replies.put(
        "/v1.0/auditLogs/signIns?$top=1",
        new Reply(
            403,
            "{\"error\":{\"code\":\"Authentication_MSGraphPermissionMissing\",\"message\":\"The"
                + " principal does not have required Microsoft Graph permission(s):"
                + " AuditLog.Read.All\"}}"));
    List<Line> lines = check();
    assertThat(line(lines, "directoryAudits").outcome()).isEqualTo(Outcome.OK);
    assertThat(line(lines, "signIns").text())
        .startsWith("The application lacks a permission. Add AuditLog.Read.All (application")
        .endsWith(" (status 403, Authentication_MSGraphPermissionMissing, request-id r-1)");
    assertThat(line(check(() -> FOR_A_YEAR, Clock.systemUTC(), "unknown"), "unknown").text())
        .isEqualTo(
            "no source of this name under routes/sources/. Take it out of reports:, or add its"
                + " source.");
  }

  @Test
  void eachReportIsAskedForAsItsSourceSays() throws Exception {
    grants(TENANT, "\"AuditLog.Read.All\",\"Directory.Read.All\"");
    replies.put(
        "/beta/auditLogs/signIns?$filter=signInEventTypes/any(t:%20t%20eq%20'managedIdentity')"
            + "&$top=1",
        new Reply(200, "{\"value\":[]}"));
    replies.put(
        "/v1.0/identityProtection/riskyUsers?$top=1",
        new Reply(
            403,
            "{\"error\":{\"code\":\"Forbidden\",\"message\":\"You cannot perform the requested"
                + " operation, required scopes are missing in the token.\"}}"));
    List<Line> lines =
        check(
            () -> FOR_A_YEAR,
            Clock.systemUTC(),
            "managedIdentitySignIns",
            "riskDetections",
            "riskyUsers");
    assertThat(line(lines, "managedIdentitySignIns").outcome()).isEqualTo(Outcome.OK);
    assertThat(line(lines, "riskyUsers").text())
        .startsWith(
            "The application lacks a permission. Add IdentityRiskyUser.Read.All (application");
    assertThat(line(lines, "roles").text())
        .startsWith(
            "missing: IdentityRiskEvent.Read.All (reads riskDetections); IdentityRiskyUser.Read.All"
                + " (reads riskyUsers). Grant them");
  }

  @Test
  void aReportThatACloudDoesNotHaveIsNamed() throws Exception {
    List<Line> lines =
        check("china", () -> FOR_A_YEAR, Clock.systemUTC(), "directoryAudits", "riskDetections");
    assertThat(line(lines, "roles").outcome()).as("nothing is needed for it").isEqualTo(Outcome.OK);
    assertThat(line(lines, "riskDetections"))
        .isEqualTo(
            new Line(
                "riskDetections",
                Outcome.FAILED,
                "Graph has none in cloud: china. Take it out of reports:, or write its path under"
                    + " paths: in its source under routes/sources/."));
  }

  @Test
  void aWrongClockIsMeasured() throws Exception {
    Clock ahead = Clock.offset(Clock.systemUTC(), Duration.ofMinutes(10));
    Line line = line(check(() -> FOR_A_YEAR, ahead, "signIns"), "clock");
    assertThat(line.outcome()).isEqualTo(Outcome.FAILED);
    assertThat(line.text())
        .matches(
            "this machine's clock is (599|600|601|602) s ahead of Graph's\\. Set it \\(NTP\\), or"
                + " Entra refuses the assertions\\.");
  }

  @Test
  void rolesOfATokenThatCannotBeReadAreLeftToTheReports() throws Exception {
    replies.put(
        "/" + TENANT + "/oauth2/v2.0/token",
        new Reply(
            200, "{\"token_type\":\"Bearer\",\"expires_in\":3600,\"access_token\":\"opaque\"}"));
    assertThat(line(check(), "roles"))
        .isEqualTo(
            new Line(
                "roles",
                Outcome.ATTENTION,
                "can't be told: the token is not one that can be read. The lines of the reports"
                    + " tell."));
  }
}
