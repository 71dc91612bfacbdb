package io.entrarelay.console;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.entrarelay.config.Integration;
import io.entrarelay.config.RelaySettings;
import io.entrarelay.config.Role;
import io.entrarelay.config.SettingsReader;
import io.entrarelay.state.AuditLog.Entry;
import io.entrarelay.state.Integrations;
import io.entrarelay.state.Standing;
import io.entrarelay.state.Standing.Reason;
import io.entrarelay.state.Standing.State;
import io.entrarelay.state.Tenancy;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who gets to see what, and how requests are protected, asked over HTTP. */
@Timeout(60)
class ConsoleTest {
  @TempDir static Path directory;

  private static final AtomicReference<Instant> NOW = new AtomicReference<>(Instant.now());

  @SuppressWarnings("NullAway.Init") // set before all tests
  private static OpenConsole console;

  @SuppressWarnings("NullAway.Init") // set before all tests
  private static Visitor viewer;

  @SuppressWarnings("NullAway.Init") // set before all tests
  private static Visitor administrator;

  @BeforeAll
  static void open() {
    InstantSource clock = NOW::get;
    console = OpenConsole.open(directory, Map.of(), clock);
    console.integrations(1_000);
    viewer = console.visitor(Role.VIEWER);
    administrator = console.visitor(Role.TENANT_ADMINISTRATOR);
  }

  @AfterAll
  static void close() {
    console.close();
  }

  @Test
  void theFirstUserIsToldOnceAndKeptAsAHash() {
    Matcher password = Pattern.compile("password ([a-z0-9-]{29}) ").matcher(console.said);
    assertThat(password.find()).as(console.said).isTrue();
    Visitor first = console.visitor();
    assertThat(first.signIn("admin", password.group(1)).statusCode()).isEqualTo(302);
    assertThat(first.get("/audit-log").body()).contains("user added").doesNotContain("$2a$");
    assertThat(console.store.users().list())
        .allSatisfy(user -> assertThat(user.password()).startsWith("{bcrypt}$2a$"));
    assertThat(console.store.users().addFirst("other", Role.VIEWER, "", "test")).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/",
        "/integrations",
        "/audit-log",
        "/actuator/hawtio/",
        "/actuator/hawtio/index.html",
        "/nothing"
      })
  void pagesLeadToSignIn(String path) {
    HttpResponse<String> response = console.visitor().get(path);
    assertThat(response.statusCode()).isEqualTo(302);
    assertThat(Visitor.location(response)).startsWith("/sign-in");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/actuator/jolokia/version",
        "/actuator/hawtio/jolokia/version",
        "/actuator/hawtio/user",
        "/actuator",
        "/actuator/env",
        "/actuator/hawtio/proxy/enabled"
      })
  void whatIsNoPageNeedsSignInAsWell(String path) {
    HttpResponse<String> response =
        console.visitor().send(HttpRequest.newBuilder(console.visitor().uri(path)));
    assertThat(response.statusCode()).isEqualTo(401);
  }

  @Test
  void aProbeNeedsNoSignInAndLearnsNothing() {
    HttpResponse<String> health = console.visitor().get("/actuator/health");
    assertThat(health.statusCode()).isEqualTo(200);
    assertThat(health.body()).isEqualTo("{\"status\":\"UP\"}");
  }

  @Test
  void aWrongPasswordAndAnUnknownNameHaveTheSameAnswer() {
    HttpResponse<String> wrong = console.visitor().signIn("viewer", "wrong-password-1");
    HttpResponse<String> unknown = console.visitor().signIn("nobody", "wrong-password-1");
    assertThat(Visitor.location(wrong))
        .isEqualTo("/sign-in?failed")
        .isEqualTo(Visitor.location(unknown));
    assertThat(console.store.auditLog().list(Long.MAX_VALUE, 2))
        .extracting(Entry::what, Entry::who)
        .containsExactly(tuple("sign-in failed", "unknown"), tuple("sign-in failed", "viewer"));
  }

  @Test
  void signInGivesAnotherSessionAndSignOutEndsIt() {
    Visitor visitor = console.visitor(Role.OPERATOR);
    String session = visitor.cookie("entra-relay-session");
    assertThat(session).isNotEmpty();
    HttpResponse<String> page = visitor.get("/integrations");
    assertThat(page.statusCode()).isEqualTo(200);
    visitor.signIn("operator", OpenConsole.PASSWORD);
    assertThat(visitor.cookie("entra-relay-session")).isNotEqualTo(session);
    assertThat(
            console
                .visitor()
                .get("/integrations", "Cookie", "entra-relay-session=" + session)
                .statusCode())
        .isEqualTo(302);
    assertThat(Visitor.location(visitor.post("/sign-out", Map.of("_csrf", visitor.token()))))
        .isEqualTo("/sign-in?signed-out");
    assertThat(visitor.get("/integrations").statusCode()).isEqualTo(302);
  }

  private static String page(Visitor visitor, String path) {
    return visitor.get(path).body();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/%2F/evil.example\r\nX: y",
        "javascript:alert(1)",
        "/../sign-out",
        "/@evil.example"
      })
  void signInLeadsNowhereElse(String next) {
    assertThat(Visitor.location(console.visitor().signIn("viewer", OpenConsole.PASSWORD, next)))
        .isEqualTo("/integrations");
  }

  @Test
  void signInLeadsToThePageThatWasAskedFor() {
    Visitor visitor = console.visitor();
    assertThat(Visitor.location(visitor.get("/integrations?query=x")))
        .isEqualTo("/sign-in?next=%2Fintegrations%3Fquery%3Dx");
    assertThat(
            Visitor.location(
                visitor.signIn("viewer", OpenConsole.PASSWORD, "/integrations?query=x")))
        .isEqualTo("/integrations?query=x");
  }

  @Test
  void whatChangesNeedsTheTokenOfThePage() {
    Visitor visitor = console.visitor();
    visitor.get("/sign-in");
    Map<String, String> form = Map.of("name", "viewer", "password", OpenConsole.PASSWORD);
    assertThat(visitor.post("/sign-in", form).statusCode()).isEqualTo(403);
    assertThat(viewer.post("/sign-out", Map.of()).statusCode()).isEqualTo(403);
    HttpRequest.Builder bare =
        HttpRequest.newBuilder(viewer.uri("/actuator/jolokia"))
            .POST(BodyPublishers.ofString("{\"type\":\"version\"}"));
    assertThat(viewer.send(bare).statusCode()).isEqualTo(403);
    assertThat(viewer.json("/actuator/jolokia", "{\"type\":\"version\"}").statusCode())
        .isEqualTo(200);
  }

  @Test
  void pagesOfOtherOriginsGetNothing() {
    assertThat(viewer.get("/integrations", "Origin", "https://evil.example").statusCode())
        .isEqualTo(403);
    assertThat(viewer.get("/actuator/jolokia/version", "Origin", "null").statusCode())
        .isEqualTo(403);
    assertThat(
            viewer
                .get("/actuator/jolokia/version", "Origin", console.url().toString())
                .statusCode())
        .isEqualTo(200);
  }

  @Test
  void pagesAreProtectedByHeaders() {
    HttpResponse<String> page = viewer.get("/integrations");
    assertThat(header(page, "Content-Security-Policy"))
        .contains("default-src 'none'", "frame-ancestors 'none'")
        .doesNotContain("unsafe");
    assertThat(header(page, "X-Frame-Options")).isEqualTo("DENY");
    assertThat(header(page, "X-Content-Type-Options")).isEqualTo("nosniff");
    assertThat(header(page, "Referrer-Policy")).isEqualTo("same-origin");
    assertThat(header(page, "Cache-Control")).contains("no-store");
    HttpResponse<String> hawtio = viewer.get("/actuator/hawtio/");
    assertThat(header(hawtio, "Content-Security-Policy"))
        .contains("default-src 'self'", "frame-ancestors 'none'", "script-src 'self';");
    assertThat(header(hawtio, "X-Frame-Options")).isEqualTo("DENY");
    List<String> cookies =
        console.visitor().signIn("viewer", OpenConsole.PASSWORD).headers().allValues("Set-Cookie");
    assertThat(cookies)
        .anySatisfy(
            cookie ->
                assertThat(cookie)
                    .startsWith("entra-relay-session=")
                    .containsIgnoringCase("; HttpOnly")
                    .containsIgnoringCase("SameSite=Lax")
                    .doesNotContain("Secure"));
  }

  private static String header(HttpResponse<?> response, String name) {
    return String.join(" | ", response.headers().allValues(name));
  }

  @Test
  void aRoleSeesWhatItMay() {
    assertThat(viewer.get("/audit-log").statusCode()).isEqualTo(403);
    assertThat(page(viewer, "/integrations")).doesNotContain("Audit log");
    assertThat(administrator.get("/audit-log").statusCode()).isEqualTo(200);
    assertThat(page(administrator, "/integrations")).contains("Audit log");
    assertThat(administrator.get("/actuator/env").statusCode()).isNotEqualTo(200);
    assertThat(administrator.get("/actuator/hawtio/proxy/enabled").statusCode()).isEqualTo(403);
    assertThat(administrator.get("/nothing").statusCode()).isIn(403, 404);
  }

  @Test
  void aChangeOfTheUserEndsTheSession() {
    console.store.users().add("kim", Role.OPERATOR, OpenConsole.HASH, "test");
    Visitor kim = console.visitor();
    kim.signIn("kim", OpenConsole.PASSWORD);
    assertThat(kim.get("/integrations").statusCode()).isEqualTo(200);
    console.store.users().setRole("kim", Role.VIEWER, "test");
    Awaitility.await()
        .atMost(Duration.ofSeconds(5))
        .until(() -> kim.get("/integrations").statusCode() == 302);
    kim.signIn("kim", OpenConsole.PASSWORD);
    assertThat(page(kim, "/integrations")).contains(">viewer<");
    console.store.users().remove("kim", "test");
    Awaitility.await()
        .atMost(Duration.ofSeconds(5))
        .until(() -> kim.get("/integrations").statusCode() == 302);
  }

  @Test
  void whoIsIdleIsSignedOut() {
    Visitor visitor = console.visitor();
    Instant before = Objects.requireNonNull(NOW.get());
    try {
      visitor.signIn("viewer", OpenConsole.PASSWORD);
      visitor.get("/integrations");
      NOW.set(before.plus(Duration.ofMinutes(20)));
      assertThat(visitor.get("/integrations", SessionRules.BY_ITSELF, "true").statusCode())
          .isEqualTo(200);
      NOW.set(before.plus(Duration.ofMinutes(31)));
      assertThat(visitor.get("/integrations").statusCode()).isEqualTo(302);
    } finally {
      NOW.set(before);
    }
  }

  @Test
  void aThousandIntegrationsAreFoundByNameAndPage() {
    String first = page(viewer, "/integrations");
    assertThat(rows(first)).isEqualTo(IntegrationsPage.ROWS);
    assertThat(first).contains("tenant-0000", "Page <span>1</span> of <span>40</span>");
    assertThat(page(viewer, "/integrations?page=40")).contains("tenant-0999");
    assertThat(page(viewer, "/integrations?page=4000")).contains("tenant-0999");
    String found = page(viewer, "/integrations?query=NUMBER+42");
    assertThat(rows(found)).isEqualTo(11);
    assertThat(rows(page(viewer, "/integrations?query=4c59-9a44-000000000123"))).isEqualTo(1);
    assertThat(rows(page(viewer, "/integrations?state=failed"))).isZero();
    assertThat(rows(page(viewer, "/integrations?state=new"))).isEqualTo(25);
    assertThat(viewer.get("/integrations", "HX-Request", "true").body())
        .startsWith("<div id=\"results\"")
        .doesNotContain("<html");
  }

  private static int rows(String page) {
    return page.split("scope=\"row\"", -1).length - 1;
  }

  @Test
  void namesAreTextAndNothingElse() {
    assertThat(page(viewer, "/integrations?query=tenant-0007"))
        .contains("&lt;script&gt;alert(1)&lt;/script&gt;")
        .doesNotContain("<script>alert");
    assertThat(page(viewer, "/integrations?query=%22%3E%3Cscript%3Ealert(2)%3C/script%3E"))
        .doesNotContain("<script>alert");
  }

  @Test
  void whatIsTooLongIsRefused() {
    String tooLong = "x".repeat(RequestBound.MOST + 1);
    assertThat(viewer.json("/actuator/jolokia", tooLong).statusCode()).isEqualTo(413);
    HttpRequest.Builder withoutLength =
        HttpRequest.newBuilder(viewer.uri("/actuator/jolokia"))
            .header("X-XSRF-TOKEN", viewer.cookie("XSRF-TOKEN"))
            .POST(
                BodyPublishers.ofInputStream(
                    () ->
                        new ByteArrayInputStream(
                            ("[" + " ".repeat(RequestBound.MOST) + "{\"type\":\"version\"}]")
                                .getBytes(UTF_8))));
    assertThat(viewer.send(withoutLength).body()).doesNotContain("\"agent\"");
  }

  @Test
  void scriptsAndStylesAreItsOwn() {
    String page = page(viewer, "/integrations");
    Matcher link = Pattern.compile("(?:src|href)=\"([^\"]+)\"").matcher(page);
    while (link.find()) {
      assertThat(link.group(1)).doesNotContain("//");
      if (link.group(1).matches(".*\\.(css|js|svg)")) {
        assertThat(console.visitor().get(link.group(1)).statusCode()).isEqualTo(200);
      }
    }
    assertThat(page).doesNotContain(" style=\"", "<style", "onclick");
  }

  @Test
  void aPortThatIsTakenIsToldBeforeAnythingIsCollected() throws IOException {
    try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      RelaySettings.Console settings =
          SettingsReader.read(
                  directory,
                  Map.of("RELAY_CONSOLE_PORT", String.valueOf(other.getLocalPort())),
                  Map.of())
              .console();
      assertThatThrownBy(() -> Console.check(settings))
          .isInstanceOf(ConsoleException.class)
          .hasMessage(
              "The console can't be served at 127.0.0.1:%d: another program has that port. Stop"
                  + " it, set relay.console.port to a free one, or relay.console.enabled to false.",
              other.getLocalPort());
    }
  }

  private Tenancy tenancy(int number) {
    Integration integration = console.integrations.get(number);
    return new Tenancy(integration.tenantId(), integration.clientId());
  }

  @Test
  void anIntegrationHasItsReasonsItsNextStepAndWhatWasBefore() {
    Integrations standings = console.store.integrations();
    standings.note(
        tenancy(3), "tenant-0003", new Standing(State.COLLECTING, Instant.EPOCH, List.of()));
    standings.note(
        tenancy(3),
        "tenant-0003",
        new Standing(
            State.DEGRADED,
            Instant.ofEpochSecond(60),
            List.of(new Reason("signIns", "LICENCE", "<b>No licence</b>. Buy one."))));
    assertThat(page(viewer, "/integrations?state=degraded"))
        .contains("/integrations/tenant-0003", "signIns: &lt;b&gt;No licence");
    String page = page(viewer, "/integrations/tenant-0003");
    assertThat(page)
        .contains("&lt;b&gt;No licence&lt;/b&gt;. Buy one.")
        .contains("1970-01-01 00:01:00 UTC", "1970-01-01 00:00:00 UTC", ">collecting<")
        .contains("entra-relay integration refresh tenant-0003")
        .doesNotContain("<b>No", "id=\"pause\"");
    assertThat(viewer.get("/integrations/tenant-0003", "HX-Request", "true").body())
        .startsWith("<div id=\"fares\"");
    assertThat(page(viewer, "/integrations/tenant-0004")).contains(">new<");
  }

  @Test
  void operatorsPauseResumeAndRefreshAndThatIsKept() {
    Visitor operator = console.visitor(Role.OPERATOR);
    String page = "/integrations/tenant-0005";
    assertThat(page(operator, page)).contains("id=\"pause\"").doesNotContain("id=\"resume\"");
    HttpResponse<String> paused = operator.post(page + "/pause", Map.of("_csrf", operator.token()));
    assertThat(Visitor.location(paused)).isEqualTo(page);
    assertThat(console.store.integrations().paused()).containsExactly(tenancy(5));
    assertThat(page(operator, page))
        .contains("It is being paused", "id=\"resume\"")
        .doesNotContain("id=\"pause\"");
    operator.post(page + "/resume", Map.of("_csrf", operator.token()));
    assertThat(console.store.integrations().paused()).isEmpty();
    operator.post(page + "/refresh", Map.of("_csrf", operator.token()));
    assertThat(console.asked).contains("refresh tenant-0005");
    assertThat(console.store.auditLog().list(Long.MAX_VALUE, 3))
        .extracting(Entry::who, Entry::what, Entry::target)
        .containsExactly(
            tuple("operator", "refreshed", "tenant-0005"),
            tuple("operator", "resumed", "tenant-0005"),
            tuple("operator", "paused", "tenant-0005"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"pause", "resume", "refresh"})
  void whoMayOnlySeeChangesNothing(String action) {
    HttpResponse<String> refused =
        viewer.post("/integrations/tenant-0006/" + action, Map.of("_csrf", viewer.token()));
    assertThat(refused.statusCode()).isEqualTo(403);
    assertThat(console.store.integrations().paused()).isEmpty();
    assertThat(console.asked).noneMatch(asked -> asked.contains("tenant-0006"));
  }

  @Test
  void whatNoRelayDoesIsSaid() {
    Visitor operator = console.visitor(Role.OPERATOR);
    Map<String, String> form = Map.of("_csrf", operator.token());
    try {
      console.answer.set(null);
      HttpResponse<String> silent = operator.post("/integrations/tenant-0008/refresh", form);
      assertThat(silent.statusCode()).isEqualTo(503);
      assertThat(silent.body()).contains("does not answer within 5 s");
      console.answer.set("{\"error\":\"integration <b>x</b> is not collected\"}");
      assertThat(operator.post("/integrations/tenant-0008/refresh", form).body())
          .contains("Integration &lt;b&gt;x&lt;/b&gt; is not collected");
    } finally {
      console.answer.set("{}");
    }
    assertThat(console.store.auditLog().list(Long.MAX_VALUE, 100))
        .noneMatch(entry -> entry.target().equals("tenant-0008"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/nobody",
        "/nobody/pause",
        "/..%2F..%2Fapplication",
        "/tenant-0001%00",
        "/%2e%2e"
      })
  void whatThereIsNotIsNotFound(String path) {
    Visitor operator = console.visitor(Role.OPERATOR);
    assertThat(operator.get("/integrations" + path).statusCode()).isIn(400, 403, 404, 405);
    assertThat(
            operator.post("/integrations" + path, Map.of("_csrf", operator.token())).statusCode())
        .isIn(400, 403, 404);
    assertThat(console.store.integrations().paused()).isEmpty();
  }
}
