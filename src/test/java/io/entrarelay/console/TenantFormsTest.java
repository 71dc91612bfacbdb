package io.entrarelay.console;

import static java.nio.charset.StandardCharsets.UTF_16;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.entrarelay.config.Integration;
import io.entrarelay.config.Role;
import io.entrarelay.credential.Credential;
import io.entrarelay.credential.CredentialSource.PemFiles;
import io.entrarelay.credential.Pairs;
import io.entrarelay.credential.PemWriter;
import io.entrarelay.credential.Thumbprint;
import io.entrarelay.graph.Cloud;
import io.entrarelay.state.AuditLog.Entry;
import io.entrarelay.state.StoredIntegration;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchService;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Tenants are added by a certificate, renamed, given another certificate and removed, over HTTP.
 */
@Timeout(60)
class TenantFormsTest {
  private static final String TENANT = "7f3f5d6c-3a5b-4c59-9a44-6d1f6f7f0a01";
  private static final String CLIENT = "c0ffee00-1111-4222-8333-944455556666";
  private static final Credential MADE = Pairs.of("contoso");
  private static final Credential NEXT = Pairs.of("next", 60);
  private static final String KEY = PemWriter.text(MADE.privateKey());
  private static final String UPLOADS = "work/Tomcat/localhost/ROOT";
  private static final String SCRIPT = "<script>alert(1)</script>";

  @TempDir static Path directory;

  @SuppressWarnings("NullAway.Init") // set before all tests
  private static OpenConsole console;

  @SuppressWarnings("NullAway.Init") // set before all tests
  private static Visitor administrator;

  @SuppressWarnings("NullAway.Init") // set before all tests
  private static Visitor operator;

  @SuppressWarnings("NullAway.Init") // set before all tests
  private static Visitor viewer;

  @BeforeAll
  static void open() {
    console = OpenConsole.open(directory, Map.of(), InstantSource.system());
    administrator = console.visitor(Role.TENANT_ADMINISTRATOR);
    operator = console.visitor(Role.OPERATOR);
    viewer = console.visitor(Role.VIEWER);
    console.integrations.add(
        new Integration(
            "filed",
            "Filed",
            "0badc11e-3a5b-4c59-9a44-6d1f6f7f0a02",
            CLIENT,
            Cloud.named("global").orElseThrow(),
            new PemFiles(Path.of("none.pem"), Path.of("none.pem")),
            null,
            List.of("signIns"),
            directory.resolve("integrations/filed.yaml")));
  }

  @AfterAll
  static void close() {
    console.close();
  }

  @AfterEach
  void removeAll() {
    console
        .store
        .storedIntegrations()
        .list()
        .forEach(each -> console.store.storedIntegrations().remove(each.name(), "test"));
  }

  private static FilledForm contoso() {
    return new FilledForm()
        .with("name", "contoso")
        .with("display-name", "Contoso")
        .with("tenant-id", TENANT)
        .with("client-id", CLIENT)
        .with("cloud", "global")
        .with("endpoints.authority", "")
        .with("endpoints.graph", "")
        .with("reports", "signIns")
        .and("reports", "directoryAudits")
        .with("certificate", PemWriter.text(MADE.certificate()))
        .with("private-key", KEY);
  }

  private static FilledForm pair(Credential credential) {
    return new FilledForm()
        .with("certificate", PemWriter.text(credential.certificate()))
        .with("private-key", PemWriter.text(credential.privateKey()));
  }

  /** Contoso, and the page that a browser is led to then. */
  private static String add() {
    HttpResponse<String> added = contoso().post(administrator, "/add/certificate");
    assertThat(Visitor.location(added)).isEqualTo("/integrations/contoso");
    return administrator.get("/integrations/contoso").body();
  }

  private static List<StoredIntegration> stored() {
    return console.store.storedIntegrations().list();
  }

  /** What a page says of a field; empty where nothing is wrong with it. */
  private static String wrong(String page, String id) {
    var wrong = Pattern.compile("id=\"" + id + "-wrong\">([^<]*)<").matcher(page);
    return wrong.find() ? wrong.group(1).replace("&#39;", "'") : "";
  }

  /** Any line of a private key's Base64, which no page may have. */
  private static String line(String key) {
    return key.lines().skip(3).findFirst().orElseThrow();
  }

  @Test
  void aTenantIsAddedAndItsKeyIsNeverSeenAgain() {
    assertThat(add())
        .contains("It is added.", ">new<", "added by tenant-administrator")
        .contains("id=\"thumbprint\">" + Thumbprint.sha1(MADE.certificate()))
        .contains("id=\"rename\"", "id=\"rotate\"", "id=\"remove\"")
        .doesNotContain(line(KEY), "PRIVATE KEY-----\n");
    assertThat(stored())
        .singleElement()
        .satisfies(
            added -> {
              assertThat(added.tenantId()).isEqualTo(TENANT);
              assertThat(added.reports()).containsExactly("signIns", "directoryAudits");
              assertThat(added.privateKey()).doesNotContain(line(KEY));
            });
    assertThat(console.store.auditLog().list(Long.MAX_VALUE, 1))
        .extracting(Entry::who, Entry::what, Entry::target)
        .containsExactly(tuple("tenant-administrator", "integration added", "contoso"));
    assertThat(administrator.get("/audit-log").body()).doesNotContain(line(KEY));
    assertThat(viewer.get("/integrations/contoso").body())
        .doesNotContain("id=\"rename\"", "id=\"rotate\"", "id=\"remove\"");
  }

  @Test
  void filesDoAsWellAndTheyGoBeforeWhatIsPasted() {
    FilledForm form =
        contoso()
            .with("certificate", "what was there before")
            .with("private-key", "")
            .file(
                "certificate-file",
                "contoso.pem",
                PemWriter.text(MADE.certificate()).getBytes(UTF_8))
            .file("private-key-file", "contoso.key", KEY.getBytes(UTF_16));
    assertThat(Visitor.location(form.post(administrator, "/add/certificate")))
        .isEqualTo("/integrations/contoso");
    assertThat(stored()).hasSize(1);
  }

  @Test
  void allThatIsWrongStandsBesideItsFieldAndWhatWasTypedStays() {
    HttpResponse<String> refused =
        contoso()
            .with("name", "../" + SCRIPT)
            .with("display-name", "\"><img src=x>")
            .with("tenant-id", "no guid")
            .with("client-id", "")
            .with("reports", "")
            .post(administrator, "/add/certificate");
    String page = refused.body();
    assertThat(refused.statusCode()).isEqualTo(400);
    assertThat(wrong(page, "name")).startsWith("Name is not 1 to 63 of a-z, 0-9 and -. Write one");
    assertThat(wrong(page, "tenant-id")).startsWith("Directory (tenant) ID is not a GUID");
    assertThat(wrong(page, "client-id")).contains("Application (client) ID is missing. Copy");
    assertThat(wrong(page, "reports")).contains("There is no report");
    assertThat(page)
        .contains("4 things are not right yet")
        .contains("value=\"../&lt;script&gt;alert(1)&lt;/script&gt;\"", "value=\"no guid\"")
        .contains("aria-describedby=\"name-wrong name-hint\"")
        .contains("-----BEGIN CERTIFICATE-----")
        .doesNotContain(SCRIPT, "<img src=x", line(KEY));
    assertThat(page.split("autofocus=", -1)).as("the first alone").hasSize(2);
    assertThat(page.substring(0, page.indexOf("autofocus"))).doesNotContain("tenant-id");
    assertThat(stored()).isEmpty();
  }

  @Test
  void nothingFilledInIsSaidFieldByField() {
    String page = new FilledForm().post(administrator, "/add/certificate").body();
    assertThat(wrong(page, "reports")).isEqualTo("Reports are missing. Choose one at least.");
    assertThat(wrong(page, "certificate"))
        .isEqualTo("Certificate is missing. Paste its PEM text, or choose its file.");
    assertThat(wrong(page, "name")).isNotEmpty();
    assertThat(wrong(page, "cloud")).contains("There is no cloud");
  }

  @Test
  void aCustomCloudNeedsItsHostsAndAnotherTakesNone() {
    String page = contoso().with("cloud", "custom").post(administrator, "/add/certificate").body();
    assertThat(wrong(page, "endpoints-authority")).startsWith("Authority is missing");
    assertThat(wrong(page, "endpoints-graph")).startsWith("Graph is missing");
    page =
        contoso()
            .with("cloud", "custom")
            .with("endpoints.authority", "http://login.example")
            .with("endpoints.graph", "https://graph.example/v1.0")
            .post(administrator, "/add/certificate")
            .body();
    assertThat(wrong(page, "endpoints-authority")).contains("is not https");
    assertThat(wrong(page, "endpoints-graph")).contains("has more than a host and a port");
    contoso()
        .with("endpoints.authority", "http://login.example")
        .post(administrator, "/add/certificate");
    assertThat(stored()).singleElement().extracting(StoredIntegration::authority).isNull();
  }

  @Test
  void whatIsNoPairIsRefusedWithWhatToDo() throws Exception {
    KeyPairGenerator curves = KeyPairGenerator.getInstance("EC");
    String curve = pem("PRIVATE KEY", curves.generateKeyPair().getPrivate().getEncoded());
    String encrypted = pem("ENCRYPTED PRIVATE KEY", MADE.privateKey().getEncoded());
    assertThat(refused("private-key", "private-key", encrypted))
        .contains("is encrypted with a passphrase. Decrypt it into a new file", "openssl pkey -in");
    assertThat(refused("private-key", "private-key", curve))
        .contains("plain RSA keys only. Make a new pair with: entra-relay certificate new NAME");
    assertThat(refused("private-key", "certificate", PemWriter.text(NEXT.privateKey())))
        .contains("does not belong to the private key", "were made together");
    assertThat(refused("private-key", "private-key", "")).startsWith("Private key is missing");
    assertThat(refused("private-key", "private-key", KEY.substring(0, 900)))
        .contains("has no END line");
    assertThat(refused("certificate", "certificate", KEY)).contains("holds no certificate");
    assertThat(refused("certificate", "certificate", "A".repeat(70_000))).contains("64 KiB");
    assertThat(stored()).isEmpty();
  }

  private static String refused(String field, String about, String pem) {
    HttpResponse<String> refused =
        contoso().with(field, pem).post(administrator, "/add/certificate");
    assertThat(refused.statusCode()).isEqualTo(400);
    assertThat(refused.body()).doesNotContain(line(KEY));
    if (pem.contains("PRIVATE KEY")) {
      assertThat(refused.body()).doesNotContain(pem.lines().skip(1).findFirst().orElseThrow());
    }
    return wrong(refused.body(), about);
  }

  private static String pem(String label, byte[] der) {
    String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
    return "-----BEGIN " + label + "-----\n" + body + "\n-----END " + label + "-----\n";
  }

  @Test
  void aFileThatIsNoPemIsNamedWithTheCommandThatMakesItOne() throws Exception {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    store.setCertificateEntry("contoso", MADE.certificate());
    ByteArrayOutputStream pfx = new ByteArrayOutputStream();
    store.store(pfx, "secret".toCharArray());
    String page =
        contoso()
            .file("certificate-file", "C:\\Keys\\..\\My store.pfx", pfx.toByteArray())
            .post(administrator, "/add/certificate")
            .body();
    assertThat(wrong(page, "certificate"))
        .contains("openssl pkcs12 -nodes -in 'My store.pfx' -out 'My store.converted.pem'")
        .doesNotContain("C:");
    page =
        contoso()
            .file("certificate-file", "../" + SCRIPT + ".pem", "nothing".getBytes(UTF_8))
            .post(administrator, "/add/certificate")
            .body();
    assertThat(wrong(page, "certificate")).isNotEmpty();
    assertThat(page).doesNotContain(SCRIPT);
  }

  @Test
  void whatIsTooLargeIsRefusedClearly() {
    byte[] large = new byte[200_000];
    HttpResponse<String> noKey =
        contoso().file("private-key-file", "k.pem", large).post(administrator, "/add/certificate");
    assertThat(noKey.statusCode()).isEqualTo(400);
    assertThat(wrong(noKey.body(), "private-key")).isNotEmpty();
    HttpResponse<String> tooLong =
        contoso()
            .file("private-key-file", "k.pem", new byte[RequestBound.MOST_FORM])
            .post(administrator, "/add/certificate");
    assertThat(tooLong.statusCode()).isEqualTo(413);
    assertThat(tooLong.body()).contains("Too large", "larger than 1 MB");
    HttpResponse<String> unknown =
        administrator.send(
            FilledForm.request(administrator, "/add/certificate")
                .header("X-XSRF-TOKEN", administrator.cookie("XSRF-TOKEN"))
                .POST(BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(large))));
    assertThat(unknown.statusCode()).isEqualTo(411);
    assertThat(stored()).isEmpty();
  }

  @Test
  void aFileThatIsSentIsNeverOnTheDisk() throws IOException {
    Path temporary = Path.of(System.getProperty("java.io.tmpdir"));
    try (WatchService watch = temporary.getFileSystem().newWatchService();
        Stream<Path> folders = Files.list(temporary)) {
      List<Path> all =
          folders
              .filter(each -> each.getFileName().toString().startsWith("tomcat."))
              .map(each -> each.resolve(UPLOADS))
              .filter(Files::isDirectory)
              .toList();
      assertThat(all).as("where Tomcat would write it").isNotEmpty();
      for (Path each : all) {
        each.register(watch, StandardWatchEventKinds.ENTRY_CREATE);
      }
      contoso()
          .file("private-key-file", "k.pem", new byte[900_000])
          .post(administrator, "/add/certificate");
      assertThat(watch.poll()).isNull();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/add/certificate",
        "/integrations/contoso/rename",
        "/integrations/contoso/certificate",
        "/integrations/contoso/remove"
      })
  void whoMayNotChangesNothingAndNobodyDoesFromElsewhere(String path) {
    add();
    StoredIntegration before = stored().get(0);
    for (Visitor someone : List.of(viewer, operator)) {
      FilledForm form = contoso().with("name", "other");
      assertThat(form.post(someone, path).statusCode()).isEqualTo(403);
    }
    FilledForm form = contoso().with("name", "other");
    assertThat(form.bare(administrator, path).statusCode()).as("no token").isEqualTo(403);
    form.with("_csrf", "another");
    assertThat(form.bare(administrator, path).statusCode()).as("no token").isEqualTo(403);
    assertThat(contoso().post(console.visitor(), path).statusCode()).isEqualTo(401);
    assertThat(stored()).containsExactly(before);
  }

  @ParameterizedTest
  @ValueSource(strings = {"/add", "/add/certificate"})
  void theFormsAreForTenantAdministrators(String path) {
    assertThat(viewer.get(path).statusCode()).isEqualTo(403);
    assertThat(operator.get(path).statusCode()).isEqualTo(403);
    assertThat(Visitor.location(console.visitor().get(path))).startsWith("/sign-in");
    assertThat(administrator.get(path).statusCode()).isEqualTo(200);
    assertThat(operator.get("/integrations").body()).doesNotContain("href=\"/add\"");
    assertThat(administrator.get("/integrations").body()).contains("href=\"/add\"");
  }

  @Test
  void withoutASharedApplicationTheOtherWaySaysWhatItNeeds() {
    assertThat(administrator.get("/add").body())
        .contains("Microsoft Entra ID", "relay.application", "href=\"/add/certificate\"")
        .doesNotContain("/add/consent");
    assertThat(administrator.get("/add/consent").body())
        .contains("There is no application to consent to yet")
        .doesNotContain("id=\"continue\"");
  }

  @Test
  void aRenamedTenantIsFoundUnderItsNewName() {
    add();
    String token = administrator.token();
    HttpResponse<String> renamed =
        administrator.post(
            "/integrations/contoso/rename",
            Map.of("_csrf", token, "name", "contoso-eu", "display-name", SCRIPT));
    assertThat(Visitor.location(renamed)).isEqualTo("/integrations/contoso-eu");
    assertThat(administrator.get("/integrations/contoso-eu").body())
        .contains("It is renamed", "&lt;script&gt;alert(1)&lt;/script&gt;")
        .doesNotContain(SCRIPT);
    assertThat(administrator.get("/integrations/contoso").statusCode()).isEqualTo(404);
    assertThat(console.store.auditLog().list(Long.MAX_VALUE, 1))
        .extracting(Entry::who, Entry::what)
        .containsExactly(tuple("tenant-administrator", "integration renamed"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"../filed", "Contoso", "filed", "", "a/b", "//evil.example", "x\r\ny"})
  void aNameThatCanNotBeIsRefusedBesideItsField(String name) {
    add();
    HttpResponse<String> refused =
        administrator.post(
            "/integrations/contoso/rename",
            Map.of("_csrf", administrator.token(), "name", name, "display-name", "Kept"));
    assertThat(Visitor.location(refused)).isEqualTo("/integrations/contoso");
    String page = administrator.get("/integrations/contoso").body();
    assertThat(wrong(page, "rename-name")).startsWith("Name ");
    assertThat(page)
        .contains("<details id=\"rename\" class=\"more\" open", "value=\"Kept\"")
        .contains("<details id=\"rotate\" class=\"more\">");
    assertThat(stored()).extracting(StoredIntegration::name).containsExactly("contoso");
    assertThat(administrator.get("/integrations/contoso").body()).doesNotContain("-wrong");
  }

  @Test
  void anotherCertificateIsShownSoThatItCanBeCompared() {
    add();
    HttpResponse<String> rotated =
        pair(NEXT).post(administrator, "/integrations/contoso/certificate");
    assertThat(Visitor.location(rotated)).isEqualTo("/integrations/contoso");
    assertThat(administrator.get("/integrations/contoso").body())
        .contains("The new certificate is used", Thumbprint.sha1(NEXT.certificate()), "59 days")
        .doesNotContain(Thumbprint.sha1(MADE.certificate()));
    assertThat(console.store.auditLog().list(Long.MAX_VALUE, 1))
        .extracting(Entry::who, Entry::what)
        .containsExactly(tuple("tenant-administrator", "certificate rotated"));
  }

  @Test
  void aCertificateThatCanNotBeLeavesTheOldOne() {
    add();
    pair(NEXT).with("private-key", KEY).post(administrator, "/integrations/contoso/certificate");
    String page = administrator.get("/integrations/contoso").body();
    assertThat(wrong(page, "rotate-certificate")).contains("does not belong");
    assertThat(page)
        .contains("<details id=\"rotate\" class=\"more\" open", "-----BEGIN CERTIFICATE-----")
        .contains(Thumbprint.sha1(MADE.certificate()))
        .doesNotContain(line(KEY), Thumbprint.sha1(NEXT.certificate()));
    new FilledForm().post(administrator, "/integrations/contoso/certificate");
    assertThat(wrong(administrator.get("/integrations/contoso").body(), "rotate-certificate"))
        .startsWith("Certificate is missing");
  }

  @Test
  void aRemovedTenantIsGone() {
    add();
    HttpResponse<String> removed =
        administrator.post("/integrations/contoso/remove", Map.of("_csrf", administrator.token()));
    assertThat(Visitor.location(removed)).isEqualTo("/integrations");
    assertThat(administrator.get("/integrations").body())
        .contains("contoso is removed")
        .doesNotContain("href=\"/integrations/contoso\"");
    assertThat(stored()).isEmpty();
    assertThat(console.store.auditLog().list(Long.MAX_VALUE, 1))
        .extracting(Entry::who, Entry::what)
        .containsExactly(tuple("tenant-administrator", "integration removed"));
  }

  @Test
  void whatAFileDeclaresIsChangedThere() {
    String page = administrator.get("/integrations/filed").body();
    assertThat(page)
        .contains("Declared in", "integrations/filed.yaml", "edit that file")
        .doesNotContain("id=\"rename\"", "id=\"rotate\"", "id=\"remove\"");
    for (String action : List.of("rename", "remove", "certificate")) {
      HttpResponse<String> refused =
          pair(NEXT).with("name", "x").post(administrator, "/integrations/filed/" + action);
      assertThat(refused.statusCode()).isEqualTo(409);
      assertThat(refused.body()).contains("filed.yaml, which decides about it");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"nobody", "..%2F..%2Fapplication", "%2e%2e", "contoso%00", "%3Cscript%3E"})
  void whatThereIsNotIsNotChanged(String name) {
    add();
    for (String action : List.of("rename", "remove", "certificate", "export")) {
      String path = "/integrations/" + name + "/" + action;
      HttpResponse<String> answer =
          action.equals("export")
              ? administrator.get(path)
              : pair(NEXT).with("name", "x").post(administrator, path);
      assertThat(answer.statusCode()).isIn(400, 403, 404);
    }
    assertThat(stored()).extracting(StoredIntegration::name).containsExactly("contoso");
  }

  @Test
  void theExportCanBeDeclaredAndHasNoSecret() {
    contoso().with("display-name", SCRIPT).post(administrator, "/add/certificate");
    HttpResponse<String> export = viewer.get("/integrations/contoso/export");
    assertThat(export.statusCode()).isEqualTo(200);
    assertThat(export.headers().firstValue("Content-Type").orElse(""))
        .startsWith("application/yaml");
    assertThat(export.headers().firstValue("Content-Disposition").orElse(""))
        .isEqualTo("attachment; filename=\"contoso.yaml\"");
    assertThat(export.body())
        .contains("tenant-id: " + TENANT, "private-key: contoso/key.pem", SCRIPT)
        .contains("thumbprint " + Thumbprint.sha1(MADE.certificate()))
        .doesNotContain(line(KEY), Objects.requireNonNull(stored().get(0).privateKey()));
    assertThat(Visitor.location(console.visitor().get("/integrations/contoso/export")))
        .startsWith("/sign-in");
  }
}
