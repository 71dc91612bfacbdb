package io.entrarelay.graph;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.GZIPOutputStream;
import org.apache.camel.CamelExecutionException;
import org.apache.camel.Exchange;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.http.base.HttpOperationFailedException;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** camel-http reaches Graph as the configurer says, although it has a connection manager itself. */
class GraphHttpClientConfigurerTest {
  private static final Pki PKI = new Pki("graph test CA");

  private record Seen(String uri, @Nullable String authorization, @Nullable String cookie) {}

  private final List<AutoCloseable> toClose = new ArrayList<>();
  private final List<Seen> seen = new CopyOnWriteArrayList<>();
  private final ExecutorService threads = Executors.newCachedThreadPool();

  @BeforeEach
  void ready() {
    toClose.add(threads::shutdownNow);
  }

  @AfterEach
  void closeAll() throws Exception {
    for (int i = toClose.size() - 1; i >= 0; i--) {
      toClose.get(i).close();
    }
  }

  private interface Handler {
    void handle(HttpExchange exchange) throws IOException, InterruptedException;
  }

  private int serve(Handler handler, String... names) throws IOException {
    HttpsServer server =
        HttpsServer.create(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0), 0);
    server.setHttpsConfigurator(new HttpsConfigurator(PKI.server(names)));
    server.setExecutor(threads);
    server.createContext(
        "/",
        exchange -> {
          try (exchange) {
            seen.add(
                new Seen(
                    exchange.getRequestURI().toString(),
                    exchange.getRequestHeaders().getFirst("Authorization"),
                    exchange.getRequestHeaders().getFirst("Cookie")));
            handler.handle(exchange);
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
    server.start();
    toClose.add(() -> server.stop(0));
    return server.getAddress().getPort();
  }

  private static void send(HttpExchange exchange, int status, String body) throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
    exchange.getResponseBody().write(bytes);
  }

  private DefaultCamelContext camel(Trust trust, @Nullable OutboundProxy proxy) throws Exception {
    var configurer =
        new GraphHttpClientConfigurer(trust, proxy, Duration.ofSeconds(3), Duration.ofMillis(1500));
    DefaultCamelContext camel = new DefaultCamelContext();
    toClose.add(configurer);
    toClose.add(camel);
    camel.getRegistry().bind("graphHttp", configurer);
    camel.addRoutes(
        new RouteBuilder() {
          @Override
          public void configure() {
            errorHandler(noErrorHandler());
            from("direct:get").to("http:graph?httpClientConfigurer=#graphHttp");
          }
        });
    camel.start();
    return camel;
  }

  private static Exchange get(DefaultCamelContext camel, String uri) {
    return camel
        .createProducerTemplate()
        .request(
            "direct:get",
            exchange -> {
              exchange.getIn().setHeader(Exchange.HTTP_URI, uri);
              exchange.getIn().setHeader("Authorization", "Bearer abc");
            });
  }

  private static Throwable failure(Exchange exchange) {
    Throwable failure = exchange.getException();
    assertThat(failure).isNotNull();
    return failure instanceof CamelExecutionException && failure.getCause() != null
        ? failure.getCause()
        : failure;
  }

  private Trust trusting(Path directory, int port) throws Exception {
    Trust trust = new Trust(null);
    URI here = URI.create("https://localhost:" + port);
    trust.add("contoso", new Cloud("custom", here, here), PKI.write(directory.resolve("ca.pem")));
    return trust;
  }

  @Test
  void nextLinksReachTheServerByteForByteOverTrustedTls(@TempDir Path directory) throws Exception {
    int port = serve(exchange -> send(exchange, 200, "{\"value\":[]}"), "localhost");
    DefaultCamelContext camel = camel(trusting(directory, port), null);
    String path =
        "/v1.0/auditLogs/signIns?$filter=createdDateTime%20ge%202026-01-01T00:00:00Z&$top=1000"
            + "&$skiptoken=a%2Bb%2Fc==_1&x=a+b";

    Exchange answer = get(camel, "https://localhost:" + port + path);

    assertThat(answer.getException()).isNull();
    assertThat(answer.getMessage().getBody(String.class)).isEqualTo("{\"value\":[]}");
    assertThat(seen).containsExactly(new Seen(path, "Bearer abc", null));
  }

  @Test
  void anIntegrationsAuthorityIsNotTrustedForOtherHosts(@TempDir Path directory) throws Exception {
    int known = serve(exchange -> send(exchange, 200, "{}"), "localhost");
    int foreign = serve(exchange -> send(exchange, 200, "{}"), "localhost");
    DefaultCamelContext camel = camel(trusting(directory, known), null);
    assertThat(get(camel, "https://localhost:" + known + "/a").getException()).isNull();

    URI target = URI.create("https://localhost:" + foreign + "/b");
    NetworkProblem problem = NetworkProblem.of(failure(get(camel, target.toString())), target);

    assertThat(problem.text())
        .isEqualTo(
            "the certificate that localhost:"
                + foreign
                + " shows comes from an authority that isn't trusted. If a company proxy inspects"
                + " TLS, put its authority's certificate (PEM) into relay.graph.ca-certificate; for"
                + " a cloud: custom, into its ca-certificate.");
    assertThat(seen).extracting(Seen::uri).containsExactly("/a");
  }

  @Test
  void aCompanysAuthorityIsTrustedEverywhere(@TempDir Path directory) throws Exception {
    int one = serve(exchange -> send(exchange, 200, "{}"), "localhost");
    int two = serve(exchange -> send(exchange, 200, "{}"), "127.0.0.1");
    DefaultCamelContext camel = camel(new Trust(PKI.write(directory.resolve("ca.pem"))), null);
    assertThat(get(camel, "https://localhost:" + one + "/a").getException()).isNull();
    assertThat(get(camel, "https://127.0.0.1:" + two + "/b").getException()).isNull();
    // The name is still looked at.
    assertThat(failure(get(camel, "https://127.0.0.1:" + one + "/c")))
        .isInstanceOf(javax.net.ssl.SSLException.class);
  }

  @Test
  void gzipIsDecodedOnce(@TempDir Path directory) throws Exception {
    // The page's own content is gzip, too: a second decoding would show.
    byte[] inner = gzip("{}".getBytes(StandardCharsets.UTF_8));
    byte[] outer = gzip(inner);
    int port =
        serve(
            exchange -> {
              assertThat(exchange.getRequestHeaders().getFirst("Accept-Encoding")).contains("gzip");
              exchange.getResponseHeaders().set("Content-Encoding", "gzip");
              exchange.sendResponseHeaders(200, outer.length);
              exchange.getResponseBody().write(outer);
            },
            "localhost");
    Exchange answer = get(camel(trusting(directory, port), null), "https://localhost:" + port);
    assertThat(answer.getMessage().getBody(byte[].class)).isEqualTo(inner);
  }

  private static byte[] gzip(byte[] bytes) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (OutputStream gzip = new GZIPOutputStream(out)) {
      gzip.write(bytes);
    }
    return out.toByteArray();
  }

  @Test
  void throttlingIsNotRetriedAndCookiesAreNotKept(@TempDir Path directory) throws Exception {
    int port =
        serve(
            exchange -> {
              exchange.getResponseHeaders().set("Retry-After", "0");
              exchange.getResponseHeaders().set("Set-Cookie", "a=b");
              send(exchange, 429, "{}");
            },
            "localhost");
    DefaultCamelContext camel = camel(trusting(directory, port), null);
    for (int i = 0; i < 2; i++) {
      assertThat(failure(get(camel, "https://localhost:" + port)))
          .isInstanceOfSatisfying(
              HttpOperationFailedException.class,
              e -> assertThat(e.getStatusCode()).isEqualTo(429));
    }
    assertThat(seen).hasSize(2).allMatch(request -> request.cookie() == null);
  }

  @Test
  void redirectsAreNotFollowed(@TempDir Path directory) throws Exception {
    int port =
        serve(
            exchange -> {
              exchange.getResponseHeaders().set("Location", "/elsewhere");
              send(exchange, 302, "");
            },
            "localhost");
    assertThat(failure(get(camel(trusting(directory, port), null), "https://localhost:" + port)))
        .isInstanceOfSatisfying(
            HttpOperationFailedException.class, e -> assertThat(e.getStatusCode()).isEqualTo(302));
    assertThat(seen).hasSize(1);
  }

  @Test
  void ofAnEndlessErrorOnlyTheBeginningIsRead(@TempDir Path directory) throws Exception {
    byte[] part = "x".repeat(8192).getBytes(UTF_8);
    AtomicLong sent = new AtomicLong();
    int port =
        serve(
            exchange -> {
              exchange.sendResponseHeaders(500, 0);
              while (sent.get() < 1L << 30) {
                exchange.getResponseBody().write(part);
                sent.addAndGet(part.length);
              }
            },
            "localhost");
    assertThat(failure(get(camel(trusting(directory, port), null), "https://localhost:" + port)))
        .isInstanceOfSatisfying(
            HttpOperationFailedException.class,
            e -> {
              assertThat(e.getStatusCode()).isEqualTo(500);
              assertThat(e.getResponseBody()).hasSize(64 << 10);
            });
    assertThat(sent.get()).isLessThan(100 << 20);
  }

  @Test
  void aSilentServerIsGivenUp(@TempDir Path directory) throws Exception {
    int port = serve(exchange -> Thread.sleep(5000), "localhost");
    URI target = URI.create("https://localhost:" + port);
    Throwable failure = failure(get(camel(trusting(directory, port), null), target.toString()));
    assertThat(NetworkProblem.of(failure, target).text())
        .isEqualTo(
            "localhost:"
                + port
                + " did not answer in time. It is tried again; if it stays, look for a slow proxy"
                + " or firewall in between.");
    assertThat(seen).hasSize(1);
  }

  @Test
  void aReplacedAuthorityIsTakenUp(@TempDir Path directory) throws Exception {
    int port = serve(exchange -> send(exchange, 200, "{}"), "localhost");
    Path ca = new Pki("another CA").write(directory.resolve("ca.pem"));
    DefaultCamelContext camel = camel(new Trust(ca), null);
    assertThat(failure(get(camel, "https://localhost:" + port)))
        .isInstanceOf(javax.net.ssl.SSLException.class);
    java.nio.file.Files.writeString(
        ca, "# both\n" + Pki.pem(PKI.certificate), java.nio.file.StandardOpenOption.APPEND);
    assertThat(get(camel, "https://localhost:" + port).getException()).isNull();
  }

  @Test
  void aConnectionThatTheServerClosedMeanwhileIsNotUsed() throws Exception {
    try (ServerSocket listener = new ServerSocket(0, 5, InetAddress.getByName("127.0.0.1"))) {
      threads.execute(
          () -> {
            try {
              while (true) {
                try (Socket peer = listener.accept()) {
                  peer.getInputStream().read();
                  peer.getOutputStream()
                      .write(
                          "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
                              .getBytes(StandardCharsets.US_ASCII));
                  peer.getInputStream().readNBytes(peer.getInputStream().available());
                }
              }
            } catch (IOException e) {
              // the test is over
            }
          });
      DefaultCamelContext camel = camel(new Trust(null), null);
      String uri = "http://127.0.0.1:" + listener.getLocalPort() + "/a";
      assertThat(get(camel, uri).getException()).isNull();
      Awaitility.await().pollDelay(Duration.ofMillis(150)).until(() -> true);
      assertThat(get(camel, uri).getException()).isNull();
    }
  }

  // Through a proxy

  @Test
  void namesAreLeftToTheProxy(@TempDir Path directory) throws Exception {
    int port = serve(exchange -> send(exchange, 200, "{}"), "graph.test");
    ConnectProxy proxy = proxy(port, null);
    DefaultCamelContext camel =
        camel(
            new Trust(PKI.write(directory.resolve("ca.pem"))),
            OutboundProxy.parse("http://127.0.0.1:" + proxy.port()));
    assertThat(get(camel, "https://graph.test/v1.0/a?b=%2B").getException()).isNull();
    assertThat(proxy.asked).containsExactly("CONNECT graph.test:443 HTTP/1.1");
    assertThat(seen).containsExactly(new Seen("/v1.0/a?b=%2B", "Bearer abc", null));
  }

  @Test
  void aProxysCredentialsStayWithTheProxy(@TempDir Path directory) throws Exception {
    int port = serve(exchange -> send(exchange, 200, "{}"), "graph.test");
    ConnectProxy proxy = proxy(port, "relay:p@ss:w/rd");
    DefaultCamelContext camel =
        camel(
            new Trust(PKI.write(directory.resolve("ca.pem"))),
            OutboundProxy.parse("http://relay:p%40ss%3Aw%2Frd@127.0.0.1:" + proxy.port()));
    assertThat(get(camel, "https://graph.test/a").getException()).isNull();
    assertThat(get(camel, "https://graph.test/b").getException()).isNull();
    assertThat(seen)
        .containsExactly(new Seen("/a", "Bearer abc", null), new Seen("/b", "Bearer abc", null));
  }

  @Test
  void aProxysRefusalIsNotTakenForGraphs(@TempDir Path directory) throws Exception {
    int port = serve(exchange -> send(exchange, 200, "{}"), "graph.test");
    ConnectProxy proxy = proxy(port, "relay:secret-word");
    Trust trust = new Trust(PKI.write(directory.resolve("ca.pem")));
    String address = "127.0.0.1:" + proxy.port();
    URI target = URI.create("https://graph.test/a");

    Throwable without =
        failure(get(camel(trust, OutboundProxy.parse("http://" + address)), target.toString()));
    assertThat(NetworkProblem.of(without, target).text())
        .isEqualTo(
            "the proxy http://"
                + address
                + " asks for a user and password (407). Set relay.graph.proxy to"
                + " http://user:password@"
                + address
                + "; only Basic authentication is supported.");
    Throwable wrong =
        failure(
            get(
                camel(trust, OutboundProxy.parse("http://relay:wrong-word@" + address)),
                target.toString()));
    assertThat(NetworkProblem.of(wrong, target).text())
        .startsWith("the proxy http://***@" + address + " refuses this user and password (407). ")
        .doesNotContain("wrong-word");

    for (int status : new int[] {403, 429, 503}) {
      proxy.refuseWith = status;
      Throwable refused =
          failure(get(camel(trust, OutboundProxy.parse("http://" + address)), target.toString()));
      assertThat(refused).isInstanceOf(ProxyRefusedException.class);
      assertThat(NetworkProblem.of(refused, target).text())
          .isEqualTo(
              "the proxy http://"
                  + address
                  + " doesn't let connections to graph.test:443 through ("
                  + status
                  + "). Have it allow CONNECT to this host and port.");
    }
    assertThat(seen).isEmpty();
  }

  @Test
  void anErrorOfGraphThroughTheProxyIsGraphs(@TempDir Path directory) throws Exception {
    int port = serve(exchange -> send(exchange, 403, "{}"), "graph.test");
    ConnectProxy proxy = proxy(port, null);
    DefaultCamelContext camel =
        camel(
            new Trust(PKI.write(directory.resolve("ca.pem"))),
            OutboundProxy.parse("http://127.0.0.1:" + proxy.port()));
    for (int i = 0; i < 2; i++) {
      assertThat(failure(get(camel, "https://graph.test/a")))
          .isInstanceOf(HttpOperationFailedException.class);
    }
  }

  @Test
  void whatMayNotBeSentReachesNoServer(@TempDir Path directory) throws Exception {
    AtomicInteger asked = new AtomicInteger();
    int port =
        serve(
            exchange -> {
              asked.incrementAndGet();
              send(exchange, 200, "{}");
            },
            "localhost");
    var connections = new GraphHttpClientConfigurer(trusting(directory, port), null);
    toClose.add(connections);
    HttpClientBuilder client = HttpClientBuilder.create();
    connections.configureHttpClient(client);
    try (CloseableHttpClient http = client.build()) {
      HttpGet get = new HttpGet("https://localhost:" + port);
      connections.sendOnlyWhile(() -> false);
      assertThat(catchThrowable(() -> http.execute(get, response -> 1)))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("the request is not sent");
      assertThat(asked).hasValue(0);
      connections.sendOnlyWhile(() -> true);
      assertThat(http.<Integer>execute(get, response -> 1)).isEqualTo(1);
      assertThat(asked).hasValue(1);
    }
  }

  @Test
  void thisMachineIsReachedWithoutTheProxy(@TempDir Path directory) throws Exception {
    int port = serve(exchange -> send(exchange, 200, "{}"), "localhost");
    ConnectProxy proxy = proxy(port, null);
    DefaultCamelContext camel =
        camel(trusting(directory, port), OutboundProxy.parse("http://127.0.0.1:" + proxy.port()));
    assertThat(get(camel, "https://localhost:" + port).getException()).isNull();
    assertThat(proxy.asked).isEmpty();
  }

  @Test
  void aTokenComesThroughTheProxyToo(@TempDir Path directory) throws Exception {
    try (TokenServer server = new TokenServer(PKI.server("login.test"))) {
      ConnectProxy proxy = proxy(server.port(), "relay:word");
      URI authority = URI.create("https://login.test");
      var connections =
          new GraphHttpClientConfigurer(
              new Trust(PKI.write(directory.resolve("ca.pem"))),
              OutboundProxy.parse("http://relay:word@127.0.0.1:" + proxy.port()));
      toClose.add(connections);
      TokenSource source =
          new TokenSource(
              new Registration(
                  "contoso",
                  "7f3f5d6c-3a5b-4c59-9a44-6d1f6f7f0a01",
                  "c0ffee00-1111-4222-8333-944455556666",
                  new Cloud("custom", authority, authority)),
              Pki::credential,
              connections,
              threads,
              java.time.Clock.systemUTC(),
              new java.util.Random(1),
              TokenSource.DEADLINE);
      assertThat(source.token().value()).isEqualTo(TokenServer.token(1));
      assertThat(proxy.asked).isNotEmpty().allMatch(line -> line.contains("login.test:443"));

      proxy.refuseWith = 403;
      source.refused(source.token());
      assertThat(catchThrowable(source::token))
          .hasMessage(
              "contoso (tenant 7f3f5d6c-3a5b-4c59-9a44-6d1f6f7f0a01): the proxy http://***@127.0.0.1:"
                  + proxy.port()
                  + " doesn't let connections to login.test:443 through (403). Have it allow CONNECT to"
                  + " this host and port.");
    }
  }

  private ConnectProxy proxy(int target, @Nullable String userAndPassword) throws IOException {
    ConnectProxy proxy = new ConnectProxy(target, userAndPassword);
    toClose.add(proxy);
    return proxy;
  }
}
