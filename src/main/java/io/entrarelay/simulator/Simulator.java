package io.entrarelay.simulator;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Microsoft Graph's reports and Entra's token endpoint, on a loopback port, with tenants whose
 * people and applications sign in and administer as time passes.
 *
 * <p>Strict: what Graph refuses, it refuses, in Graph's words. All that it shows follows from the
 * seed, and {@link #truth()} tells what a client should have got.
 */
public final class Simulator implements AutoCloseable {
  static {
    // read when the server's class loads; without it each answer waits 40 ms for Nagle's algorithm
    System.setProperty("sun.net.httpserver.nodelay", "true");
  }

  /** A path on this host that no link of a collection should lead to. */
  static final String OTHER_PATH = "/v1.0/me/messages";

  private static final String STEERING_PATH = "/simulator/consent";
  private static final Pattern TOKEN_PATH = Pattern.compile("/([^/]+)/oauth2/v2\\.0/token");
  private static final int LARGEST_REQUEST = 256 * 1024;

  private final SimulatorOptions options;
  private final HttpServer server;
  private final HttpServer elsewhere;
  private final ExecutorService threads;
  private final URI base;
  private final Certificates certificates;
  private final Entra entra;
  private final SimulatedApplication application;
  private final AccessTokens accessTokens;
  private final TokenEndpoint tokenEndpoint;
  private final GraphEndpoint graphEndpoint;
  private final FaultPlan faults;
  private final Truth truth;
  private final TruthEndpoint truthEndpoint;
  private final SignInEndpoint signInEndpoint;
  private final SteeringEndpoint steeringEndpoint;
  private final List<GeneratedRecords> generated = new ArrayList<>();
  private final LongAdder tokenRequests = new LongAdder();
  private final LongAdder tokensSentElsewhere = new LongAdder();

  private Simulator(SimulatorOptions options, HttpServer server, HttpServer elsewhere) {
    this.options = options;
    this.server = server;
    this.elsewhere = elsewhere;
    this.certificates = new Certificates(options.clock().instant());
    this.base = address(options, server);
    this.faults = new FaultPlan(options.seed(), options.faults(), options.faultsOff());
    byte[] key = new byte[32];
    new SecureRandom().nextBytes(key);
    this.accessTokens = new AccessTokens(key);
    this.application = TenantNames.application(options, certificates);
    Registration shared =
        new Registration(
            application.clientId(),
            application.displayName(),
            true,
            TenantNames.certificate(application.certificatePem()));
    options.redirectUris().forEach(shared::addRedirectUri);
    this.entra = new Entra(shared, options.replicationLag());
    AuthorizationCodes codes = new AuthorizationCodes();
    IdTokens idTokens = new IdTokens(base.toString());
    this.tokenEndpoint = new TokenEndpoint(base.toString(), entra, accessTokens, codes, idTokens);
    this.signInEndpoint =
        new SignInEndpoint(entra, codes, idTokens, options.scheme().equals("https"));
    this.steeringEndpoint = new SteeringEndpoint(entra);
    Pages pages =
        new Pages(
            base.toString(),
            address(options, elsewhere).toString(),
            new SkipTokens(key, options.compress()),
            faults,
            options.compress());
    this.graphEndpoint = new GraphEndpoint(options, entra::tenant, accessTokens, pages, faults);
    long start = Ticks.of(options.clock().instant());
    for (int i = 0; i < options.tenants() + options.unconsented(); i++) {
      Tenant tenant = makeTenant(i, start);
      entra.add(tenant);
      if (options.prerendered()) {
        tenant.render(kinds(), start);
      }
    }
    this.truth = new Truth(options, kinds(), entra.tenantsById(), start, new Requests());
    this.truthEndpoint = new TruthEndpoint(truth, this::tenants);
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
    HttpServer server = listen(options.scheme(), options.port());
    HttpServer elsewhere = listen(options.scheme(), 0);
    Simulator simulator = new Simulator(options, server, elsewhere);
    server.createContext("/", exchange -> handle(exchange, simulator::answer));
    elsewhere.createContext("/", exchange -> handle(exchange, simulator::trap));
    for (HttpServer each : List.of(server, elsewhere)) {
      if (each instanceof HttpsServer secure) {
        secure.setHttpsConfigurator(new HttpsConfigurator(simulator.certificates.server()));
      }
      each.setExecutor(simulator.threads);
      each.start();
    }
    return simulator;
  }

  private static HttpServer listen(String scheme, int port) {
    try {
      InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
      return scheme.equals("https")
          ? HttpsServer.create(address, 1024)
          : HttpServer.create(address, 1024);
    } catch (IOException e) {
      throw new UncheckedIOException(
          "The simulator can't listen on port "
              + port
              + ": "
              + e.getMessage()
              + ". Choose another port, or 0 for a free one.",
          e);
    }
  }

  private static URI address(SimulatorOptions options, HttpServer server) {
    return URI.create(options.scheme() + "://localhost:" + server.getAddress().getPort());
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
    return entra.tenants().stream().map(Tenant::identity).toList();
  }

  /**
   * Writes {@code integrations/<name>.yaml} for each tenant that has an application of its own,
   * with certificates, keys (mode 0600) and the authority beside them, so that {@code run --config}
   * works against this simulator; and where others have not, the certificate and key of {@link
   * #application()} under {@code application/}.
   */
  public void writeConfig(Path directory) throws IOException {
    ConfigWriter writer = new ConfigWriter(base, caCertificate(), options.reports());
    writer.write(directory, tenants().subList(0, options.tenants()));
    if (options.unconsented() > 0) {
      writer.write(directory, application);
    }
  }

  /** From now on, that is the matter with the tenant. */
  public void condition(String tenantId, TenantCondition condition) {
    known(tenantId).condition(condition);
  }

  private Tenant known(String tenantId) {
    Tenant tenant = entra.tenant(tenantId);
    if (tenant == null) {
      throw new IllegalArgumentException("The simulator has no tenant " + tenantId + ".");
    }
    return tenant;
  }

  /**
   * The application that any tenant may consent to, as an operator registers one for many tenants.
   * Nobody has consented to it when the simulator starts.
   */
  public SimulatedApplication application() {
    return application;
  }

  /**
   * Answers to an application may go there from now on. As with Entra, {@code http} to this machine
   * is taken with any port.
   *
   * @param clientId {@link #application()}'s, or that of a tenant's own
   * @throws IllegalArgumentException where it is neither https nor http to this machine
   */
  public void registerRedirectUri(String clientId, String uri) {
    Registration registration = entra.registration(clientId, null);
    if (registration == null) {
      throw new IllegalArgumentException("The simulator has no application " + clientId + ".");
    }
    registration.addRedirectUri(uri);
  }

  /** The permissions that {@link #application()} asks for from now on. */
  public void requirePermissions(List<String> permissions) {
    entra.shared().permissions(permissions);
  }

  /**
   * The tenant's application, by {@link SimulatedTenant#clientId()}, as its administrator has it.
   */
  public EnterpriseApplication enterpriseApplication(String tenantId) {
    return enterpriseApplication(tenantId, known(tenantId).identity().clientId());
  }

  /**
   * An application in a tenant, consented to or not.
   *
   * @param clientId the tenant's own, or {@link #application()}'s
   */
  public EnterpriseApplication enterpriseApplication(String tenantId, String clientId) {
    EnterpriseApplication found = known(tenantId).application(clientId);
    if (found == null) {
      throw new IllegalArgumentException(
          "The application " + clientId + " can't be in the tenant " + tenantId + ".");
    }
    return found;
  }

  /** How long the consents from now on take to be known everywhere. */
  public void replicationLag(ReplicationLag lag) {
    entra.lag(lag);
  }

  /** How the consent page says from now on that somebody clicked Cancel. */
  public void cancelledAs(CancelledAs shape) {
    entra.cancelledAs(shape);
  }

  /** What is wrong with id tokens from now on. */
  public void spoilIdTokens(IdTokenFlaw flaw) {
    entra.flaw(flaw);
  }

  /** The licence that the tenant has from now on; at the start it is the largest. */
  public void licence(String tenantId, Licence licence) {
    known(tenantId).licence(licence);
  }

  /** The tenant's Global Administrator, who may consent. */
  public SimulatedPerson administrator(String tenantId) {
    return people(tenantId).get(0);
  }

  /** Those at home in the tenant who can sign in: an administrator, somebody who isn't, others. */
  public List<SimulatedPerson> people(String tenantId) {
    return known(tenantId).members().stream()
        .map(Member::person)
        .filter(person -> person.tenantId().equals(tenantId))
        .toList();
  }

  /**
   * Somebody more who can sign in.
   *
   * @throws IllegalArgumentException where somebody has that user name already
   */
  public SimulatedPerson addPerson(
      String tenantId, String userName, String displayName, boolean administrator) {
    Tenant tenant = known(tenantId);
    SimulatedPerson person =
        new SimulatedPerson(
            UUID.randomUUID().toString(),
            tenant.identity().tenantId(),
            userName,
            displayName,
            administrator);
    entra.add(person);
    tenant.members().add(new Member(person, person.objectId(), administrator));
    return person;
  }

  /**
   * Makes somebody of another tenant a guest; the last invitation counts.
   *
   * @param administrator whether they may consent for this tenant
   * @throws IllegalArgumentException where they are at home in that tenant
   */
  public void invite(SimulatedPerson person, String tenantId, boolean administrator) {
    Tenant tenant = known(tenantId);
    if (person.tenantId().equals(tenant.identity().tenantId())) {
      throw new IllegalArgumentException(person.userName() + " is at home in " + tenantId + ".");
    }
    tenant.members().removeIf(member -> member.person().equals(person));
    tenant.members().add(new Member(person, UUID.randomUUID().toString(), administrator));
  }

  /** From now on this goes wrong, besides what the options bring; the last script counts. */
  public void script(FaultScript script) {
    graphEndpoint.script(script);
  }

  /** The access tokens that the tenant's application has by now are no longer taken. */
  public void expireTokens(String tenantId) {
    known(tenantId).revokeTokens(accessTokens.lastSerial());
  }

  /**
   * Gives the tenant's application another certificate in place of the one it has; it must be the
   * tenant's own.
   *
   * @param life how long it is valid from now on
   * @return the tenant with the new certificate
   */
  public SimulatedTenant renewCertificate(String tenantId, Duration life) {
    Tenant tenant = known(tenantId);
    SimulatedTenant identity = tenant.identity();
    X509Certificate certificate =
        new Certificates(options.clock().instant())
            .tenant("Entra Relay " + identity.displayName(), life);
    SimulatedTenant renewed =
        new SimulatedTenant(
            identity.name(),
            identity.displayName(),
            identity.tenantId(),
            identity.clientId(),
            Certificates.pem(certificate),
            identity.privateKeyPem());
    registerCertificate(tenantId, certificate);
    tenant.identity(renewed);
    return renewed;
  }

  /**
   * The tenant's own application is known by this certificate alone from now on: as where its
   * administrator uploads one that was made elsewhere.
   */
  public void registerCertificate(String tenantId, X509Certificate certificate) {
    Tenant tenant = known(tenantId);
    EnterpriseApplication own = tenant.application(tenant.identity().clientId());
    if (own == null || own.registration() == entra.shared()) {
      throw new IllegalArgumentException(
          "The tenant " + tenantId + " has no application of its own.");
    }
    own.registration().certificate(certificate);
  }

  /** As {@link #writeConfig(Path)}, for one tenant alone. */
  public void writeConfig(Path directory, SimulatedTenant tenant) throws IOException {
    new ConfigWriter(base, caCertificate(), options.reports()).write(directory, List.of(tenant));
  }

  /** What has been shown and asked so far, and what will be. */
  public Truth truth() {
    return truth;
  }

  /**
   * From now on no record comes into being; late and revised ones are still shown in their time.
   */
  public void stopLive() {
    long now = Ticks.of(options.clock().instant());
    generated.forEach(records -> records.endAt(now));
  }

  @Override
  public void close() {
    server.stop(0);
    elsewhere.stop(0);
    threads.shutdownNow();
    entra.tenants().forEach(Tenant::close);
  }

  /** The time of day here. */
  public Clock clock() {
    return options.clock();
  }

  private Tenant makeTenant(int number, long start) {
    long seed = Mix.of(options.seed(), number);
    boolean hasOwn = number < options.tenants();
    SimulatedTenant identity =
        hasOwn
            ? TenantNames.tenant(options, number, certificates)
            : TenantNames.tenant(options, number, application);
    List<EnterpriseApplication> applications = new ArrayList<>();
    if (hasOwn) {
      EnterpriseApplication own =
          new EnterpriseApplication(
              new Registration(
                  identity.clientId(),
                  "Entra Relay " + identity.displayName(),
                  false,
                  TenantNames.certificate(identity.certificatePem())),
              options.clock(),
              entra::lag);
      own.consentedAlways();
      applications.add(own);
    }
    applications.add(new EnterpriseApplication(entra.shared(), options.clock(), entra::lag));
    Directory directory = new Directory(seed, identity);
    Tenant tenant =
        new Tenant(identity, directory.domain(), applications, records(seed, directory, start));
    tenant.members().addAll(directory.members());
    return tenant;
  }

  private Map<ReportKind, RecordSource> records(long seed, Directory directory, long start) {
    Path replay = options.replay();
    if (replay != null) {
      return ReplayedRecords.read(replay, start, options.compress());
    }
    Map<ReportKind, RecordSource> records = new EnumMap<>(ReportKind.class);
    for (ReportKind kind : ReportKind.values()) {
      long own = Mix.of(seed, seedNumber(kind));
      Oddities oddities = new Oddities(own, options.faults());
      GeneratedRecords source =
          new GeneratedRecords(kind, own, start, options, writer(kind, own, directory, oddities));
      generated.add(source);
      records.put(kind, source);
    }
    return records;
  }

  /** The first two are as they were when there were no others: a seed gives the same records. */
  private static int seedNumber(ReportKind kind) {
    return switch (kind) {
      case SIGN_INS -> 1;
      case DIRECTORY_AUDITS -> 2;
      default -> 10 + kind.ordinal();
    };
  }

  private static GeneratedRecords.ContentWriter writer(
      ReportKind kind, long seed, Directory directory, Oddities oddities) {
    return switch (kind) {
      case SIGN_INS -> new SignInWriter(seed, directory, oddities);
      case DIRECTORY_AUDITS -> new DirectoryAuditWriter(seed, directory, oddities);
      case PROVISIONING -> new ProvisioningWriter(seed, directory, oddities);
      case RISK_DETECTIONS -> new RiskDetectionWriter(seed, directory, oddities, false);
      case SERVICE_PRINCIPAL_RISK_DETECTIONS ->
          new RiskDetectionWriter(seed, directory, oddities, true);
      case RISKY_USERS -> new RiskyUserWriter(directory, oddities);
      default -> new BetaSignInWriter(kind, seed, directory, oddities);
    };
  }

  /** The kinds that the options name. */
  private List<ReportKind> kinds() {
    return options.reports().stream().map(ReportKind::ofReport).toList();
  }

  private final class Requests implements Truth.Requests {
    @Override
    public long pages() {
      return graphEndpoint.requests();
    }

    @Override
    public long tokens() {
      return tokenRequests.sum();
    }

    @Override
    public long tokensSentElsewhere() {
      return tokensSentElsewhere.sum();
    }

    @Override
    public int highestOfApp(String clientId) {
      return graphEndpoint.highestOfApp(clientId);
    }

    @Override
    public int highestOfRisks(Tenant tenant) {
      return graphEndpoint.highestOfRisks(tenant);
    }

    @Override
    public int highest(Tenant tenant) {
      return graphEndpoint.highest(tenant);
    }

    @Override
    public Map<Fault, Long> faults() {
      return faults.counts();
    }
  }

  /** Answers an exchange, at best; may leave it unanswered. */
  private interface Handler {
    void answer(HttpExchange exchange) throws IOException;
  }

  private static void handle(HttpExchange exchange, Handler handler) throws IOException {
    try {
      handler.answer(exchange);
    } catch (RuntimeException e) {
      System.getLogger(Simulator.class.getName())
          .log(System.Logger.Level.ERROR, "The simulator failed to answer", e);
      throw e;
    }
    // not after an exception: only one that leaves the handler makes the server close the
    // connection when a body has ended before its length
    exchange.close();
  }

  private void answer(HttpExchange exchange) throws IOException {
    Instant now = options.clock().instant();
    String path = exchange.getRequestURI().getPath();
    byte[] body = exchange.getRequestBody().readNBytes(LARGEST_REQUEST);
    String requestId = UUID.randomUUID().toString();
    String clientRequestId = exchange.getRequestHeaders().getFirst("client-request-id");
    String correlationId = clientRequestId == null ? requestId : clientRequestId;
    // MSAL complains on every answer that doesn't repeat it
    exchange.getResponseHeaders().set("client-request-id", correlationId);
    Matcher token = TOKEN_PATH.matcher(path);
    ReplySender sender = new ReplySender(exchange, options.compress());
    if (token.matches()) {
      tokenRequests.increment();
      String form = new String(body, StandardCharsets.UTF_8);
      Reply reply =
          exchange.getRequestMethod().equals("POST")
              ? token(token.group(1), form, correlationId, now)
              : Reply.empty(405);
      sender.send(
          reply.header("x-ms-request-id", requestId).header("Cache-Control", "no-store, no-cache"),
          null);
    } else if (path.equals("/common/discovery/instance")) {
      sender.send(discovery(), null);
    } else if (SignInEndpoint.isPath(path)) {
      sender.send(signInEndpoint.answer(browser(exchange, body, correlationId, now)), null);
    } else if (path.equals(STEERING_PATH)) {
      sender.send(steeringEndpoint.answer(browser(exchange, body, correlationId, now)), null);
    } else if (path.startsWith("/simulator/")) {
      truthEndpoint.answer(exchange, sender);
    } else if (path.equals(OTHER_PATH)) {
      trap(exchange);
    } else {
      GraphEndpoint.Outcome outcome =
          graphEndpoint.answer(
              exchange.getRequestMethod(),
              exchange.getRequestURI(),
              exchange.getRequestHeaders(),
              requestId,
              correlationId,
              now);
      sender.send(outcome.reply(), outcome.fault());
    }
  }

  private static SignInEndpoint.Request browser(
      HttpExchange exchange, byte[] body, String correlationId, Instant now) {
    URI uri = exchange.getRequestURI();
    Headers headers = exchange.getRequestHeaders();
    return new SignInEndpoint.Request(
        exchange.getRequestMethod(),
        uri.getRawPath(),
        uri.getRawQuery() == null ? "" : uri.getRawQuery(),
        new String(body, StandardCharsets.UTF_8),
        headers.getFirst("Cookie"),
        headers.getFirst("Origin"),
        headers.getFirst("Host"),
        headers.getFirst("Accept"),
        correlationId,
        now);
  }

  private Reply token(String tenantName, String form, String correlationId, Instant now) {
    Tenant tenant = entra.tenant(tenantName);
    if (tenant != null && tenant.condition() == TenantCondition.TOKEN_ENDPOINT_DOWN) {
      return Reply.html(503, "Service Unavailable");
    }
    int failure = faults.token(tenantName);
    Reply reply = tokenEndpoint.answer(tenantName, form, correlationId, now);
    if (failure < 0) {
      return reply;
    }
    faults.happened(Fault.TOKEN_ENDPOINT);
    return switch (failure % 6) {
      case 0 -> TokenEndpoint.transientError(correlationId, now);
      case 1 -> Reply.html(503, "Service Unavailable");
      case 2 -> Reply.empty(500);
      case 3 -> TokenEndpoint.throttled(correlationId, now).header("Retry-After", "0.2");
      case 4 -> Reply.html(200, "Sign in to the network");
      default ->
          reply.status() == 200
              ? Reply.json(200, Arrays.copyOf(reply.body(), reply.body().length * 3 / 4))
              : reply;
    };
  }

  /** What a false link leads to: counts the tokens that come, and has no records. */
  private void trap(HttpExchange exchange) throws IOException {
    if (exchange.getRequestHeaders().containsKey("Authorization")) {
      tokensSentElsewhere.increment();
    }
    new ReplySender(exchange, options.compress()).send(Reply.json(200, "{\"value\":[]}"), null);
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
}
