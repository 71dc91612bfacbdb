package io.entrarelay.simulator;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * Microsoft Graph's sign-ins and directory audits and Entra's token endpoint, on a loopback port,
 * with tenants whose people and applications sign in and administer as time passes.
 *
 * <p>Strict: what Graph refuses, it refuses, in Graph's words. All that it shows follows from the
 * seed.
 */
public final class Simulator implements AutoCloseable {
  static {
    // read when the server's class loads; without it each answer waits 40 ms for Nagle's algorithm
    System.setProperty("sun.net.httpserver.nodelay", "true");
  }

  private static final Pattern TOKEN_PATH = Pattern.compile("/([^/]+)/oauth2/v2\\.0/token");
  private static final int LARGEST_REQUEST = 256 * 1024;
  private static final int SMALLEST_COMPRESSED = 1024;

  private final SimulatorOptions options;
  private final HttpServer server;
  private final ExecutorService threads;
  private final URI base;
  private final Certificates certificates;
  private final Map<String, Tenant> tenants = new LinkedHashMap<>();
  private final AccessTokens accessTokens;
  private final TokenEndpoint tokenEndpoint;
  private final Pages pages;

  private Simulator(SimulatorOptions options, HttpServer server) {
    this.options = options;
    this.server = server;
    this.certificates = new Certificates(options.clock().instant());
    this.base = URI.create(options.scheme() + "://localhost:" + server.getAddress().getPort());
    byte[] key = new byte[32];
    new SecureRandom().nextBytes(key);
    this.accessTokens = new AccessTokens(key);
    this.tokenEndpoint = new TokenEndpoint(base.toString(), this::tenant, accessTokens);
    this.pages = new Pages(base.toString(), new SkipTokens(key, options.compress()));
    long start = Ticks.of(options.clock().instant());
    for (int i = 0; i < options.tenants(); i++) {
      Tenant tenant = makeTenant(i, start);
      tenants.put(tenant.identity().tenantId(), tenant);
    }
    AtomicInteger threadNumber = new AtomicInteger();
    this.threads =
        Executors.newCachedThreadPool(
            task -> {
              Thread thread = new Thread(task, "simulator-" + threadNumber.incrementAndGet());
              thread.setDaemon(true);
              return thread;
            });
  }

  /**
   * Starts a simulator that answers when this returns.
   *
   * @throws UncheckedIOException when the port is taken
   */
  public static Simulator start(SimulatorOptions options) {
    HttpServer server;
    try {
      InetSocketAddress address =
          new InetSocketAddress(InetAddress.getLoopbackAddress(), options.port());
      server =
          options.scheme().equals("https")
              ? HttpsServer.create(address, 1024)
              : HttpServer.create(address, 1024);
    } catch (IOException e) {
      throw new UncheckedIOException(
          "The simulator can't listen on port "
              + options.port()
              + ": "
              + e.getMessage()
              + ". Choose another port, or 0 for a free one.",
          e);
    }
    Simulator simulator = new Simulator(options, server);
    if (server instanceof HttpsServer secure) {
      secure.setHttpsConfigurator(new HttpsConfigurator(simulator.certificates.server()));
    }
    server.setExecutor(simulator.threads);
    server.createContext("/", simulator::handle);
    server.start();
    return simulator;
  }

  /** Scheme, host and port, without a path; both the authority and Graph. */
  public URI base() {
    return base;
  }

  /** The authority to trust, a PEM block, or null with plain http. */
  public @Nullable String caCertificate() {
    return options.scheme().equals("https") ? Certificates.pem(certificates.authority()) : null;
  }

  /** The tenants, in the order that the seed made them. */
  public List<SimulatedTenant> tenants() {
    return tenants.values().stream().map(Tenant::identity).toList();
  }

  /**
   * Writes {@code integrations/<name>.yaml} for each tenant, with certificates, keys (mode 0600)
   * and the authority beside them, so that {@code run --config} works against this simulator.
   */
  public void writeConfig(Path directory) throws IOException {
    new ConfigWriter(base, caCertificate()).write(directory, tenants());
  }

  /** From now on, that is the matter with the tenant. */
  public void condition(String tenantId, TenantCondition condition) {
    Tenant tenant = tenant(tenantId);
    if (tenant == null) {
      throw new IllegalArgumentException("The simulator has no tenant " + tenantId + ".");
    }
    tenant.condition(condition);
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }

  /** The time of day here. */
  public Clock clock() {
    return options.clock();
  }

  private @Nullable Tenant tenant(String tenantId) {
    return tenants.get(tenantId.toLowerCase(Locale.ROOT));
  }

  private Tenant makeTenant(int number, long start) {
    long seed = Mix.of(options.seed(), number);
    SimulatedTenant identity = TenantNames.tenant(options, number, certificates);
    Map<ReportKind, RecordSource> records = new EnumMap<>(ReportKind.class);
    Directory directory = new Directory(seed, identity);
    records.put(
        ReportKind.SIGN_INS,
        new GeneratedRecords(
            Mix.of(seed, 1), start, options, new SignInWriter(Mix.of(seed, 1), directory)));
    records.put(
        ReportKind.DIRECTORY_AUDITS,
        new GeneratedRecords(
            Mix.of(seed, 2), start, options, new DirectoryAuditWriter(Mix.of(seed, 2), directory)));
    return new Tenant(identity, TenantNames.certificate(identity), records);
  }

  @SuppressWarnings("EmptyCatch") // nobody is left to tell when the client has gone
  private void handle(HttpExchange exchange) {
    try {
      send(exchange, answer(exchange));
    } catch (IOException e) {
      // the client has closed the connection
    } catch (RuntimeException e) {
      System.getLogger(Simulator.class.getName())
          .log(System.Logger.Level.ERROR, "The simulator failed to answer", e);
    } finally {
      exchange.close();
    }
  }

  private Reply answer(HttpExchange exchange) throws IOException {
    Instant now = options.clock().instant();
    String path = exchange.getRequestURI().getPath();
    byte[] body = exchange.getRequestBody().readNBytes(LARGEST_REQUEST);
    String requestId = UUID.randomUUID().toString();
    String clientRequestId = exchange.getRequestHeaders().getFirst("client-request-id");
    String correlationId = clientRequestId == null ? requestId : clientRequestId;
    Reply reply;
    Matcher token = TOKEN_PATH.matcher(path);
    if (token.matches()) {
      reply =
          exchange.getRequestMethod().equals("POST")
              ? tokenEndpoint.answer(
                  token.group(1), new String(body, StandardCharsets.UTF_8), correlationId, now)
              : Reply.empty(405);
      reply.header("x-ms-request-id", requestId).header("Cache-Control", "no-store, no-cache");
    } else if (path.equals("/common/discovery/instance")) {
      reply = discovery();
    } else {
      reply = graph(exchange, path, requestId, correlationId, now);
    }
    // MSAL complains on every answer that doesn't repeat it
    return reply.header("client-request-id", correlationId);
  }

  private Reply discovery() {
    String host = base.getHost() + ":" + base.getPort();
    ObjectNode body = JsonNodeFactory.instance.objectNode();
    body.put("tenant_discovery_endpoint", base + "/common/v2.0/.well-known/openid-configuration");
    body.put("api-version", "1.1");
    ObjectNode metadata = body.putArray("metadata").addObject();
    metadata.put("preferred_network", host).put("preferred_cache", host);
    metadata.putArray("aliases").add(host).add(base.getHost());
    return Reply.json(200, body.toString());
  }

  private Reply graph(
      HttpExchange exchange, String path, String requestId, String clientRequestId, Instant now) {
    Reply reply;
    try {
      ReportKind kind = ReportKind.ofPath(path);
      if (kind == null) {
        throw new GraphError(
            404, "ResourceNotFound", "Resource not found for the segment '" + path + "'.");
      }
      if (!exchange.getRequestMethod().equals("GET")) {
        throw new GraphError(
            405,
            "Request_BadRequest",
            "The HTTP method '" + exchange.getRequestMethod() + "' is not supported here.");
      }
      Tenant tenant = authorize(exchange, kind, now);
      ReportQuery query =
          ReportQuery.parse(
              kind,
              exchange.getRequestURI().getRawQuery(),
              options.pageLimit(),
              now,
              options.retention());
      reply =
          new Reply(
              200, Reply.GRAPH_JSON, new LinkedHashMap<>(), pages.page(tenant, kind, query, now));
    } catch (GraphError error) {
      reply = Reply.json(error.status(), error.body(now, requestId, clientRequestId));
      reply.headers().putAll(error.headers());
    }
    return reply
        .header("request-id", requestId)
        .header("OData-Version", "4.0")
        .header("Cache-Control", "no-store, no-cache");
  }

  private Tenant authorize(HttpExchange exchange, ReportKind kind, Instant now) throws GraphError {
    String header = exchange.getRequestHeaders().getFirst("Authorization");
    if (header == null || !header.regionMatches(true, 0, "Bearer ", 0, 7)) {
      throw GraphError.unauthorized("Access token is empty.");
    }
    AccessTokens.Grant grant = accessTokens.read(header.substring(7).trim());
    Tenant tenant = grant == null ? null : tenant(grant.tenantId());
    if (grant == null || tenant == null) {
      throw GraphError.unauthorized("Access token validation failure. Invalid signature.");
    }
    if (!now.isBefore(grant.expires()) || grant.serial() <= tenant.tokensRevokedUntil()) {
      throw GraphError.unauthorized("Lifetime validation failed, the token is expired.");
    }
    if (!grant.roles().contains("AuditLog.Read.All")) {
      throw new GraphError(
          403,
          "Authentication_MSGraphPermissionMissing",
          "The principal does not have required Microsoft Graph permission(s): AuditLog.Read.All");
    }
    if (kind == ReportKind.SIGN_INS && tenant.condition() == TenantCondition.LICENCE_MISSING) {
      throw nonPremium();
    }
    return tenant;
  }

  private static GraphError nonPremium() {
    return new GraphError(
        403,
        "Authentication_RequestFromNonPremiumTenantOrB2CTenant",
        "Neither tenant is B2C or tenant doesn't have premium license");
  }

  private static void send(HttpExchange exchange, Reply reply) throws IOException {
    byte[] body = reply.body();
    if (!reply.type().isEmpty()) {
      exchange.getResponseHeaders().set("Content-Type", reply.type());
    }
    reply.headers().forEach(exchange.getResponseHeaders()::set);
    String accepted = exchange.getRequestHeaders().getFirst("Accept-Encoding");
    if (accepted != null && accepted.contains("gzip") && body.length >= SMALLEST_COMPRESSED) {
      exchange.getResponseHeaders().set("Content-Encoding", "gzip");
      body = gzip(body);
    }
    exchange.sendResponseHeaders(reply.status(), body.length == 0 ? -1 : body.length);
    if (body.length > 0) {
      try (OutputStream out = exchange.getResponseBody()) {
        out.write(body);
      }
    }
  }

  private static byte[] gzip(byte[] body) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream(body.length / 8 + 1024);
    try (OutputStream gzip = new FastGzip(out)) {
      gzip.write(body);
    }
    return out.toByteArray();
  }

  /** Level 1: four times faster than the default, a third larger. */
  private static final class FastGzip extends GZIPOutputStream {
    FastGzip(OutputStream out) throws IOException {
      super(out, 16 * 1024);
      def.setLevel(Deflater.BEST_SPEED);
    }
  }
}
