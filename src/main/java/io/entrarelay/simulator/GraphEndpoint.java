package io.entrarelay.simulator;

import com.sun.net.httpserver.Headers;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import java.util.Locale;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** {@code GET /v1.0/auditLogs/…} and such: who may read, how often, and with which faults. */
final class GraphEndpoint {
  private static final DateTimeFormatter HTTP_DATE =
      DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.US)
          .withZone(ZoneOffset.UTC);
  private static final Duration SLOWNESS = Duration.ofSeconds(2);

  private final SimulatorOptions options;
  private final Function<String, @Nullable Tenant> tenants;
  private final AccessTokens tokens;
  private final Pages pages;
  private final FaultPlan faults;
  private final Throttle tenantThrottle;
  private final Throttle appThrottle;
  private final Throttle riskThrottle;
  private final LongAdder requests = new LongAdder();
  private volatile FaultScript script = FaultScript.NONE;

  /**
   * An answer, and what is to go wrong while its body is sent.
   *
   * @param fault one of the kind {@code BODY}, or a closed connection
   */
  record Outcome(Reply reply, @Nullable Fault fault) {}

  GraphEndpoint(
      SimulatorOptions options,
      Function<String, @Nullable Tenant> tenants,
      AccessTokens tokens,
      Pages pages,
      FaultPlan faults) {
    this.options = options;
    this.tenants = tenants;
    this.tokens = tokens;
    this.pages = pages;
    this.faults = faults;
    this.tenantThrottle = new Throttle(options.limit(), options.limitWindow());
    this.appThrottle = new Throttle(options.appLimit(), options.limitWindow());
    // Graph's are 5 in 10 s and 1 in 1 s
    this.riskThrottle = new Throttle(1, options.limitWindow().dividedBy(2L * options.limit()));
  }

  void script(FaultScript value) {
    script = value;
  }

  long requests() {
    return requests.sum();
  }

  int highestOfApp(String clientId) {
    return appThrottle.highest(clientId);
  }

  int highest(Tenant tenant) {
    return tenantThrottle.highest(key(tenant));
  }

  int highestOfRisks(Tenant tenant) {
    return riskThrottle.highest(tenant.identity().tenantId());
  }

  private static String key(Tenant tenant) {
    return key(tenant.identity().clientId(), tenant);
  }

  private static String key(String clientId, Tenant tenant) {
    return clientId + tenant.identity().tenantId();
  }

  Outcome answer(
      String method,
      URI uri,
      Headers headers,
      String requestId,
      String clientRequestId,
      Instant now) {
    Outcome outcome;
    try {
      outcome = page(method, uri, headers, now);
    } catch (GraphError error) {
      Reply reply = Reply.json(error.status(), error.body(now, requestId, clientRequestId));
      reply.headers().putAll(error.headers());
      outcome = new Outcome(reply, null);
    }
    outcome
        .reply()
        .header("request-id", requestId)
        .header("OData-Version", "4.0")
        .header("Cache-Control", "no-store, no-cache");
    return outcome;
  }

  private Outcome page(String method, URI uri, Headers headers, Instant now) throws GraphError {
    ReportKind kind = ReportKind.ofRequest(uri.getPath(), uri.getRawQuery());
    boolean licences = SubscribedSkus.isPath(uri.getPath());
    if (kind == null && !licences) {
      throw new GraphError(
          400,
          "BadRequest",
          "Resource not found for the segment '"
              + uri.getPath().substring(uri.getPath().lastIndexOf('/') + 1)
              + "'.");
    }
    if (!method.equals("GET")) {
      throw new GraphError(
          405,
          "Request_BadRequest",
          "Specified HTTP method is not allowed for the request target.");
    }
    AccessTokens.Grant grant = grant(headers);
    Tenant tenant = tenants.apply(grant.tenantId());
    if (tenant == null) {
      throw GraphError.unauthorized("Access token validation failure. Invalid tenant.");
    }
    if (kind == null) {
      accept(grant, tenant, now);
      return new Outcome(SubscribedSkus.answer(tenant, grant), null);
    }
    requests.increment();
    accept(grant, tenant, now);
    authorize(grant, tenant, kind);
    throttle(grant.clientId(), tenant, kind, now);
    suffer(tenant);
    String rawQuery = uri.getRawQuery();
    boolean continuation = rawQuery != null && rawQuery.contains("skiptoken=");
    String tenantId = tenant.identity().tenantId();
    FaultScript.Provoked provoked =
        script.provoke(new FaultScript.Request(tenantId, kind.report(), continuation));
    if (provoked != null && provoked.exact()) {
      faults.happened(provoked.fault());
      throw tooMany(kind.isRisk() ? null : provoked.retryAfter());
    }
    Fault fault = provoked == null ? faults.page(tenantId, kind, continuation) : provoked.fault();
    Reply instead = fault == null ? null : fail(fault, tenant, kind, grant, now);
    if (instead != null) {
      return new Outcome(instead, fault == Fault.CONNECTION_CLOSED ? fault : null);
    }
    ReportQuery query =
        ReportQuery.parse(
                kind,
                ReportKind.version(uri.getPath()),
                rawQuery,
                options.pageLimit(),
                now,
                options.retention())
            .served(options.pageServed());
    String accepted = headers.getFirst("Accept-Encoding");
    boolean gzip = accepted != null && accepted.contains("gzip");
    Reply reply = pages.reply(tenant, kind, query, now, fault, provoked != null, gzip);
    return new Outcome(reply, fault != null && fault.kind() == Fault.Kind.BODY ? fault : null);
  }

  private AccessTokens.Grant grant(Headers headers) throws GraphError {
    String header = headers.getFirst("Authorization");
    if (header == null || !header.regionMatches(true, 0, "Bearer ", 0, 7)) {
      throw GraphError.unauthorized("Access token is empty.");
    }
    String token = header.substring(7).trim();
    if (token.chars().filter(c -> c == '.').count() != 2) {
      throw GraphError.unauthorized("IDX14100: JWT is not well formed, there are no dots (.).");
    }
    AccessTokens.Grant grant = tokens.read(token);
    if (grant == null) {
      throw GraphError.unauthorized("Access token validation failure. Invalid signature.");
    }
    return grant;
  }

  /** Refuses tokens that are no longer good, or not yet. */
  private static void accept(AccessTokens.Grant grant, Tenant tenant, Instant now)
      throws GraphError {
    if (!now.isBefore(grant.expires()) || grant.serial() <= tenant.tokensRevokedUntil()) {
      throw expired();
    }
    String demanded = tenant.demandedClaim();
    if (demanded != null && grant.challengeable()) {
      if (!demanded.equals(grant.claim())) {
        throw challenge(demanded);
      }
      tenant.demandClaim(null);
    }
    EnterpriseApplication application = tenant.application(grant.clientId());
    if (application == null) {
      throw GraphError.unauthorized("Access token validation failure. Invalid application.");
    }
    if (application.state() != EnterpriseApplication.State.ENABLED && grant.challengeable()) {
      // without that capability a token is good until its end, whatever happens to the application
      throw challenge(Long.toString(now.getEpochSecond()));
    }
    switch (application.refusedByGraph(now)) {
      case 401 -> throw GraphError.unauthorized("Access token validation failure.");
      case 403 ->
          throw new GraphError(
              403,
              "Authorization_RequestDenied",
              "Insufficient privileges to complete the operation.");
      default -> {
        // it knows
      }
    }
  }

  private static void authorize(AccessTokens.Grant grant, Tenant tenant, ReportKind kind)
      throws GraphError {
    if (!grant.roles().contains(kind.permission())) {
      throw kind.isRisk()
          ? new GraphError(
              403,
              "Forbidden",
              "You cannot perform the requested operation, required scopes are missing in the"
                  + " token.")
          : new GraphError(
              403,
              "Authentication_MSGraphPermissionMissing",
              "The principal does not have required Microsoft Graph permission(s): "
                  + kind.permission());
    }
    if (tenant.licence().compareTo(kind.licence()) < 0) {
      throw kind.isRisk()
          ? new GraphError(403, "Forbidden", "Your tenant is not licensed for this feature.")
          : nonPremium();
    }
    if (!kind.isRisk()
        && kind.licence() != Licence.NONE
        && !grant.roles().contains(SubscribedSkus.DIRECTORY)) {
      // Graph can't see the licence
      throw nonPremium();
    }
  }

  private static GraphError expired() {
    return GraphError.unauthorized("Lifetime validation failed, the token is expired.");
  }

  private static GraphError nonPremium() {
    return new GraphError(
        403,
        "Authentication_RequestFromNonPremiumTenantOrB2CTenant",
        "Neither tenant is B2C or tenant doesn't have premium license");
  }

  private static GraphError challenge(String claim) {
    String claims = "{\"access_token\":{\"nbf\":{\"essential\":true,\"value\":\"" + claim + "\"}}}";
    return GraphError.unauthorized(
            "Continuous access evaluation resulted in challenge with result:"
                + " InteractionRequired and code: TokenCreatedWithOutdatedPolicies")
        .header(
            "WWW-Authenticate",
            "Bearer realm=\"\","
                + " authorization_uri=\"https://login.microsoftonline.com/common/oauth2/authorize\","
                + " client_id=\"00000003-0000-0000-c000-000000000000\","
                + " error=\"insufficient_claims\", claims=\""
                + Base64.getEncoder().encodeToString(claims.getBytes(StandardCharsets.UTF_8))
                + "\"");
  }

  private void throttle(String clientId, Tenant tenant, ReportKind kind, Instant now)
      throws GraphError {
    long ticks = Ticks.of(now);
    if (kind.isRisk()) {
      // of the tenant for all its applications, and without a word on when to come back
      if (riskThrottle.count(tenant.identity().tenantId(), ticks) > 0 && options.throttle()) {
        throw tooMany(null);
      }
      return;
    }
    // both count every request, whatever the other says
    long ofTenant = tenantThrottle.count(key(clientId, tenant), ticks);
    long ofApp = appThrottle.count(clientId, ticks);
    long wait = Math.max(ofTenant, ofApp);
    if (options.throttle() && wait > 0) {
      throw tooMany(wait, now, requests.sum());
    }
  }

  private static GraphError tooMany(@Nullable String retryAfter) {
    GraphError error = new GraphError(429, "TooManyRequests", "Please retry again later.");
    return retryAfter == null ? error : error.header("Retry-After", retryAfter);
  }

  /** 429 in one of the ways that Graph has been seen to say it. */
  private static GraphError tooMany(long wait, Instant now, long number) {
    GraphError error =
        number % 3 == 0
            ? new GraphError(
                429,
                "UnknownError",
                "This request is throttled. Please try again after the value specified in the"
                    + " Retry-After header.")
            : new GraphError(429, "TooManyRequests", "Please retry again later.");
    return retryAfter(error, wait, now, number);
  }

  private static GraphError retryAfter(GraphError error, long wait, Instant now, long number) {
    double seconds = wait / (double) Ticks.SECOND;
    return switch ((int) Math.floorMod(Mix.of(number), 8L)) {
      case 0, 1, 2 -> error.header("Retry-After", Long.toString((long) Math.ceil(seconds)));
      case 3, 4, 5 ->
          error.header(
              "Retry-After", String.format(Locale.ROOT, "%.3f", Math.ceil(seconds * 1000) / 1000));
      case 6 ->
          error.header(
              "Retry-After",
              HTTP_DATE.format(now.plusMillis((long) Math.ceil(seconds * 1000) + 999)));
      default -> error;
    };
  }

  private static void suffer(Tenant tenant) throws GraphError {
    switch (tenant.condition()) {
      case THROTTLED ->
          throw new GraphError(429, "TooManyRequests", "Please retry again later.")
              .header("Retry-After", "1");
      case BROKEN -> throw unavailable();
      case SLOW -> {
        try {
          Thread.sleep(SLOWNESS.toMillis());
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
        }
      }
      default -> {
        // well, or refused before
      }
    }
  }

  private static GraphError unavailable() {
    return new GraphError(
        503, "ServiceUnavailable", "The service is temporarily unavailable. Please try again.");
  }

  /** The answer that a fault gives in place of a page, or null when there is a page to give. */
  private @Nullable Reply fail(
      Fault fault, Tenant tenant, ReportKind kind, AccessTokens.Grant grant, Instant now)
      throws GraphError {
    if (fault == Fault.CLAIMS_CHALLENGE && !grant.challengeable()) {
      return null;
    }
    if (fault.kind() == Fault.Kind.PAGE
        || fault == Fault.EMPTY_SKIP_TOKEN
        || fault == Fault.FOREIGN_LINK
        || fault == Fault.ERROR_IN_PAGE) {
      // counted where it is done, since it needs a page that it fits
      return null;
    }
    faults.happened(fault);
    long wait = Math.max(Ticks.SECOND / 20, (long) (2 * Ticks.SECOND / options.compress()));
    switch (fault) {
      case TOO_MANY_REQUESTS ->
          throw kind.isRisk() ? tooMany(null) : tooMany(wait, now, requests.sum());
      case UNAVAILABLE_RETRY_AFTER -> throw retryAfter(unavailable(), wait, now, 3);
      case UNAVAILABLE -> {
        return Reply.html(503, "Service Unavailable");
      }
      case SERVER_ERROR ->
          throw new GraphError(500, "InternalServerError", "Internal server error.");
      case GATEWAY_TIMEOUT, CONNECTION_CLOSED -> {
        return Reply.empty(504);
      }
      case HTML -> {
        return Reply.html(200, "Sign in to the network");
      }
      case EMPTY_BODY -> {
        return Reply.empty(200);
      }
      case ERROR_OBJECT -> {
        return Reply.json(
            200,
            "{\"error\":{\"code\":\"UnknownError\",\"message\":\"The request was aborted.\"}}");
      }
      case SKIP_TOKEN_EXPIRED -> throw SkipTokens.expired();
      case TOKEN_EXPIRED -> {
        tenant.revokeTokens(tokens.lastSerial());
        throw expired();
      }
      case CLAIMS_CHALLENGE -> {
        String claim = Long.toString(now.getEpochSecond());
        tenant.demandClaim(claim);
        throw challenge(claim);
      }
      case NON_PREMIUM -> throw nonPremium();
      default -> {
        return null;
      }
    }
  }
}
