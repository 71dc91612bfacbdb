package io.entrarelay.console;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.entrarelay.config.Integration;
import io.entrarelay.config.RelaySettings.Application;
import io.entrarelay.config.Role;
import io.entrarelay.credential.Credential;
import io.entrarelay.credential.Pairs;
import io.entrarelay.credential.PemWriter;
import io.entrarelay.graph.Cloud;
import io.entrarelay.onboard.IntegrationCheck.Line;
import io.entrarelay.onboard.IntegrationCheck.Outcome;
import io.entrarelay.state.AuditLog.Entry;
import io.entrarelay.state.DeadLetter;
import io.entrarelay.state.Lease;
import io.entrarelay.state.Position;
import io.entrarelay.state.Standing;
import io.entrarelay.state.Standing.Reason;
import io.entrarelay.state.Standing.State;
import io.entrarelay.state.Tenancy;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The API as programs see it, and who may ask it for what. */
@Timeout(60)
class ApiTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String BASE = "/api/v1";
  private static final String INTEGRATIONS = BASE + "/integrations";

  @TempDir static Path directory;

  @SuppressWarnings("NullAway.Init") // set before all tests
  private static OpenConsole console;

  private static final HttpClient HTTP = HttpClient.newHttpClient();

  @BeforeAll
  static void open() throws IOException {
    Path certificate = directory.resolve("app.pem");
    Path key = directory.resolve("app-key.pem");
    Files.writeString(certificate, PemWriter.text(MADE.certificate()));
    Files.writeString(key, PemWriter.text(MADE.privateKey()));
    console =
        OpenConsole.open(
            directory,
            Map.of(),
            InstantSource.system(),
            new Application(
                "c0ffee00-1111-4222-8333-944455558888",
                Cloud.named("global").orElseThrow(),
                certificate,
                key));
    console.integrations(60);
    for (Role role : Role.values()) {
      console.store.users().add(role.text(), role, OpenConsole.HASH, "test");
    }
  }

  @AfterAll
  static void close() {
    console.close();
  }

  private static HttpResponse<String> ask(
      String method, String path, @Nullable String name, @Nullable String body, String... headers) {
    HttpRequest.Builder request =
        request(method, path, body == null ? null : BodyPublishers.ofString(body));
    if (name != null) {
      request.header("Authorization", basic(name, OpenConsole.PASSWORD));
    }
    return send(headers.length == 0 ? request : request.headers(headers));
  }

  private static HttpRequest.Builder request(
      String method, String path, @Nullable BodyPublisher body) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(console.url() + path))
            .method(method, body == null ? BodyPublishers.noBody() : body);
    return body == null ? request : request.header("Content-Type", "application/json");
  }

  private static HttpResponse<String> send(HttpRequest.Builder request) {
    try {
      return HTTP.send(request.build(), BodyHandlers.ofString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static String basic(String name, String password) {
    return "Basic " + Base64.getEncoder().encodeToString((name + ":" + password).getBytes(UTF_8));
  }

  private static JsonNode json(HttpResponse<String> response) {
    try {
      return JSON.readTree(response.body());
    } catch (IOException e) {
      throw new AssertionError(response.body(), e);
    }
  }

  private static JsonNode get(String path) {
    HttpResponse<String> response = ask("GET", path, "viewer", null);
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    return json(response);
  }

  /** A problem of RFC 9457 that says nothing about how it came about. */
  private static JsonNode problem(HttpResponse<String> response, int status) {
    assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
    assertThat(response.headers().firstValue("Content-Type").orElse(""))
        .startsWith("application/problem+json");
    assertThat(response.body()).doesNotContain("Exception", "org.spring", "io.entrarelay");
    JsonNode problem = json(response);
    assertThat(problem.path("status").asInt()).isEqualTo(status);
    assertThat(problem.path("title").asText()).isNotEmpty();
    assertThat(problem.path("detail").asText()).isNotEmpty();
    return problem;
  }

  private static List<String> errors(JsonNode problem) {
    List<String> keys = new ArrayList<>();
    for (JsonNode error : problem.path("errors")) {
      assertThat(error.path("cause").asText()).isNotEmpty();
      assertThat(error.path("remedy").asText()).isNotEmpty();
      keys.add(error.path("key").asText());
    }
    return keys;
  }

  /** What the description describes. */
  private record Described(String method, String path, JsonNode operation) {
    /** With a name that nothing has, so that nothing is changed where it is allowed. */
    private String sample() {
      return path.replace("{name}", "nobody").replace("{id}", "4711");
    }

    private @Nullable String body() {
      return operation.has("requestBody") ? "{}" : null;
    }

    private Role role() {
      return Role.of(operation.path("x-role").asText()).orElseThrow();
    }

    @Override
    public String toString() {
      return method + " " + path;
    }
  }

  private static Stream<Described> described() {
    List<Described> described = new ArrayList<>();
    get(BASE + "/openapi.json")
        .path("paths")
        .properties()
        .forEach(
            path ->
                path.getValue()
                    .properties()
                    .forEach(
                        operation ->
                            described.add(
                                new Described(
                                    operation.getKey().toUpperCase(Locale.ROOT),
                                    path.getKey(),
                                    operation.getValue()))));
    return described.stream();
  }

  @Test
  void eachRuleIsDescribedAndEachDescriptionHasItsRule() {
    assertThat(described().map(Described::toString))
        .containsExactlyInAnyOrderElementsOf(
            ApiRules.RULES.stream()
                .filter(rule -> !rule.path().equals(ApiRules.DESCRIPTION))
                .map(rule -> rule.method() + " " + rule.path())
                .toList());
  }

  @ParameterizedTest
  @MethodSource("described")
  void eachOperationIsDescribedWhole(Described described) {
    JsonNode operation = described.operation();
    assertThat(operation.path("summary").asText()).endsWith(".");
    assertThat(operation.path("description").asText())
        .contains("Needs the role " + described.role().text() + ".");
    for (JsonNode parameter : operation.path("parameters")) {
      assertThat(parameter.path("description").asText()).as(parameter.toString()).isNotEmpty();
      assertThat(parameter.has("schema")).isTrue();
    }
    assertThat(operation.path("responses").properties())
        .anySatisfy(each -> assertThat(each.getKey()).startsWith("2"))
        .allSatisfy(
            each -> {
              if (each.getKey().startsWith("2")) {
                assertThat(each.getKey().equals("204") != each.getValue().has("content"))
                    .as(each.toString())
                    .isTrue();
              } else {
                assertThat(each.getValue().at("/content/application~1problem+json").isMissingNode())
                    .as(each.toString())
                    .isFalse();
              }
            });
    assertThat(operation.path("responses").has("401")).isTrue();
    assertThat(operation.path("responses").has("403")).isTrue();
    if (described.body() != null) {
      assertThat(operation.at("/requestBody/content/application~1json/schema/$ref").asText())
          .startsWith("#/components/schemas/");
    }
  }

  @Test
  void allThatTheDescriptionRefersToIsThere() {
    JsonNode description = get(BASE + "/openapi.json");
    assertThat(description.path("openapi").asText()).startsWith("3.");
    TreeSet<String> used = new TreeSet<>();
    description.findValuesAsText("$ref").forEach(used::add);
    assertThat(used)
        .isNotEmpty()
        .allSatisfy(
            ref -> assertThat(description.at(ref.substring(1)).isMissingNode()).as(ref).isFalse());
    assertThat(description.at("/components/schemas").toString())
        .doesNotContain("StoredIntegration", "ProblemDetail", "Authentication");
    assertThat(description.at("/servers/0/url").asText()).isEqualTo(console.url().toString());
  }

  @ParameterizedTest
  @MethodSource("described")
  void nobodyGetsAnything(Described described) {
    problem(ask(described.method(), described.sample(), null, described.body()), 401);
  }

  @ParameterizedTest
  @MethodSource("described")
  void eachRoleGetsWhatItMayAndNoMore(Described described) {
    for (Role role : Role.values()) {
      HttpResponse<String> byPassword =
          ask(described.method(), described.sample(), role.text(), described.body());
      HttpResponse<String> inBrowser = browser(role, described);
      if (role.includes(described.role())) {
        assertThat(byPassword.statusCode()).as(role + " " + byPassword.body()).isNotIn(401, 403);
        assertThat(inBrowser.statusCode()).as(role + " " + inBrowser.body()).isNotIn(401, 403);
      } else {
        assertThat(problem(byPassword, 403).path("detail").asText())
            .contains(described.role().text());
        problem(inBrowser, 403);
      }
    }
  }

  private static final Map<Role, Visitor> SIGNED_IN = new TreeMap<>();

  private static Visitor visitor(Role role) {
    return SIGNED_IN.computeIfAbsent(role, console::visitor);
  }

  private static HttpResponse<String> browser(Role role, Described described) {
    Visitor visitor = visitor(role);
    HttpRequest.Builder request =
        request(
            described.method(),
            described.sample(),
            described.body() == null ? null : BodyPublishers.ofString("{}"));
    return visitor.send(request.header("X-XSRF-TOKEN", visitor.cookie("XSRF-TOKEN")));
  }

  @Test
  void whatIsNoPathOrNoMethodOfOneIsSaid() {
    problem(ask("GET", BASE + "/nothing", "tenant-administrator", null), 404);
    problem(ask("GET", "/api/v2/integrations", "tenant-administrator", null), 404);
    problem(ask("GET", BASE + "/nothing", null, null), 401);
    HttpResponse<String> response = ask("DELETE", INTEGRATIONS, "tenant-administrator", null);
    problem(response, 405);
    assertThat(response.headers().firstValue("Allow").orElse("").split(", "))
        .containsExactlyInAnyOrder("GET", "POST");
  }

  @Test
  void aSessionChangesNothingWithoutItsToken() {
    Visitor operator = visitor(Role.OPERATOR);
    String path = INTEGRATIONS + "/tenant-0001/pause";
    assertThat(problem(operator.send(request("POST", path, null)), 403).path("detail").asText())
        .contains("X-XSRF-TOKEN");
    // nor does a header that looks like a program's
    problem(operator.send(request("POST", path, null).header("Authorization", "Bearer x")), 401);
    problem(
        operator.send(
            request("POST", path, null).header("Authorization", basic("operator", "wrong-one"))),
        401);
    assertThat(console.store.integrations().paused()).isEmpty();
    problem(
        operator.send(
            request("POST", path, null)
                .header("Origin", "https://evil.example")
                .header("Authorization", basic("operator", OpenConsole.PASSWORD))),
        403);
    assertThat(operator.send(request("GET", INTEGRATIONS, null)).statusCode()).isEqualTo(200);
  }

  @Test
  void aPasswordMakesNoSession() {
    HttpResponse<String> response = ask("GET", INTEGRATIONS, "viewer", null);
    assertThat(response.headers().allValues("Set-Cookie")).isEmpty();
    assertThat(response.headers().firstValue("Cache-Control").orElse("")).contains("no-store");
  }

  @Test
  void onlyProgramsAreAskedForAPassword() {
    assertThat(ask("GET", INTEGRATIONS, null, null).headers().firstValue("WWW-Authenticate"))
        .hasValueSatisfying(value -> assertThat(value).startsWith("Basic "));
    assertThat(
            ask(
                    "GET",
                    INTEGRATIONS,
                    null,
                    null,
                    "Sec-Fetch-Mode",
                    "navigate",
                    "Accept",
                    "text/html")
                .headers()
                .firstValue("WWW-Authenticate"))
        .isEmpty();
  }

  @Test
  void aProgramThatAsksOftenCostsLittleUntilItsUserIsChanged() {
    String password = "another-long-password";
    console.store.users().add("poller", Role.VIEWER, Passwords.hash(password), "test");
    String header = basic("poller", password);
    assertThat(
            send(request("GET", INTEGRATIONS, null).header("Authorization", header)).statusCode())
        .isEqualTo(200);
    long begun = System.nanoTime();
    for (int i = 0; i < 50; i++) {
      assertThat(
              send(request("GET", INTEGRATIONS + "?size=1", null).header("Authorization", header))
                  .statusCode())
          .isEqualTo(200);
    }
    Duration took = Duration.ofNanos(System.nanoTime() - begun);
    long judged = System.nanoTime();
    Passwords.encoder().matches(password, Passwords.hash(password));
    Duration twoHashes = Duration.ofNanos(System.nanoTime() - judged);
    assertThat(took).isLessThan(twoHashes.multipliedBy(25)); // else each would cost one
    assertThat(console.store.auditLog().list(Long.MAX_VALUE, 1_000))
        .filteredOn(entry -> entry.who().equals("poller"))
        .extracting(Entry::what)
        .containsExactly("signed in to the API");
    console.store.users().setPassword("poller", Passwords.hash("yet-another-password"), "test");
    problem(send(request("GET", INTEGRATIONS, null).header("Authorization", header)), 401);
  }

  @ParameterizedTest
  @ValueSource(strings = {"Basic", "Basic %%%", "Basic bm9jb2xvbg==", "Basic Og==", "Digest x", ""})
  void whatIsNoPasswordIsRefused(String header) {
    problem(send(request("GET", INTEGRATIONS, null).header("Authorization", header)), 401);
  }

  @Test
  void passwordsAreNotTakenInTheClear(@TempDir Path other) {
    try (OpenConsole open =
        OpenConsole.open(
            other,
            Map.of("RELAY_CONSOLE_PUBLIC_URL", "http://relay.example"),
            InstantSource.system())) {
      HttpResponse<String> refused =
          send(
              HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + open.port() + INTEGRATIONS))
                  .header("Authorization", basic("admin", OpenConsole.PASSWORD)));
      assertThat(problem(refused, 403).path("detail").asText())
          .contains("relay.console.certificate", "relay.console.public-url");
    }
  }

  @Test
  void behindAProxyItIsThereAsWellAndWrongPasswordsCostTheirAddressWaiting(@TempDir Path other) {
    try (OpenConsole open =
        OpenConsole.open(
            other,
            Map.of("RELAY_CONSOLE_PUBLIC_URL", "https://relay.example/entra"),
            InstantSource.system())) {
      open.store.users().add("kim", Role.VIEWER, OpenConsole.HASH, "test");
      URI place = URI.create("http://127.0.0.1:" + open.port() + "/entra" + BASE + "/");
      HttpResponse<String> description =
          send(
              HttpRequest.newBuilder(place.resolve("openapi.json"))
                  .header("Authorization", basic("kim", OpenConsole.PASSWORD)));
      assertThat(json(description).at("/servers/0/url").asText())
          .isEqualTo("https://relay.example/entra");
      problem(send(HttpRequest.newBuilder(place.resolve("integrations"))), 401);
      int tries = 0;
      HttpResponse<String> wrong;
      do {
        wrong =
            send(
                HttpRequest.newBuilder(place.resolve("integrations"))
                    .header("X-Forwarded-For", "192.0.2.7")
                    .header("Authorization", basic("stranger", "wrong-password")));
        tries++;
      } while (wrong.statusCode() == 401 && tries < 15);
      problem(wrong, 429);
      assertThat(tries).isGreaterThan(SignInLimit.FREE_BY_NAME);
      assertThat(Integer.parseInt(wrong.headers().firstValue("Retry-After").orElseThrow()))
          .isBetween(1, 60);
      assertThat(
              send(HttpRequest.newBuilder(place.resolve("integrations"))
                      .header("Authorization", basic("kim", OpenConsole.PASSWORD)))
                  .statusCode())
          .isEqualTo(200);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{",
        "[]",
        "\"text\"",
        "",
        "{\"name\":1,\"name\":2}",
        "{\"name\":{}}",
        "{\"reports\":\"signIns\"}",
        "{} {}",
        "{\"name\":\"x\"}x",
        "{'name':'x'}",
        "\u0000"
      })
  void whatIsNoProperJsonIsRefused(String body) {
    problem(ask("POST", INTEGRATIONS, "tenant-administrator", body), 400);
  }

  @Test
  void whatIsNotKnownIsNamed() {
    JsonNode problem =
        problem(
            ask(
                "POST",
                INTEGRATIONS,
                "tenant-administrator",
                "{\"name\":\"x\",\"endpoints\":{\"grahp\":\"https://x\"}}"),
            400);
    assertThat(errors(problem)).containsExactly("endpoints.grahp");
    assertThat(problem.toString()).contains("authority, graph");
  }

  @Test
  void whatIsNotJsonIsRefused() {
    for (String type :
        List.of("text/plain", "application/xml", "application/x-www-form-urlencoded")) {
      HttpRequest.Builder request =
          HttpRequest.newBuilder(URI.create(console.url() + INTEGRATIONS))
              .header("Authorization", basic("tenant-administrator", OpenConsole.PASSWORD))
              .header("Content-Type", type)
              .POST(BodyPublishers.ofString("{\"name\":\"x\"}"));
      problem(send(request), 415);
    }
  }

  @Test
  void whatIsTooLongIsRefused() {
    String tooLong = "{\"name\":\"" + "x".repeat(RequestBound.MOST) + "\"}";
    problem(ask("POST", INTEGRATIONS, "tenant-administrator", tooLong), 413);
    HttpRequest.Builder withoutLength =
        request(
                "POST",
                INTEGRATIONS,
                BodyPublishers.ofInputStream(
                    () -> new ByteArrayInputStream(tooLong.getBytes(UTF_8))))
            .header("Authorization", basic("tenant-administrator", OpenConsole.PASSWORD));
    problem(send(withoutLength), 413);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "nobody",
        "..",
        "%2e%2e",
        "..%2F..%2Fapplication",
        "tenant-0001%00",
        "tenant-0001%0a",
        "..;",
        "tenant-0001;x=y",
        "%3Cscript%3E"
      })
  void aNameThatNothingHasIsNotFound(String name) {
    for (String what : List.of("", "/export", "/pause", "/certificate")) {
      String method = what.equals("/pause") ? "POST" : what.equals("/certificate") ? "PUT" : "GET";
      HttpResponse<String> response =
          ask(
              method,
              INTEGRATIONS + "/" + name + what,
              "tenant-administrator",
              what.equals("/certificate") ? "{}" : null);
      assertThat(response.statusCode()).as(response.body()).isIn(400, 404, 405);
      assertThat(response.body()).doesNotContain("Exception", "<script>");
    }
    assertThat(console.store.integrations().paused()).isEmpty();
  }

  @Test
  void integrationsAreFoundByNameStateAndPage() {
    JsonNode first = get(INTEGRATIONS);
    assertThat(first.path("found").asInt()).isGreaterThanOrEqualTo(60);
    assertThat(first.path("integrations")).hasSize(25);
    assertThat(first.at("/integrations/0/tenantId").asText()).hasSize(36);
    JsonNode found = get(INTEGRATIONS + "?query=NUMBER+4&size=3&page=4");
    assertThat(found.path("found").asInt()).isEqualTo(11);
    assertThat(found.path("pages").asInt()).isEqualTo(4);
    assertThat(found.path("integrations")).hasSize(2);
    assertThat(found.at("/integrations/1/name").asText()).isEqualTo("tenant-0049");
    assertThat(get(INTEGRATIONS + "?state=failed").path("integrations")).isEmpty();
    for (String wrong :
        List.of("state=broken", "page=0", "size=201", "size=x", "page=99999999999")) {
      assertThat(errors(problem(ask("GET", INTEGRATIONS + "?" + wrong, "viewer", null), 400)))
          .containsExactly(wrong.substring(0, wrong.indexOf('=')));
    }
  }

  @Test
  void anIntegrationHasItsReasonsItsNextStepAndWhatWasBefore() {
    Tenancy tenancy = IntegrationActions.tenancy(console.integrations.get(3));
    console
        .store
        .integrations()
        .note(tenancy, "tenant-0003", new Standing(State.COLLECTING, Instant.EPOCH, List.of()));
    console
        .store
        .integrations()
        .note(
            tenancy,
            "tenant-0003",
            new Standing(
                State.DEGRADED,
                Instant.ofEpochSecond(60),
                List.of(new Reason("signIns", "LICENCE", "No licence. Buy one."))));
    JsonNode one = get(INTEGRATIONS + "/tenant-0003");
    assertThat(one.path("state").asText()).isEqualTo("degraded");
    assertThat(one.path("since").asText()).isEqualTo("1970-01-01T00:01:00Z");
    assertThat(one.at("/reasons/0/text").asText()).isEqualTo("No licence. Buy one.");
    assertThat(one.path("nextStep").asText()).contains("refresh tenant-0003");
    assertThat(one.at("/history/0/state").asText()).isEqualTo("collecting");
    assertThat(one.has("figures")).isTrue();
    assertThat(one.has("lastRead")).isFalse();
    assertThat(get(INTEGRATIONS + "?state=degraded").at("/integrations/0/name").asText())
        .isEqualTo("tenant-0003");
  }

  @Test
  void anOperatorPausesResumesRefreshesAndReadsAgain() {
    String one = INTEGRATIONS + "/tenant-0005";
    assertThat(json(ask("POST", one + "/pause", "operator", null)).path("changed").asBoolean())
        .isTrue();
    assertThat(console.store.integrations().paused())
        .containsExactly(IntegrationActions.tenancy(console.integrations.get(5)));
    assertThat(json(ask("POST", one + "/pause", "operator", null)).path("changed").asBoolean())
        .isFalse();
    assertThat(json(ask("POST", one + "/resume", "operator", null)).path("changed").asBoolean())
        .isTrue();
    assertThat(ask("POST", one + "/refresh", "operator", null).statusCode()).isEqualTo(204);
    Instant from = Instant.now().minus(Duration.ofHours(1));
    HttpResponse<String> backfill =
        ask("POST", one + "/backfill", "operator", "{\"from\":\"" + from + "\"}");
    assertThat(backfill.statusCode()).as(backfill.body()).isEqualTo(202);
    assertThat(json(backfill).path("from").asText()).isEqualTo(from.toString());
    assertThat(json(backfill).at("/reports/0").asText()).isEqualTo("signIns");
    assertThat(console.asked)
        .contains("refresh tenant-0005")
        .anyMatch(asked -> asked.startsWith("backfill {\"name\":\"tenant-0005\""));
    assertThat(console.store.auditLog().list(Long.MAX_VALUE, 1_000))
        .filteredOn(entry -> entry.target().equals("tenant-0005"))
        .extracting(Entry::who, Entry::what)
        .containsExactly(
            tuple("operator", "backfill asked for"),
            tuple("operator", "refreshed"),
            tuple("operator", "resumed"),
            tuple("operator", "paused"));
    problem(ask("POST", one + "/backfill", "operator", "{}"), 400);
    problem(ask("POST", one + "/backfill", "operator", "{\"from\":\"yesterday\"}"), 400);
    problem(ask("POST", one + "/backfill", "operator", "{\"from\":\"2020-01-01T00:00:00Z\"}"), 400);
  }

  @Test
  void whatNoRelayDoesIsSaid() {
    try {
      console.answer.set(null);
      problem(ask("POST", INTEGRATIONS + "/tenant-0008/refresh", "operator", null), 503);
    } finally {
      console.answer.set("{}");
    }
  }

  private static final Credential MADE = Pairs.of("api");
  private static final Credential NEXT = Pairs.of("next", 60);

  private static String body(Map<String, ?> values) {
    return JSON.valueToTree(values).toString();
  }

  private static Map<String, Object> fabrikam() {
    Map<String, Object> asked = new TreeMap<>();
    asked.put("name", "fabrikam");
    asked.put("displayName", "Fabrikam");
    asked.put("tenantId", "7f3f5d6c-3a5b-4c59-9a44-6d1f6f7f0a02");
    asked.put("clientId", "c0ffee00-1111-4222-8333-944455557777");
    asked.put("certificate", PemWriter.text(MADE.certificate()));
    asked.put("privateKey", PemWriter.text(MADE.privateKey()));
    return asked;
  }

  @Test
  void anAdministratorAddsRenamesRotatesExportsAndRemoves() {
    String admin = "tenant-administrator";
    HttpResponse<String> added = ask("POST", INTEGRATIONS, admin, body(fabrikam()));
    assertThat(added.statusCode()).as(added.body()).isEqualTo(201);
    assertThat(added.headers().firstValue("Location"))
        .hasValue(console.url() + INTEGRATIONS + "/fabrikam");
    assertThat(json(added).path("reports").toString())
        .isEqualTo("[\"signIns\",\"directoryAudits\"]");
    assertThat(json(added).path("declared").asBoolean(true)).isFalse();
    assertThat(json(added).path("certificateDaysLeft").asInt()).isIn(29, 30);
    assertThat(json(added).has("consent")).isFalse();
    keepsSecret(added);

    JsonNode again = problem(ask("POST", INTEGRATIONS, admin, body(fabrikam())), 409);
    assertThat(errors(again)).containsExactly("name");
    Map<String, Object> sameTenant = fabrikam();
    sameTenant.put("name", "other");
    assertThat(errors(problem(ask("POST", INTEGRATIONS, admin, body(sameTenant)), 409)))
        .containsExactly("tenantId, clientId");

    HttpResponse<String> renamed =
        ask("PATCH", INTEGRATIONS + "/fabrikam", admin, "{\"name\":\"fabrikam-europe\"}");
    assertThat(renamed.statusCode()).as(renamed.body()).isEqualTo(200);
    assertThat(json(renamed).path("displayName").asText()).isEqualTo("Fabrikam");
    String path = INTEGRATIONS + "/fabrikam-europe";
    problem(ask("GET", INTEGRATIONS + "/fabrikam", admin, null), 404);
    assertThat(errors(problem(ask("PATCH", path, admin, "{\"name\":\"../../etc\"}"), 400)))
        .containsExactly("name");
    problem(ask("PATCH", path, admin, "{\"name\":\"tenant-0001\"}"), 409);
    assertThat(
            json(ask("PATCH", path, admin, "{\"displayName\":\"<b>F</b>\"}"))
                .path("displayName")
                .asText())
        .isEqualTo("<b>F</b>");

    HttpResponse<String> rotated =
        ask(
            "PUT",
            path + "/certificate",
            admin,
            body(
                Map.of(
                    "certificate",
                    PemWriter.text(NEXT.certificate()) + PemWriter.text(NEXT.privateKey()))));
    assertThat(rotated.statusCode()).as(rotated.body()).isEqualTo(200);
    assertThat(json(rotated).path("certificateDaysLeft").asInt()).isIn(59, 60);
    keepsSecret(rotated);
    HttpResponse<String> mismatch =
        ask(
            "PUT",
            path + "/certificate",
            admin,
            body(
                Map.of(
                    "certificate", PemWriter.text(NEXT.certificate()),
                    "privateKey", PemWriter.text(MADE.privateKey()))));
    assertThat(errors(problem(mismatch, 400))).containsExactly("certificate");
    keepsSecret(mismatch);

    HttpResponse<String> exported = ask("GET", path + "/export", "viewer", null);
    assertThat(exported.headers().firstValue("Content-Type").orElse(""))
        .startsWith("application/yaml");
    assertThat(exported.body())
        .contains("tenant-id: 7f3f5d6c-3a5b-4c59-9a44-6d1f6f7f0a02", "display-name: <b>F</b>")
        .contains("private-key: fabrikam-europe/key.pem");
    keepsSecret(exported);

    HttpResponse<String> removed = ask("DELETE", path, admin, null);
    assertThat(removed.statusCode()).as(removed.body()).isEqualTo(204);
    problem(ask("GET", path, admin, null), 404);
    problem(ask("DELETE", path, admin, null), 404);

    HttpResponse<String> log = ask("GET", BASE + "/audit-log?size=200", admin, null);
    assertThat(log.body())
        .contains("integration added", "integration renamed", "certificate rotated");
    keepsSecret(log);
  }

  @Test
  void whatAFileDeclaresIsChangedThere() {
    Integration like = console.integrations.get(0);
    Integration filed =
        new Integration(
            "filed",
            "Filed",
            "7f3f5d6c-3a5b-4c59-9a44-6d1f6f7f0a09",
            like.clientId(),
            like.cloud(),
            like.credential(),
            null,
            like.reports(),
            directory.resolve("integrations/filed.yaml"));
    console.integrations.add(filed);
    try {
      String path = INTEGRATIONS + "/filed";
      assertThat(get(path).path("declared").asBoolean()).isTrue();
      assertThat(get(path).path("file").asText()).endsWith("filed.yaml");
      String admin = "tenant-administrator";
      problem(ask("PATCH", path, admin, "{\"name\":\"x\"}"), 409);
      problem(ask("PUT", path + "/certificate", admin, "{\"certificate\":\"x\"}"), 409);
      assertThat(problem(ask("DELETE", path, admin, null), 409).path("detail").asText())
          .contains("filed.yaml, which decides about it");
    } finally {
      console.integrations.remove(filed);
    }
  }

  /** None of a private key is in an answer. */
  private static void keepsSecret(HttpResponse<String> response) {
    assertThat(response.body()).doesNotContain("PRIVATE KEY", "BEGIN");
    for (Credential credential : List.of(MADE, NEXT)) {
      assertThat(response.body())
          .doesNotContain(PemWriter.text(credential.privateKey()).split("\n")[5]);
    }
  }

  @Test
  void allThatIsWrongIsSaidByItsKeyAndNothingOfAKeyIsRepeated() {
    Map<String, Object> wrong = fabrikam();
    wrong.put("name", PemWriter.text(MADE.privateKey()));
    wrong.put("tenantId", PemWriter.text(MADE.privateKey()));
    wrong.put("cloud", PemWriter.text(MADE.privateKey()));
    wrong.put("reports", List.of(PemWriter.text(MADE.privateKey())));
    HttpResponse<String> refused = ask("POST", INTEGRATIONS, "tenant-administrator", body(wrong));
    assertThat(errors(problem(refused, 400))).contains("name", "tenantId", "cloud", "reports");
    keepsSecret(refused);
    Map<String, Object> noPem = fabrikam();
    noPem.put("certificate", "no certificate");
    noPem.put("privateKey", "my secret key");
    HttpResponse<String> second = ask("POST", INTEGRATIONS, "tenant-administrator", body(noPem));
    assertThat(errors(problem(second, 400))).isNotEmpty();
    assertThat(second.body()).doesNotContain("my secret key");
    assertThat(errors(problem(ask("POST", INTEGRATIONS, "tenant-administrator", "{}"), 400)))
        .contains("name", "tenantId", "clientId");
    assertThat(console.store.storedIntegrations().list())
        .noneMatch(
            stored -> stored.displayName().equals("Fabrikam") && stored.name().length() > 20);
  }

  @Test
  void byConsentItAwaitsItAtThePageThatIsSaid() {
    String admin = "tenant-administrator";
    HttpResponse<String> added =
        ask(
            "POST",
            INTEGRATIONS,
            admin,
            "{\"way\":\"consent\",\"name\":\"tailspin\",\"displayName\":\"Tailspin\"}");
    assertThat(added.statusCode()).as(added.body()).isEqualTo(201);
    assertThat(json(added).path("consent").asText()).isEqualTo(console.url() + "/consent/tailspin");
    assertThat(json(added).path("state").asText()).isEqualTo("awaiting-consent");
    assertThat(json(added).has("tenantId")).isFalse();
    JsonNode one = get(INTEGRATIONS + "/tailspin");
    assertThat(one.path("nextStep").asText()).contains("consent");
    assertThat(get(INTEGRATIONS + "?state=awaiting-consent").path("integrations")).hasSize(1);
    problem(ask("POST", INTEGRATIONS + "/tailspin/pause", "operator", null), 404);
    problem(ask("GET", INTEGRATIONS + "/tailspin/export", "viewer", null), 409);
    assertThat(
            errors(
                problem(
                    ask(
                        "POST",
                        INTEGRATIONS,
                        admin,
                        "{\"way\":\"consent\",\"name\":\"x\",\"clientId\":\"y\",\"privateKey\":\"z\"}"),
                    400)))
        .containsExactly("clientId", "privateKey");
    assertThat(
            errors(
                problem(
                    ask("POST", INTEGRATIONS, admin, "{\"way\":\"magic\",\"name\":\"x\"}"), 400)))
        .containsExactly("way");
    assertThat(ask("DELETE", INTEGRATIONS + "/tailspin", admin, null).statusCode()).isEqualTo(204);
  }

  @Test
  void theAuditLogIsReadBackwards() {
    for (int i = 0; i < 3; i++) {
      console.store.auditLog().write("test", "counted", String.valueOf(i), null, null);
    }
    String admin = "tenant-administrator";
    JsonNode first = json(ask("GET", BASE + "/audit-log?size=2", admin, null));
    assertThat(first.path("entries")).hasSize(2);
    JsonNode next =
        json(
            ask(
                "GET",
                BASE + "/audit-log?size=2&before=" + first.path("before").asLong(),
                admin,
                null));
    assertThat(next.at("/entries/0/id").asLong()).isLessThan(first.at("/entries/1/id").asLong());
    assertThat(Instant.parse(first.at("/entries/0/at").asText())).isBefore(Instant.now());
  }

  @Test
  void aCheckIsBegunAndLookedAtUntilItIsOver() {
    CountDownLatch on = new CountDownLatch(1);
    String path = INTEGRATIONS + "/tenant-0009/check";
    problem(ask("GET", path, "viewer", null), 404);
    console.probes =
        (integration, lines) -> {
          lines.accept(new Line("token", Outcome.OK, "issued"));
          try {
            on.await();
          } catch (InterruptedException e) {
            throw new IllegalStateException(e);
          }
          lines.accept(new Line("roles", Outcome.FAILED, "Grant it."));
        };
    try {
      HttpResponse<String> begun = ask("POST", path, "operator", null);
      assertThat(begun.statusCode()).as(begun.body()).isEqualTo(202);
      assertThat(json(begun).path("over").asBoolean(true)).isFalse();
      problem(ask("POST", path, "operator", null), 409);
    } finally {
      on.countDown();
    }
    Awaitility.await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> get(path).path("over").asBoolean());
    assertThat(get(path).path("lines").toString())
        .isEqualTo(
            "[{\"probe\":\"token\",\"outcome\":\"ok\",\"text\":\"issued\"},"
                + "{\"probe\":\"roles\",\"outcome\":\"failed\",\"text\":\"Grant it.\"}]");
  }

  @Test
  void sinksAreToldWithWhatWaitsAndSendAgain() {
    console.store.begin("kafka", Set.of("vendor"), false);
    console.sinkProblems.put("kafka", "No broker. Start one.");
    JsonNode sinks = get(BASE + "/sinks");
    assertThat(sinks.path("limit").asLong()).isEqualTo(8L << 30);
    assertThat(sinks.at("/sinks/0/name").asText()).isEqualTo("kafka");
    assertThat(sinks.at("/sinks/0/forms").toString()).isEqualTo("[\"vendor\"]");
    assertThat(sinks.at("/sinks/0/problem").asText()).isEqualTo("No broker. Start one.");
    String path = BASE + "/sinks/kafka/replay";
    HttpResponse<String> replay =
        ask("POST", path, "operator", "{\"from\":\"" + Instant.now().minusSeconds(60) + "\"}");
    assertThat(replay.statusCode()).as(replay.body()).isEqualTo(202);
    assertThat(json(replay).path("records").isObject()).isTrue();
    problem(ask("POST", path, "operator", "{}"), 400);
    problem(ask("POST", path, "operator", "{\"from\":\"2999-01-01T00:00:00Z\"}"), 400);
  }

  @Test
  void deadLettersAreListedSeenRetriedAndDropped() {
    Lease lease = Objects.requireNonNull(console.store.takeAll("test").get(7));
    for (int i = 0; i < 3; i++) {
      console.store.move(
          lease,
          "none",
          new Position(0, 0, 0),
          List.of(
              new DeadLetter(
                  "mapping.ocsf",
                  "no mapping: quoted person",
                  null,
                  "contoso",
                  "signIns",
                  "7f3f5d6c-3a5b-4c59-9a44-6d1f6f7f0a01",
                  0,
                  null,
                  0,
                  ("{\"person\":" + i).getBytes(UTF_8))));
    }
    String path = BASE + "/dead-letters";
    JsonNode letters = get(path + "?stage=mapping.ocsf&size=2");
    assertThat(letters.path("found").asInt()).isEqualTo(3);
    assertThat(letters.path("deadLetters")).hasSize(2);
    assertThat(letters.toString()).doesNotContain("person");
    JsonNode rest = get(path + "?stage=mapping.ocsf&after=" + letters.path("after").asLong());
    assertThat(rest.path("deadLetters")).hasSize(1);
    assertThat(rest.has("after")).isFalse();
    String id = rest.at("/deadLetters/0/id").asText();
    JsonNode seen = json(ask("GET", path + "/" + id, "operator", null));
    assertThat(seen.path("reason").asText()).isEqualTo("no mapping: quoted person");
    assertThat(new String(Base64.getDecoder().decode(seen.path("record").asText()), UTF_8))
        .isEqualTo("{\"person\":2");
    assertThat(console.store.auditLog().list(Long.MAX_VALUE, 1).get(0).what())
        .isEqualTo("dead letter viewed");
    problem(ask("GET", path + "/x", "operator", null), 400);

    JsonNode retried = json(ask("POST", path + "/retry", "operator", "{\"ids\":[" + id + "]}"));
    assertThat(retried.path("kept").asInt()).isEqualTo(1); // it is no JSON
    for (String unclear :
        List.of(
            "{}",
            "{\"all\":false}",
            "{\"ids\":[]}",
            "{\"stage\":\"cut\"}",
            "{\"ids\":[1],\"all\":true}",
            "{\"ids\":[1],\"stage\":\"cut\"}")) {
      problem(ask("POST", path + "/drop", "operator", unclear), 400);
    }
    assertThat(
            json(ask("POST", path + "/drop", "operator", "{\"ids\":[" + id + "]}"))
                .path("dropped")
                .asInt())
        .isEqualTo(1);
    assertThat(
            json(ask(
                    "POST",
                    path + "/drop",
                    "operator",
                    "{\"all\":true,\"integration\":\"contoso\"}"))
                .path("dropped")
                .asInt())
        .isEqualTo(2);
    problem(ask("GET", path + "/" + id, "operator", null), 404);
  }
}
