package io.entrarelay.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.entrarelay.config.RelaySettings.Application;
import io.entrarelay.config.Role;
import io.entrarelay.credential.CredentialReader;
import io.entrarelay.credential.Thumbprint;
import io.entrarelay.graph.Cloud;
import io.entrarelay.simulator.CancelledAs;
import io.entrarelay.simulator.IdTokenFlaw;
import io.entrarelay.simulator.SimulatedApplication;
import io.entrarelay.simulator.SimulatedTenant;
import io.entrarelay.simulator.Simulator;
import io.entrarelay.simulator.SimulatorOptions;
import io.entrarelay.simulator.TestBrowser;
import io.entrarelay.state.AuditLog.Entry;
import io.entrarelay.state.Standing;
import io.entrarelay.state.StoredIntegration;
import io.entrarelay.state.Tenancy;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The way of a consent, and each way in which someone may try to get round it. */
@Timeout(60)
@NullUnmarked // fields are set before each test
class ConsentTest {
  private static final String FABRIKAM = "administrator-fabrikam";

  @TempDir private Path directory;

  private final AtomicReference<Instant> now = new AtomicReference<>(Instant.now());
  private Simulator simulator;
  private SimulatedTenant tenant;
  private OpenConsole console;
  private TestBrowser microsoft;
  private Visitor person;

  @BeforeEach
  void start() throws Exception {
    simulator =
        Simulator.start(
            SimulatorOptions.builder()
                .scheme("http")
                .records(0)
                .unconsented(2)
                .redirectUris(List.of("http://localhost" + ConsentPage.CALLBACK))
                .build());
    tenant = simulator.tenants().get(1);
    SimulatedApplication registered = simulator.application();
    Path pem = directory.resolve("application.pem");
    Files.writeString(pem, registered.certificatePem() + registered.privateKeyPem());
    console =
        OpenConsole.open(
            directory,
            Map.of(),
            now::get,
            new Application(
                registered.clientId(), Cloud.custom(simulator.base(), simulator.base()), pem, pem));
    microsoft = new TestBrowser(simulator);
    person = signedIn("ann");
  }

  /** Someone else, with cookies of their own. */
  private Visitor signedIn(String name) {
    console.store.users().add(name, Role.TENANT_ADMINISTRATOR, OpenConsole.HASH, "test");
    Visitor visitor = new Visitor(URI.create("http://localhost:" + console.port()));
    visitor.signIn(name, OpenConsole.PASSWORD);
    visitor.get("/integrations");
    return visitor;
  }

  @AfterEach
  void stop() {
    console.close();
    simulator.close();
  }

  private void add(String name, String tenantId) {
    HttpResponse<String> added =
        person.post(
            "/add/consent",
            Map.of(
                "_csrf",
                person.token(),
                "name",
                name,
                "display-name",
                "Fabrikam",
                "tenant-id",
                tenantId,
                "reports",
                "signIns"));
    assertThat(Visitor.location(added)).endsWith("/consent/" + name);
  }

  /** Where the page of an integration leads to. */
  private URI start(String name) {
    assertThat(person.get("/consent/" + name).body()).contains("id=\"authorize\"");
    HttpResponse<String> start = person.get("/consent/" + name + "/start");
    assertThat(start.statusCode()).isEqualTo(303);
    return URI.create(Visitor.location(start));
  }

  /** Microsoft's page, as an administrator of the tenant sees it. */
  private TestBrowser.Page consentPage(URI at) throws Exception {
    TestBrowser.Page page = microsoft.get(at);
    return page.text().contains(FABRIKAM) ? microsoft.click(page, FABRIKAM) : page;
  }

  /** Brings what Microsoft has answered back to the console. */
  private HttpResponse<String> back(Visitor visitor, String location) {
    URI uri = URI.create(location);
    return visitor.get(uri.getRawPath() + "?" + uri.getRawQuery());
  }

  /** From the consent to the sign-in's answer, which is not taken yet. */
  private String answerOfTheSignIn(String name) throws Exception {
    TestBrowser.Page consented = microsoft.click(consentPage(start(name)), "accept");
    HttpResponse<String> next = back(person, consented.location());
    assertThat(next.statusCode()).isEqualTo(303);
    assertThat(Visitor.location(next))
        .startsWith(simulator.base() + "/" + tenant.tenantId() + "/oauth2/v2.0/authorize?")
        .contains("nonce=", "code_challenge_method=S256", "state=");
    return microsoft.get(URI.create(Visitor.location(next))).location();
  }

  private StoredIntegration stored(String name) {
    return Objects.requireNonNull(console.store.storedIntegrations().find(name));
  }

  private List<String> audited() {
    return console.store.auditLog().list(Long.MAX_VALUE, 20).stream().map(Entry::what).toList();
  }

  @Test
  void anAdministratorConsentsAndProvesWhichTenantItIs() throws Exception {
    add("fabrikam", "");
    assertThat(person.get("/integrations").body()).contains("awaiting consent", "Fabrikam");
    URI page = start("fabrikam");
    assertThat(page.toString())
        .startsWith(simulator.base() + "/organizations/v2.0/adminconsent?")
        .contains("redirect_uri=http%3A%2F%2Flocalhost%3A" + console.port() + "%2Fconsent");
    String answer = answerOfTheSignIn("fabrikam");
    assertThat(stored("fabrikam").awaitsConsent()).as("not proven yet").isTrue();
    HttpResponse<String> done = back(person, answer);
    assertThat(Visitor.location(done)).endsWith("/integrations/fabrikam");
    assertThat(stored("fabrikam").tenantId()).isEqualTo(tenant.tenantId());
    assertThat(stored("fabrikam").awaitsConsent()).isFalse();
    assertThat(person.get("/integrations/fabrikam").body())
        .contains("The consent is there", tenant.tenantId());
    assertThat(
            console
                .store
                .integrations()
                .standing(new Tenancy(tenant.tenantId(), simulator.application().clientId())))
        .extracting(Standing::state)
        .isEqualTo(Standing.State.AWAITING_CONSENT);
    assertThat(audited()).contains("integration added", "consented", "consent proven");
    assertThat(console.store.auditLog().list(Long.MAX_VALUE, 20))
        .filteredOn(entry -> entry.what().equals("consent proven"))
        .singleElement()
        .satisfies(
            entry -> {
              assertThat(entry.who()).contains("ann");
              assertThat(entry.becomes())
                  .contains(
                      simulator.administrator(tenant.tenantId()).userName(), tenant.tenantId());
            });
  }

  @Test
  void itsCertificateIsTheApplicationsAndItsExportCanBeDeclaredBesideThat() throws Exception {
    add("fabrikam", "");
    back(person, answerOfTheSignIn("fabrikam"));
    String thumbprint =
        Thumbprint.sha1(
            CredentialReader.certificates(simulator.application().certificatePem()).get(0));
    assertThat(person.get("/integrations/fabrikam").body())
        .contains("<code id=\"thumbprint\">" + thumbprint + "</code>")
        .contains("Its certificate is that of the shared application")
        .doesNotContain("rotate-private-key");
    assertThat(person.get("/integrations/fabrikam/export").body())
        .contains("tenant-id: " + tenant.tenantId())
        .contains("client-id: " + simulator.application().clientId())
        .contains("certificate: fabrikam/certificate.pem")
        .contains("thumbprint " + thumbprint, "authority: " + simulator.base())
        .doesNotContain("PRIVATE KEY");
  }

  @Test
  void theTenantThatWasAskedForIsTheOneWhosePageIsShown() throws Exception {
    add("fabrikam", tenant.tenantId());
    assertThat(start("fabrikam").getPath()).startsWith("/" + tenant.tenantId() + "/");
    back(person, answerOfTheSignIn("fabrikam"));
    assertThat(stored("fabrikam").awaitsConsent()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"new", "callback", "start", "consent", "add"})
  void everyNameHasItsPage(String name) throws Exception {
    add(name, "");
    back(person, answerOfTheSignIn(name));
    assertThat(stored(name).awaitsConsent()).isFalse();
  }

  @ParameterizedTest
  @EnumSource(CancelledAs.class)
  void aCancelledConsentChangesNothingAndSaysSo(CancelledAs shape) throws Exception {
    simulator.cancelledAs(shape);
    add("fabrikam", "");
    TestBrowser.Page cancelled = microsoft.click(consentPage(start("fabrikam")), "cancel");
    HttpResponse<String> back = back(person, cancelled.location());
    assertThat(Visitor.location(back)).endsWith("/consent/fabrikam");
    assertThat(person.get("/consent/fabrikam").body()).contains("cancelled", "Authorize again");
    assertThat(stored("fabrikam").awaitsConsent()).isTrue();
    assertThat(audited()).contains("consent refused");
    back(person, answerOfTheSignIn("fabrikam"));
    assertThat(stored("fabrikam").awaitsConsent()).as("tried again").isFalse();
  }

  @Test
  void anAnswerIsTakenOnce() throws Exception {
    add("fabrikam", "");
    TestBrowser.Page consented = microsoft.click(consentPage(start("fabrikam")), "accept");
    String location = consented.location();
    String signIn = microsoft.get(URI.create(Visitor.location(back(person, location)))).location();
    assertThat(back(person, location)).satisfies(this::isRefused);
    assertThat(Visitor.location(back(person, signIn))).endsWith("/integrations/fabrikam");
    StoredIntegration was = stored("fabrikam");
    assertThat(back(person, signIn)).satisfies(this::isRefused);
    assertThat(stored("fabrikam")).isEqualTo(was);
  }

  private void isRefused(HttpResponse<String> answer) {
    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(answer.body()).contains("not one that was asked for in this session");
  }

  @Test
  void aForgedOrMissingStateIsRefused() throws Exception {
    add("fabrikam", "");
    TestBrowser.Page consented = microsoft.click(consentPage(start("fabrikam")), "accept");
    String query = URI.create(consented.location()).getRawQuery();
    String forged =
        query.replaceAll("state=[^&]*", "state=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
    String none = query.replaceAll("&?state=[^&]*", "");
    assertThat(person.get(ConsentPage.CALLBACK + "?" + forged)).satisfies(this::isRefused);
    assertThat(person.get(ConsentPage.CALLBACK + "?" + none)).satisfies(this::isRefused);
    assertThat(person.get(ConsentPage.CALLBACK)).satisfies(this::isRefused);
    assertThat(stored("fabrikam").awaitsConsent()).isTrue();
    assertThat(back(person, consented.location()).statusCode())
        .as("the right one is still good")
        .isEqualTo(303);
  }

  @Test
  void anAnswerIsForTheSessionThatAskedAlone() throws Exception {
    add("fabrikam", "");
    TestBrowser.Page consented = microsoft.click(consentPage(start("fabrikam")), "accept");
    Visitor bob = signedIn("bob");
    assertThat(back(bob, consented.location())).satisfies(this::isRefused);
    Visitor nobody = new Visitor(URI.create("http://localhost:" + console.port()));
    HttpResponse<String> toSignIn = back(nobody, consented.location());
    assertThat(Visitor.location(toSignIn)).contains("/sign-in");
    assertThat(stored("fabrikam").awaitsConsent()).isTrue();
  }

  @Test
  void anAnswerThatComesAfterAnHourIsRefused() throws Exception {
    add("fabrikam", "");
    TestBrowser.Page consented = microsoft.click(consentPage(start("fabrikam")), "accept");
    now.updateAndGet(at -> at.plus(Duration.ofMinutes(20)));
    person.get("/integrations");
    now.updateAndGet(at -> at.plus(Duration.ofMinutes(20)));
    person.get("/integrations");
    now.updateAndGet(at -> at.plus(Duration.ofMinutes(21)));
    HttpResponse<String> late = back(person, consented.location());
    assertThat(late.statusCode()).isEqualTo(400);
    assertThat(late.body()).contains("longer than an hour");
    assertThat(stored("fabrikam").awaitsConsent()).isTrue();
  }

  @Test
  void aTenantInTheAnswerThatDidNotConsentIsFoundOutByTheSignIn() throws Exception {
    add("fabrikam", "");
    TestBrowser.Page consented = microsoft.click(consentPage(start("fabrikam")), "accept");
    SimulatedTenant other = simulator.tenants().get(2);
    HttpResponse<String> next =
        back(person, consented.location().replace(tenant.tenantId(), other.tenantId()));
    // the sign-in is asked for at the other tenant, in which who came back is nobody
    assertThat(Visitor.location(next)).contains("/" + other.tenantId() + "/oauth2");
    TestBrowser.Page refused = microsoft.get(URI.create(Visitor.location(next)));
    assertThat(refused.location()).isEmpty();
    // and a code of the own tenant is no proof for the other
    String state =
        TestBrowser.fields(URI.create(Visitor.location(next)).getRawQuery()).get("state");
    String own =
        Visitor.location(next)
            .replace("/" + other.tenantId() + "/oauth2", "/" + tenant.tenantId() + "/oauth2");
    TestBrowser.Page code = microsoft.get(URI.create(own));
    assertThat(code.answer()).containsEntry("state", state).containsKey("code");
    HttpResponse<String> back = back(person, code.location());
    assertThat(Visitor.location(back)).endsWith("/consent/fabrikam");
    assertThat(stored("fabrikam").awaitsConsent()).isTrue();
    assertThat(stored("fabrikam").tenantId()).isNull();
  }

  @Test
  void anotherTenantThanTheOneThatWasAskedForIsRefused() throws Exception {
    SimulatedTenant other = simulator.tenants().get(2);
    add("other", other.tenantId());
    String state = TestBrowser.fields(start("other").getRawQuery()).get("state");
    HttpResponse<String> answer =
        person.get(
            ConsentPage.CALLBACK
                + "?admin_consent=True&tenant="
                + tenant.tenantId()
                + "&state="
                + state);
    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(answer.body()).contains("Another tenant has consented", tenant.tenantId());
    assertThat(stored("other").awaitsConsent()).isTrue();
  }

  @Test
  void aTenantThatIsConnectedAlreadyIsRefused() throws Exception {
    add("fabrikam", "");
    back(person, answerOfTheSignIn("fabrikam"));
    add("again", "");
    TestBrowser.Page consented = microsoft.click(consentPage(start("again")), "accept");
    HttpResponse<String> answer = back(person, consented.location());
    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(answer.body()).contains("connected already, as fabrikam");
    assertThat(stored("again").awaitsConsent()).isTrue();
  }

  @ParameterizedTest
  @EnumSource(value = IdTokenFlaw.class, names = "NONE", mode = EnumSource.Mode.EXCLUDE)
  void aFlawedIdTokenProvesNothing(IdTokenFlaw flaw) throws Exception {
    add("fabrikam", "");
    simulator.spoilIdTokens(flaw);
    HttpResponse<String> answer = back(person, answerOfTheSignIn("fabrikam"));
    assertThat(Visitor.location(answer)).endsWith("/consent/fabrikam");
    assertThat(person.get("/consent/fabrikam").body()).contains("ID token of the sign-in");
    assertThat(stored("fabrikam").awaitsConsent()).isTrue();
  }

  @Test
  void anErrorGoesBeforeWhatElseTheAnswerSays() throws Exception {
    add("fabrikam", "");
    String state = TestBrowser.fields(start("fabrikam").getRawQuery()).get("state");
    person.get(
        ConsentPage.CALLBACK
            + "?admin_consent=True&error=server_error&error_description=AADSTS90093%3Cscript%3E"
            + "&tenant="
            + tenant.tenantId()
            + "&state="
            + state);
    assertThat(person.get("/consent/fabrikam").body())
        .contains("may not consent (AADSTS90093)", "Global Administrator")
        .doesNotContain("script&gt;", "<script>");
    assertThat(stored("fabrikam").awaitsConsent()).isTrue();
  }

  @Test
  void consentIsGrantedAgainWithoutEnteringAnything() throws Exception {
    add("fabrikam", "");
    back(person, answerOfTheSignIn("fabrikam"));
    StoredIntegration was = stored("fabrikam");
    console.asked.clear();
    TestBrowser.Page consented = microsoft.click(consentPage(start("fabrikam")), "accept");
    HttpResponse<String> done = back(person, consented.location());
    assertThat(Visitor.location(done)).endsWith("/integrations/fabrikam");
    assertThat(console.asked).containsExactly("refresh fabrikam");
    assertThat(stored("fabrikam")).isEqualTo(was);
    assertThat(audited()).contains("consent granted again");
  }

  @Test
  void consentForAnotherTenantIsNoneForThisOne() throws Exception {
    add("fabrikam", "");
    back(person, answerOfTheSignIn("fabrikam"));
    console.asked.clear();
    String state = TestBrowser.fields(start("fabrikam").getRawQuery()).get("state");
    HttpResponse<String> answer =
        person.get(
            ConsentPage.CALLBACK
                + "?admin_consent=True&tenant="
                + simulator.tenants().get(2).tenantId()
                + "&state="
                + state);
    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(answer.body()).contains("Another tenant has consented");
    assertThat(console.asked).isEmpty();
  }

  @Test
  void anotherSiteCanNotBeginAConsent() {
    add("fabrikam", "");
    assertThat(person.get("/consent/fabrikam/start", "Sec-Fetch-Site", "cross-site").statusCode())
        .isEqualTo(400);
  }

  @Test
  void onlyTenantAdministratorsConnectTenants() {
    add("fabrikam", "");
    for (Role role : List.of(Role.VIEWER, Role.OPERATOR)) {
      Visitor visitor = console.visitor(role);
      for (String path :
          List.of(
              "/add/consent",
              "/consent/fabrikam",
              "/consent/fabrikam/start",
              ConsentPage.CALLBACK + "?state=x")) {
        assertThat(visitor.get(path).statusCode()).as(role + " " + path).isEqualTo(403);
      }
      assertThat(visitor.post("/add/consent", Map.of("_csrf", visitor.token())).statusCode())
          .isEqualTo(403);
      assertThat(
              visitor
                  .post("/consent/fabrikam/remove", Map.of("_csrf", visitor.token()))
                  .statusCode())
          .isEqualTo(403);
    }
    assertThat(person.post("/add/consent", Map.of("name", "x")).statusCode())
        .as("without a token")
        .isEqualTo(403);
    assertThat(person.post("/consent/fabrikam/remove", Map.of()).statusCode()).isEqualTo(403);
    assertThat(stored("fabrikam").awaitsConsent()).isTrue();
  }

  @Test
  void whatIsWrongIsSaidBesideItsField() {
    HttpResponse<String> page =
        person.post(
            "/add/consent",
            Map.of(
                "_csrf",
                person.token(),
                "name",
                "../<script>alert(1)</script>",
                "display-name",
                "<script>alert(2)</script>",
                "tenant-id",
                "none",
                "reports",
                "all"));
    assertThat(page.statusCode()).isEqualTo(400);
    assertThat(page.body())
        .contains("is not 1 to 63 of a-z", "is not a GUID", "There is no report")
        .contains("id=\"name-wrong\"", "id=\"tenant-id-wrong\"", "id=\"reports-wrong\"")
        .contains("value=\"none\"")
        .doesNotContain("<script>alert");
    assertThat(
            person.post("/add/consent", Map.of("_csrf", person.token(), "name", "fabrikam")).body())
        .contains("Reports are missing. Choose one at least.", "one thing is not right yet");
    assertThat(console.store.storedIntegrations().list()).isEmpty();
  }

  @Test
  void theFormNamesTheApplicationOrWhatToConfigure(@TempDir Path elsewhere) {
    assertThat(person.get("/add/consent").body())
        .contains(simulator.application().clientId(), "id=\"continue\"");
    try (OpenConsole without = OpenConsole.open(elsewhere, Map.of(), now::get)) {
      Visitor visitor = without.visitor(Role.TENANT_ADMINISTRATOR);
      assertThat(visitor.get("/add/consent").body())
          .contains("relay.application.client-id", "/consented")
          .doesNotContain("id=\"continue\"");
      HttpResponse<String> refused =
          visitor.post(
              "/add/consent",
              Map.of("_csrf", visitor.token(), "name", "fabrikam", "reports", "signIns"));
      assertThat(without.store.storedIntegrations().list()).isEmpty();
      assertThat(refused.body()).contains("relay.application.client-id");
    }
  }

  @Test
  void oneThatAwaitsConsentCanBeRemoved() {
    add("fabrikam", "");
    assertThat(
            Visitor.location(
                person.post("/consent/fabrikam/remove", Map.of("_csrf", person.token()))))
        .endsWith("/integrations");
    assertThat(console.store.storedIntegrations().list()).isEmpty();
    assertThat(person.get("/consent/fabrikam").statusCode()).isEqualTo(404);
    assertThat(person.get("/consent/..%2Ffabrikam").statusCode()).isNotEqualTo(200);
  }
}
