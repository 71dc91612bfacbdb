package io.entrarelay.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.read.ListAppender;
import com.microsoft.aad.msal4j.HttpMethod;
import com.microsoft.aad.msal4j.HttpRequest;
import io.entrarelay.credential.Credential;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.lang.reflect.Constructor;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.Signature;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.hc.client5.http.ConnectTimeoutException;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.LoggerFactory;

/** A token is asked for once, renewed early, and says why it can't be had, without its secrets. */
class TokenSourceTest {
  private static final String TENANT = "7f3f5d6c-3a5b-4c59-9a44-6d1f6f7f0a01";
  private static final String CLIENT = "c0ffee00-1111-4222-8333-944455556666";
  private static final String WHO = "contoso (tenant " + TENANT + "): ";
  private static final Duration DEADLINE = Duration.ofSeconds(10);
  private static final Pki PKI = new Pki("token test CA");

  /** A clock that a test sets forward. */
  static final class SetClock extends Clock {
    volatile Instant now = Instant.parse("2026-06-01T12:00:00Z");

    @Override
    public Instant instant() {
      return now;
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }

    void pass(Duration time) {
      now = now.plus(time);
    }
  }

  private final SetClock clock = new SetClock();
  private final ExecutorService executor = Executors.newCachedThreadPool();
  private final List<Appender<ILoggingEvent>> others = new ArrayList<>();
  private volatile Credential credential = Pki.credential();
  private final List<AutoCloseable> toClose = new ArrayList<>();
  private final ListAppender<ILoggingEvent> log = new ListAppender<>();
  private final Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
  private Level before = Level.INFO;
  private TokenServer server;

  @BeforeEach
  void logEverything() throws Exception {
    before = root.getLevel();
    root.setLevel(Level.TRACE);
    root.iteratorForAppenders().forEachRemaining(others::add);
    others.forEach(root::detachAppender);
    log.start();
    root.addAppender(log);
    server = new TokenServer(null);
    toClose.add(server);
  }

  @AfterEach
  void nothingSecretWasLogged() throws Exception {
    root.detachAppender(log);
    others.forEach(root::addAppender);
    root.setLevel(before);
    for (AutoCloseable each : toClose) {
      each.close();
    }
    executor.shutdownNow();
    executor.awaitTermination(10, TimeUnit.SECONDS);
    List<String> secrets = new ArrayList<>(List.of("TOKENSECRET", "client_assertion="));
    server.requests.forEach(request -> secrets.add(request.assertion()));
    secrets.removeIf(String::isEmpty);
    for (ILoggingEvent event : List.copyOf(log.list)) {
      assertThat(event.getFormattedMessage()).doesNotContain(secrets);
      for (IThrowableProxy at = event.getThrowableProxy(); at != null; at = at.getCause()) {
        assertThat(String.valueOf(at.getMessage())).doesNotContain(secrets);
      }
    }
  }

  private TokenSource source() throws Exception {
    return source(new Cloud("custom", server.http(), server.http()), new Trust(null), DEADLINE);
  }

  private TokenSource source(Cloud cloud, Trust trust, Duration deadline) {
    return source(cloud, trust, null, deadline);
  }

  private TokenSource source(
      Cloud cloud, Trust trust, @Nullable OutboundProxy proxy, Duration deadline) {
    var connections =
        new GraphHttpClientConfigurer(trust, proxy, Duration.ofSeconds(5), Duration.ofSeconds(20));
    TokenSource source =
        new TokenSource(
            new Registration("contoso", TENANT, CLIENT, cloud),
            () -> credential,
            connections,
            executor,
            clock,
            new Random(7),
            deadline);
    toClose.add(source);
    toClose.add(connections);
    return source;
  }

  private TokenException failure(TokenSource source) {
    TokenException failure = catchThrowableOfType(TokenException.class, source::token);
    assertThat(failure).isNotNull();
    for (Throwable at = failure; at != null; at = at.getCause()) {
      assertThat(String.valueOf(at.getMessage())).doesNotContain("TOKENSECRET");
    }
    return failure;
  }

  private static void verify(TokenServer.Request request, Credential by, String audience)
      throws Exception {
    Signature signature = Signature.getInstance("SHA256withRSA");
    signature.initVerify(by.certificate());
    String[] parts = request.assertion().split("\\.");
    signature.update((parts[0] + "." + parts[1]).getBytes(StandardCharsets.US_ASCII));
    assertThat(signature.verify(Base64.getUrlDecoder().decode(parts[2]))).isTrue();
    assertThat(request.header().path("x5t#S256").asText().replace("=", ""))
        .isEqualTo(
            Base64.getEncoder()
                .withoutPadding()
                .encodeToString(
                    MessageDigest.getInstance("SHA-256").digest(by.certificate().getEncoded())));
    assertThat(request.header().has("x5c")).isFalse();
    assertThat(request.payload().path("aud").asText()).isEqualTo(audience);
    assertThat(request.payload().path("iss").asText()).isEqualTo(CLIENT);
    assertThat(request.payload().path("sub").asText()).isEqualTo(CLIENT);
  }

  @Test
  void asksTheSimulatorUnderMicrosoftsName() throws Exception {
    TokenSource source = source();
    AccessToken token = source.token();

    assertThat(token.value()).isEqualTo(TokenServer.token(1));
    assertThat(token.roles()).containsExactly("AuditLog.Read.All");
    assertThat(token.tid()).isEqualTo(TENANT);
    assertThat(token.expiresOn()).isEqualTo(clock.now.plusSeconds(3600));
    assertThat(token.toString()).doesNotContain(token.value()).contains("***");
    TokenServer.Request request = server.requests.get(0);
    assertThat(request.path()).isEqualTo("/" + TENANT + "/oauth2/v2.0/token");
    assertThat(request.form().get("scope")).contains(server.http() + "/.default");
    assertThat(request.form().get("claims")).contains("xms_cc").contains("cp1");
    verify(
        request, credential, "https://login.microsoftonline.com/" + TENANT + "/oauth2/v2.0/token");
  }

  @Test
  void worksOverTlsOnAnyPortAndKeepsTheToken(@TempDir Path directory) throws Exception {
    try (TokenServer tls = new TokenServer(PKI.server("localhost"))) {
      Cloud cloud = new Cloud("custom", tls.https(), tls.https());
      Trust trust = new Trust(null);
      trust.add("contoso", cloud, PKI.write(directory.resolve("ca.pem")));
      TokenSource source = source(cloud, trust, DEADLINE);

      assertThat(source.token()).isEqualTo(source.token());
      assertThat(tls.requests).hasSize(1);
      verify(
          tls.requests.get(0),
          credential,
          "https://localhost:" + tls.port() + "/" + TENANT + "/oauth2/v2.0/token");
    }
  }

  @Test
  void sixteenCallersShareOneRequest() throws Exception {
    server.answer =
        (exchange, request, number) -> {
          Thread.sleep(200);
          TokenServer.grant(exchange, request, number);
        };
    TokenSource source = source();
    CountDownLatch go = new CountDownLatch(1);
    List<Future<AccessToken>> callers = new ArrayList<>();
    for (int i = 0; i < 16; i++) {
      Callable<AccessToken> caller =
          () -> {
            go.await();
            return source.token();
          };
      callers.add(executor.submit(caller));
    }
    go.countDown();
    for (Future<AccessToken> caller : callers) {
      assertThat(caller.get().value()).isEqualTo(TokenServer.token(1));
    }
    assertThat(server.requests).hasSize(1);
  }

  @Test
  void renewsInTheBackgroundAtHalfOfLife() throws Exception {
    TokenSource source = source();
    AccessToken first = source.token();
    clock.pass(Duration.ofSeconds(1600)); // jitter brings it forward by up to a tenth: 1620 s
    assertThat(source.token()).isEqualTo(first);
    assertThat(server.requests).hasSize(1);

    clock.pass(Duration.ofSeconds(200));
    assertThat(source.token()).isEqualTo(first); // at once: nobody waits for the renewal
    await().until(() -> source.token().value().equals(TokenServer.token(2)));
    assertThat(server.requests).hasSize(2);
  }

  @Test
  void renewsWhenEntraSaysSo() throws Exception {
    server.answer =
        (exchange, request, number) ->
            TokenServer.send(
                exchange, 200, TokenServer.grant(number, 86400, ",\"refresh_in\":600"));
    TokenSource source = source();
    source.token();
    clock.pass(Duration.ofSeconds(530));
    source.token();
    assertThat(server.requests).hasSize(1);
    clock.pass(Duration.ofSeconds(71));
    source.token();
    await().until(() -> source.token().value().equals(TokenServer.token(2)));
  }

  @Test
  void usesTheOldTokenWhileARenewalFailsAndAsksSeldom() throws Exception {
    TokenSource source = source();
    AccessToken first = source.token();
    server.answer = (exchange, request, number) -> TokenServer.send(exchange, 503, "");
    clock.pass(Duration.ofSeconds(1900));
    assertThat(source.token()).isEqualTo(first);
    await().until(() -> server.requests.size() == 2);
    await()
        .until(
            () ->
                logged(
                    WHO
                        + "Entra has a passing fault (status 503). It is tried again. The token"
                        + " before stays in use until it expires."));
    for (int i = 0; i < 20; i++) {
      assertThat(source.token()).isEqualTo(first);
    }
    assertThat(server.requests).hasSize(2); // backing off

    clock.pass(Duration.ofSeconds(1700)); // expired now
    TokenException failure = failure(source);
    assertThat(failure)
        .hasMessage(WHO + "Entra has a passing fault (status 503). It is tried again.");
    assertThat(failure.kind()).isEqualTo(TokenException.Kind.UNAVAILABLE);

    server.answer = TokenServer::grant;
    clock.pass(Duration.ofMinutes(10));
    assertThat(source.token().value()).isEqualTo(TokenServer.token(4));
  }

  private boolean logged(String text) {
    return List.copyOf(log.list).stream()
        .anyMatch(event -> event.getFormattedMessage().contains(text));
  }

  @Test
  void waitsAsLongAsRetryAfterSays() throws Exception {
    server.answer =
        (exchange, request, number) -> {
          exchange.getResponseHeaders().set("Retry-After", "120.5");
          TokenServer.send(exchange, 429, "");
        };
    TokenSource source = source();
    TokenException told = failure(source);
    assertThat(told)
        .hasMessage(
            WHO
                + "Entra has had too many requests (429). It is tried again after the time that"
                + " Entra gave.");
    assertThat(told.retryAfter()).isEqualTo(Duration.ofMillis(120_500));
    assertThat(told.retryable()).isTrue();

    clock.pass(Duration.ofSeconds(120));
    assertThat(failure(source).retryAfter()).isEqualTo(Duration.ofMillis(500));
    assertThat(server.requests).hasSize(1);
    clock.pass(Duration.ofMillis(500));
    failure(source);
    assertThat(server.requests).hasSize(2);
  }

  @Test
  void aRenewalWaitsForNoRefusalButForWhatEntraAsked() throws Exception {
    TokenSource source = source();
    assertThat(source.lastToken()).isNull();
    AccessToken first = source.token();
    assertThat(source.renew().get().value())
        .as("though one is held")
        .isEqualTo(TokenServer.token(2));
    assertThat(source.token()).isNotEqualTo(first).isEqualTo(source.lastToken());

    server.answer = TokenServer.refusal(401, "invalid_client", 7000229, "Not yet.");
    assertThat(source.renew()).failsWithin(DEADLINE);
    assertThat(source.lastFailure()).hasMessageContaining("(AADSTS7000229)");
    assertThat(source.lastToken()).as("what is held stays").isNotNull();
    assertThat(source.token().value()).isEqualTo(TokenServer.token(2));
    assertThat(source.renew()).as("at once").failsWithin(DEADLINE);
    assertThat(server.requests).hasSize(4);

    server.answer =
        (exchange, request, number) -> {
          exchange.getResponseHeaders().set("Retry-After", "20");
          TokenServer.send(exchange, 429, "");
        };
    assertThat(source.renew()).failsWithin(DEADLINE);
    server.answer = TokenServer::grant;
    clock.pass(Duration.ofSeconds(19));
    assertThat(source.renew())
        .failsWithin(DEADLINE)
        .withThrowableOfType(ExecutionException.class)
        .withMessageContaining("Entra has had too many requests (429)");
    assertThat(server.requests).hasSize(5);
    clock.pass(Duration.ofSeconds(1));
    assertThat(source.renew().get().value()).isEqualTo(TokenServer.token(6));
    assertThat(source.lastFailure()).isNull();
  }

  @Test
  void whoRenewsWhileOneIsMadeGetsThatOne() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    server.answer =
        (exchange, request, number) -> {
          go.await();
          TokenServer.grant(exchange, request, number);
        };
    TokenSource source = source();
    Future<AccessToken> one = source.renew();
    Future<AccessToken> other = source.renew();
    go.countDown();
    assertThat(one.get()).isEqualTo(other.get());
    assertThat(server.requests).hasSize(1);
  }

  @Test
  void aRefusedTokenIsReplacedOnce() throws Exception {
    TokenSource source = source();
    AccessToken first = source.token();
    source.refused(first);
    source.refused(first);
    AccessToken second = source.token();
    assertThat(second.value()).isEqualTo(TokenServer.token(2));
    source.refused(first); // late: it is replaced already
    assertThat(source.token()).isEqualTo(second);
    assertThat(server.requests).hasSize(2);
  }

  @Test
  void aChallengeIsAnsweredWithItsClaims() throws Exception {
    String claims = "{\"access_token\":{\"nbf\":{\"essential\":true,\"value\":\"1702682181\"}}}";
    String base64 = Base64.getEncoder().encodeToString(claims.getBytes(StandardCharsets.UTF_8));
    TokenSource source = source();
    AccessToken first = source.token();
    source.challenged(
        first,
        "Negotiate, Bearer claims=\""
            + base64
            + "\", realm=\"\", authorization_uri=\"https://login.microsoftonline.com/common\","
            + " error=\"insufficient_claims\"");
    assertThat(source.token().value()).isEqualTo(TokenServer.token(2));
    assertThat(server.requests.get(1).form().get("claims"))
        .contains("1702682181")
        .contains("xms_cc");
    source.refused(source.token());
    source.token();
    assertThat(server.requests.get(2).form().get("claims")).doesNotContain("1702682181");
  }

  @Test
  void anUnreadableChallengeIsARefusal() throws Exception {
    TokenSource source = source();
    for (String header :
        List.of(
            "",
            "Bearer error=\"insufficient_claims\"",
            "Bearer error=\"insufficient_claims\", claims=\"%%%\"",
            "Bearer error=\"insufficient_claims\", claims=\"eyJ4IjoxfQ==\"",
            "Bearer error=\"insufficient_claims\", claims=\"bm8ganNvbg==\"")) {
      AccessToken token = source.token();
      source.challenged(token, header);
      assertThat(source.token()).isNotEqualTo(token);
    }
    assertThat(server.requests.get(1).form().get("claims")).doesNotContain("x\":1");
  }

  @Test
  void takesANewCertificateUpAtOnce() throws Exception {
    server.answer =
        TokenServer.refusal(
            401,
            "invalid_client",
            700027,
            "Client assertion contains an invalid signature. [Reason - The key was not found.]");
    TokenSource source = source();
    failure(source);
    failure(source);
    assertThat(server.requests).hasSize(1); // backing off

    server.answer = TokenServer::grant;
    credential = Pki.makeCredential();
    source.token();
    verify(
        server.requests.get(1),
        credential,
        "https://login.microsoftonline.com/" + TENANT + "/oauth2/v2.0/token");
  }

  @Test
  void aCredentialThatCannotBeReadIsNamed() throws Exception {
    TokenSource source =
        new TokenSource(
            new Registration(
                "contoso", TENANT, CLIENT, new Cloud("custom", server.http(), server.http())),
            () -> {
              throw new IllegalStateException("key.pem: is encrypted");
            },
            new GraphHttpClientConfigurer(new Trust(null), null),
            executor,
            clock,
            new Random(7),
            DEADLINE);
    assertThat(failure(source))
        .hasMessage(
            WHO
                + "the certificate can't be used: key.pem: is encrypted. entra-relay certificate"
                + " check names what is wrong with it.");
  }

  // What Entra says, what the operator reads

  @Test
  void anUnknownCodeShowsEntrasFirstSentence() throws Exception {
    server.answer =
        TokenServer.refusal(
            400, "invalid_request", 123456, "Something\u0007 new happened. And more of it.");
    assertThat(failure(source()))
        .hasMessage(
            WHO
                + "Entra refuses, saying: Something new happened (AADSTS123456). Look the code up"
                + " at https://login.microsoftonline.com/error?code=123456 and check tenant-id,"
                + " client-id, cloud and certificate.");
  }

  @Test
  void anErrorWithoutACodeIsToldAsItIs() throws Exception {
    server.answer =
        (exchange, request, number) ->
            TokenServer.send(exchange, 400, "{\"error\":\"invalid_request\"}");
    assertThat(failure(source()))
        .hasMessage(
            WHO
                + "Entra refuses with status 400 and invalid_request. Check tenant-id, client-id,"
                + " cloud and certificate.");
  }

  // Answers that no token endpoint gives

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "200 | <html>Please log in TOKENSECRET</html> | it is no JSON object",
        "200 | {\"token_type\":\"Bearer\",\"expires_in\":3599,\"access_token\":\"eyJTOKENSECRET | it is no JSON object",
        "200 | '' | it is no JSON object",
        "200 | [1] | it is no JSON object",
        "200 | {\"expires_in\":3599} | it holds no access_token",
        "200 | {\"expires_in\":3599,\"access_token\":7} | it holds no access_token",
        "200 | {\"expires_in\":3599,\"access_token\":\"TOKENSECRET\\r\\nX: y\"} | it holds no access_token",
        "200 | {\"access_token\":\"TOKENSECRET\"} | expires_in is missing or no number of seconds",
        "200 | {\"access_token\":\"TOKENSECRET\",\"expires_in\":\"soon\"} | expires_in is missing or no number of seconds",
        "200 | {\"access_token\":\"TOKENSECRET\",\"expires_in\":-1} | expires_in is missing or no number of seconds",
        "200 | {\"access_token\":\"TOKENSECRET\",\"expires_in\":9,\"token_type\":\"mac\"} | token_type is not Bearer",
        "400 | <html>TOKENSECRET</html> | it is no answer of Entra's",
        "404 | '' | it is no answer of Entra's",
      })
  void whatIsNoTokenIsSaidWithoutQuotingIt(int status, String body, String reason)
      throws Exception {
    server.answer = (exchange, request, number) -> TokenServer.send(exchange, status, body);
    TokenException failure = failure(source());
    assertThat(failure)
        .hasMessage(
            WHO
                + "the answer of 127.0.0.1 (status "
                + status
                + ") is no token: "
                + reason
                + ". Look for a proxy or portal that answers in Entra's place, and check cloud: and"
                + " endpoints:.");
    assertThat(failure.kind()).isEqualTo(TokenException.Kind.ANSWER);
    assertThat(server.requests).hasSize(1);
  }

  @Test
  void aNumberAsTextIsALifetime() throws Exception {
    server.answer =
        (exchange, request, number) ->
            TokenServer.send(
                exchange, 200, "{\"access_token\":\"TOKENSECRET\",\"expires_in\":\"3599\"}");
    assertThat(source().token().expiresOn()).isEqualTo(clock.now.plusSeconds(3599));
  }

  @Test
  void redirectsAreNotFollowed() throws Exception {
    server.answer =
        (exchange, request, number) -> {
          exchange.getResponseHeaders().set("Location", "https://portal.example/login?a=b");
          TokenServer.send(exchange, 302, "");
        };
    assertThat(failure(source()))
        .hasMessageContaining("(status 302) is no token: it redirects to portal.example. Look for");
    assertThat(server.requests).hasSize(1);
  }

  @Test
  void aBodyWithoutEndIsBounded() throws Exception {
    server.answer =
        (exchange, request, number) -> {
          exchange.sendResponseHeaders(200, 0);
          byte[] blanks = " ".repeat(1 << 16).getBytes(StandardCharsets.UTF_8);
          for (int i = 0; i < 1000; i++) {
            exchange.getResponseBody().write(blanks);
          }
        };
    assertThat(failure(source())).hasMessageContaining("is no token: it is larger than 1 MiB.");
  }

  // No answer at all

  @Test
  void theDeadlineCoversATricklingBody() throws Exception {
    server.answer =
        (exchange, request, number) -> {
          exchange.sendResponseHeaders(200, 0);
          for (int i = 0; i < 100; i++) {
            exchange.getResponseBody().write(' ');
            exchange.getResponseBody().flush();
            Thread.sleep(50);
          }
        };
    long start = System.nanoTime();
    TokenException failure =
        failure(
            source(
                new Cloud("custom", server.http(), server.http()),
                new Trust(null),
                Duration.ofMillis(700)));
    assertThat(Duration.ofNanos(System.nanoTime() - start))
        .isBetween(Duration.ofMillis(600), Duration.ofMillis(2500));
    assertThat(failure)
        .hasMessage(
            WHO
                + "127.0.0.1 did not answer within 0.7 s. It is tried again; if it stays, look for a"
                + " slow proxy or firewall in between.");
    assertThat(failure.kind()).isEqualTo(TokenException.Kind.TIMEOUT);
  }

  @Test
  void aServerThatHangsUpIsAskedOnce() throws Exception {
    server.answer = (exchange, request, number) -> exchange.close();
    assertThat(failure(source()))
        .hasMessage(
            WHO
                + "127.0.0.1:"
                + server.port()
                + " closed the connection before its answer was whole. It is tried again; if it"
                + " stays, look for a proxy or firewall that cuts connections.");
    assertThat(server.requests).hasSize(1);
  }

  @Test
  void aRefusedConnectionNamesHostAndPort() throws Exception {
    int port;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      port = free.getLocalPort();
    }
    URI nowhere = URI.create("http://127.0.0.1:" + port);
    TokenException failure =
        failure(source(new Cloud("custom", nowhere, nowhere), new Trust(null), DEADLINE));
    assertThat(failure)
        .hasMessage(
            WHO
                + "the connection to 127.0.0.1:"
                + port
                + " was refused. It must be reachable from this machine: see to the firewall, or"
                + " set relay.graph.proxy.");
    assertThat(failure.kind()).isEqualTo(TokenException.Kind.NETWORK);
  }

  @Test
  void anUnknownHostIsNamed() throws Exception {
    URI nowhere = URI.create("https://login.entra-relay.invalid");
    assertThat(failure(source(new Cloud("custom", nowhere, nowhere), new Trust(null), DEADLINE)))
        .hasMessage(
            WHO
                + "the name login.entra-relay.invalid can't be resolved. Check this machine's DNS"
                + " and the host's spelling; behind a proxy set relay.graph.proxy.");
  }

  @Test
  void anUntrustedAuthorityNamesTheKeyToSet() throws Exception {
    try (TokenServer tls = new TokenServer(PKI.server("localhost"))) {
      Cloud cloud = new Cloud("custom", tls.https(), tls.https());
      TokenException failure = failure(source(cloud, new Trust(null), DEADLINE));
      assertThat(failure)
          .hasMessage(
              WHO
                  + "the certificate that localhost:"
                  + tls.port()
                  + " shows comes from an authority that isn't trusted. If a company proxy inspects"
                  + " TLS, put its authority's certificate (PEM) into relay.graph.ca-certificate;"
                  + " for a cloud: custom, into its ca-certificate.");
      assertThat(failure.kind()).isEqualTo(TokenException.Kind.TLS);
      assertThat(tls.requests).isEmpty();
    }
  }

  @Test
  void aCertificateForAnotherHostOrTimeIsRefused(@TempDir Path directory) throws Exception {
    Path ca = PKI.write(directory.resolve("ca.pem"));
    try (TokenServer tls = new TokenServer(PKI.server("other.example"))) {
      Cloud cloud = new Cloud("custom", tls.https(), tls.https());
      assertThat(failure(source(cloud, new Trust(ca), DEADLINE)))
          .hasMessageContaining(
              "the certificate that localhost:" + tls.port() + " shows is for another host. Check");
    }
    try (TokenServer tls =
        new TokenServer(PKI.server(Instant.now().minusSeconds(3600), "localhost"))) {
      Cloud cloud = new Cloud("custom", tls.https(), tls.https());
      assertThat(failure(source(cloud, new Trust(ca), DEADLINE)))
          .hasMessageContaining(
              "the certificate that localhost:"
                  + tls.port()
                  + " shows is not valid at this machine's time. Check this machine's clock;");
    }
  }

  @Test
  void plainTextIsNoTls() throws Exception {
    try (ServerSocket plain = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      executor.execute(
          () -> {
            try (Socket peer = plain.accept()) {
              peer.getOutputStream()
                  .write("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
              peer.getInputStream().readNBytes(100);
            } catch (IOException e) {
              // the client hangs up, as it should
            }
          });
      URI tls = URI.create("https://127.0.0.1:" + plain.getLocalPort());
      assertThat(failure(source(new Cloud("custom", tls, tls), new Trust(null), DEADLINE)))
          .hasMessage(
              WHO
                  + "no TLS connection to 127.0.0.1:"
                  + plain.getLocalPort()
                  + " came about. It must speak TLS 1.2 or newer; check that the port is https and"
                  + " nothing answers in its place.");
    }
  }

  @Test
  void whoAsksWhileTheRelayStopsIsToldSo() throws Exception {
    TokenSource stopping = source();
    executor.shutdown();
    assertThat(failure(stopping))
        .hasMessage("contoso (tenant " + TENANT + "): Entra Relay is stopping. Nothing to do.");
  }

  @Test
  void anInterruptedCallerIsToldSo() throws Exception {
    TokenSource source = source();
    Thread.currentThread().interrupt();
    try {
      assertThat(failure(source))
          .hasMessage(
              "contoso (tenant "
                  + TENANT
                  + "): waiting for a token was interrupted. Nothing to do: it stops.");
    } finally {
      assertThat(Thread.interrupted()).isTrue();
    }
  }

  @Test
  void noOtherHostIsCalledWhateverMsalWants() throws Exception {
    var connections = new GraphHttpClientConfigurer(new Trust(null), null);
    toClose.add(connections);
    HttpClientBuilder builder = HttpClientBuilder.create();
    connections.configureHttpClient(builder);
    try (CloseableHttpClient http = builder.build()) {
      TokenEndpoint endpoint =
          new TokenEndpoint(
              http,
              URI.create("https://login.microsoftonline.com"),
              server.http(),
              DEADLINE,
              Instant::now);
      Constructor<HttpRequest> request =
          HttpRequest.class.getDeclaredConstructor(HttpMethod.class, String.class);
      request.setAccessible(true); // MSAL4J's own business otherwise
      HttpRequest elsewhere =
          request.newInstance(HttpMethod.POST, "https://elsewhere.example/token");
      TokenEndpoint.Refused refused =
          catchThrowableOfType(TokenEndpoint.Refused.class, () -> endpoint.send(elsewhere));
      assertThat(refused.description)
          .isEqualTo("a call to another host was stopped: elsewhere.example");
      assertThat(server.requests).isEmpty();
    }
  }

  @Test
  void aConnectionThatNeverComesAboutIsNamed() {
    NetworkProblem problem =
        NetworkProblem.of(
            new ConnectTimeoutException("Connect timed out"),
            URI.create("https://graph.microsoft.com"));
    assertThat(problem.text())
        .isEqualTo(
            "no connection to graph.microsoft.com:443 came about in time. It must be reachable from"
                + " this machine: see to the firewall, or set relay.graph.proxy.");
  }

  @Test
  void aConnectionThatIsClosedWhileItOpensStaysClosed() throws Exception {
    try (QuietConnection connection = new QuietConnection();
        Socket socket = new Socket()) {
      connection.close();
      assertThatThrownBy(() -> connection.bind(socket))
          .isInstanceOf(InterruptedIOException.class)
          .hasMessage("the connection was closed while it was being opened");
      assertThat(socket.isClosed()).isTrue();
    }
  }

  @Test
  void plainHttpElsewhereIsRefused() {
    URI plain = URI.create("http://login.example");
    assertThatThrownBy(() -> source(new Cloud("custom", plain, plain), new Trust(null), DEADLINE))
        .hasMessage(
            "contoso: endpoints.authority must be https, or the assertion would travel unprotected");
  }

  @Test
  void onlyIdsBecomePartOfTheAddress() {
    Cloud cloud = Cloud.named("global").orElseThrow();
    assertThatThrownBy(() -> new Registration("contoso", "common", CLIENT, cloud))
        .hasMessage("contoso: tenant-id is no GUID");
    assertThatThrownBy(() -> new Registration("contoso", TENANT, "x/../y", cloud))
        .hasMessage("contoso: client-id is no GUID");
  }
}
