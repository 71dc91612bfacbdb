package io.entrarelay.graph;

import com.microsoft.aad.msal4j.ClaimsRequest;
import com.microsoft.aad.msal4j.ClientCredentialFactory;
import com.microsoft.aad.msal4j.ClientCredentialParameters;
import com.microsoft.aad.msal4j.ConfidentialClientApplication;
import com.microsoft.aad.msal4j.IAuthenticationResult;
import io.entrarelay.credential.Credential;
import io.entrarelay.graph.TokenException.Kind;
import java.net.MalformedURLException;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One integration's tokens: asked for once however many want one, renewed early in the background,
 * kept in use while a renewal fails, and not asked for again and again while Entra refuses.
 *
 * <p>MSAL4J makes the assertion and the request; its cache is not used. The cache misses on every
 * port but 443, ignores {@code refresh_in} for applications and lets every caller fetch (MSAL4J
 * 1.26.0, its issues 575 and 932). An application object of MSAL4J lives for one exchange only: it
 * costs some 30 µs, takes a changed certificate up by itself, and MSAL4J's telemetry keeps an entry
 * for every failure as long as the object lives.
 *
 * <p>Safe for concurrent use.
 */
public final class TokenSource implements AutoCloseable {
  /** How long {@link #token()} waits by default. */
  public static final Duration DEADLINE = Duration.ofSeconds(30);

  private static final Logger LOG = LoggerFactory.getLogger(TokenSource.class);
  private static final Duration FIRST_BACK_OFF = Duration.ofSeconds(2);
  private static final Duration FIRST_BACK_OFF_OF_REFUSAL = Duration.ofSeconds(15);
  private static final Duration LONGEST_BACK_OFF = Duration.ofMinutes(10);

  /** A token isn't handed out within this time of its end: the request still has to travel. */
  private static final Duration MARGIN = Duration.ofSeconds(60);

  /** The authority whose name MSAL4J is told while the simulator answers on this machine. */
  private static final URI NAMED_FOR_SIMULATOR = URI.create("https://login.microsoftonline.com");

  private static final Pattern AADSTS = Pattern.compile("AADSTS(\\d{1,9})");

  /** A token in use; {@code refused} once Graph said that it isn't valid. */
  private record Held(AccessToken token, Instant usableUntil, Instant refreshOn, boolean refused) {}

  private record Fetched(AccessToken token, Instant usableUntil, Instant refreshOn) {}

  private final Registration registration;
  private final Supplier<Credential> credential;
  private final CloseableHttpClient http;
  private final Executor executor;
  private final Clock clock;
  private final RandomGenerator random;
  private final Duration deadline;

  // All below are guarded by this.
  private @Nullable Held held;
  private @Nullable CompletableFuture<AccessToken> inFlight;
  private @Nullable String claims;
  private int failures;
  private Instant notBefore = Instant.MIN;
  private Instant toldNotBefore = Instant.MIN;
  private @Nullable TokenException lastFailure;
  private @Nullable Credential failedWith;

  /**
   * @param credential gives the credential as it is now; a changed one is taken up by the next
   *     request, and ends a back-off
   * @param connections how connections are made; the caller closes it
   * @param executor runs the exchanges, each of which blocks a thread up to the deadline
   * @param deadline how long {@link #token()} waits, and an exchange lasts at most
   */
  public TokenSource(
      Registration registration,
      Supplier<Credential> credential,
      GraphHttpClientConfigurer connections,
      Executor executor,
      Clock clock,
      RandomGenerator random,
      Duration deadline) {
    URI authority = registration.cloud().authority();
    if (!"https".equals(authority.getScheme()) && !Cloud.isPlainLoopback(authority)) {
      throw new IllegalArgumentException(
          registration.integration()
              + ": endpoints.authority must be https, or the assertion would travel unprotected");
    }
    this.registration = registration;
    this.credential = credential;
    this.executor = executor;
    this.clock = clock;
    this.random = random;
    this.deadline = deadline;
    HttpClientBuilder client = HttpClientBuilder.create();
    connections.configureHttpClient(client);
    // About one request an hour: a connection kept for it would be stale each time.
    client.setConnectionReuseStrategy((request, response, context) -> false);
    this.http = client.build();
  }

  /**
   * A token that is valid for now. Returns at once while one is held, else waits for the one
   * exchange that all callers share.
   *
   * @throws TokenException when none can be had within the deadline, or at once while Entra's last
   *     refusal or {@code Retry-After} holds
   */
  public AccessToken token() throws TokenException {
    CompletableFuture<AccessToken> wanted;
    AccessToken usable = null;
    boolean start = false;
    synchronized (this) {
      Instant now = clock.instant();
      Held have = held;
      if (have != null && !have.refused && now.isBefore(have.usableUntil)) {
        usable = have.token;
        if (now.isBefore(have.refreshOn) || inFlight != null || backingOff(now)) {
          return usable;
        }
      } else if (inFlight == null && backingOff(now) && lastFailure != null) {
        throw lastFailure.again(Duration.between(now, notBefore));
      }
      if (inFlight == null) {
        inFlight = new CompletableFuture<>();
        start = true;
      }
      wanted = inFlight;
    }
    if (start) {
      start(wanted);
    }
    return usable != null ? usable : await(wanted);
  }

  /**
   * Has a token made at this moment and doesn't wait for it: neither the one that is held nor the
   * time that an earlier refusal has brought counts, since what was granted meanwhile shows in a
   * new one only. A time that Entra itself has asked for stands. For callers that take their time
   * between two.
   *
   * @return completes with the token, or with the {@link TokenException} that says why there is
   *     none
   */
  public CompletableFuture<AccessToken> renew() {
    CompletableFuture<AccessToken> wanted;
    boolean start = false;
    synchronized (this) {
      Instant now = clock.instant();
      if (inFlight == null) {
        if (now.isBefore(toldNotBefore) && lastFailure != null) {
          return CompletableFuture.failedFuture(
              lastFailure.again(Duration.between(now, toldNotBefore)));
        }
        inFlight = new CompletableFuture<>();
        start = true;
      }
      wanted = inFlight;
    }
    if (start) {
      start(wanted);
    }
    return wanted.copy();
  }

  /** Why the last request for a token has brought none; null where it has brought one. */
  public synchronized @Nullable TokenException lastFailure() {
    return lastFailure;
  }

  /** The last token that there was, whether or not it is still good; null where there was none. */
  public synchronized @Nullable AccessToken lastToken() {
    return held == null ? null : held.token;
  }

  /**
   * Graph says that the token is no longer valid (401): the next {@link #token()} fetches another.
   * Has no effect for a token that has been replaced meanwhile.
   */
  public synchronized void refused(AccessToken token) {
    Held have = held;
    if (have != null && have.token.equals(token)) {
      held = new Held(have.token, have.usableUntil, have.refreshOn, true);
    }
  }

  /**
   * Graph challenges the token (401 with {@code insufficient_claims}): the next {@link #token()}
   * asks for one with those claims. A header without readable claims counts as {@link #refused}.
   *
   * @param wwwAuthenticate the value of {@code WWW-Authenticate}; several joined by commas
   */
  public synchronized void challenged(AccessToken token, String wwwAuthenticate) {
    Held have = held;
    if (have == null || !have.token.equals(token) || have.refused) {
      return;
    }
    refused(token);
    ClaimsChallenge.claims(wwwAuthenticate)
        .ifPresent(
            asked -> {
              claims = asked;
              inFlight = null; // what is under way doesn't ask for them: its token isn't kept
            });
  }

  /** Ends with its connections; a token already handed out stays what it is. */
  @Override
  public void close() {
    http.close(org.apache.hc.core5.io.CloseMode.IMMEDIATE);
  }

  private boolean backingOff(Instant now) {
    if (!now.isBefore(notBefore)) {
      return false;
    }
    // A new certificate may be just what was missing.
    Credential failed = failedWith;
    return failed == null || failed.equals(currentOr(failed));
  }

  private Credential currentOr(Credential fallback) {
    try {
      return credential.get();
    } catch (RuntimeException e) {
      return fallback;
    }
  }

  private void start(CompletableFuture<AccessToken> wanted) {
    try {
      executor.execute(() -> fetch(wanted));
    } catch (RejectedExecutionException e) {
      failed(
          wanted,
          failure(Kind.OTHER, null, true, null, "Entra Relay is stopping", "Nothing to do"),
          null);
    }
  }

  private AccessToken await(CompletableFuture<AccessToken> wanted) throws TokenException {
    try {
      // The exchange is cut off at the deadline and says why: give it a moment to do so.
      return wanted.get(deadline.toMillis() + 1000, TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof TokenException refused) {
        throw refused;
      }
      throw internal(e.getCause() == null ? e : e.getCause());
    } catch (TimeoutException | CancellationException e) {
      throw timeout();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw failure(
          Kind.OTHER,
          null,
          true,
          null,
          "waiting for a token was interrupted",
          "Nothing to do: it stops");
    }
  }

  private void fetch(CompletableFuture<AccessToken> wanted) {
    String asked;
    synchronized (this) {
      asked = claims;
    }
    Credential with = null;
    try {
      try {
        with = credential.get();
      } catch (RuntimeException e) {
        throw failure(
            Kind.CERTIFICATE,
            null,
            false,
            null,
            "the certificate can't be used: " + Printable.line(String.valueOf(e.getMessage()), 300),
            "entra-relay certificate check names what is wrong with it");
      }
      Fetched fetched = exchange(with, asked);
      synchronized (this) {
        if (inFlight == wanted) {
          held = new Held(fetched.token, fetched.usableUntil, fetched.refreshOn, false);
          claims = null;
          inFlight = null;
          failures = 0;
          notBefore = Instant.MIN;
          toldNotBefore = Instant.MIN;
          lastFailure = null;
          failedWith = null;
        }
      }
      wanted.complete(fetched.token);
    } catch (TokenException e) {
      failed(wanted, e, with);
    } catch (RuntimeException | Error e) {
      failed(wanted, internal(e), with);
    }
  }

  private void failed(
      CompletableFuture<AccessToken> wanted, TokenException failure, @Nullable Credential with) {
    boolean silent;
    synchronized (this) {
      if (inFlight == wanted) {
        inFlight = null;
        Duration wait = backOff(failure);
        failures++;
        notBefore = clock.instant().plus(wait);
        Duration told = failure.retryAfter();
        toldNotBefore = told == null ? Instant.MIN : clock.instant().plus(told);
        lastFailure = failure;
        failedWith = with;
      }
      Held have = held;
      silent = have != null && !have.refused && clock.instant().isBefore(have.usableUntil);
    }
    if (silent) {
      LOG.warn("{} The token before stays in use until it expires.", failure.getMessage());
    }
    wanted.completeExceptionally(failure);
  }

  private Duration backOff(TokenException failure) {
    Duration first = failure.retryable() ? FIRST_BACK_OFF : FIRST_BACK_OFF_OF_REFUSAL;
    Duration wait = first.multipliedBy(1L << Math.min(failures, 12));
    if (wait.compareTo(LONGEST_BACK_OFF) > 0) {
      wait = LONGEST_BACK_OFF;
    }
    // Half of it at random, so that 200 integrations don't come back in step.
    wait = Duration.ofMillis((long) (wait.toMillis() * (0.5 + random.nextDouble() / 2)));
    Duration told = failure.retryAfter();
    return told != null && told.compareTo(wait) > 0 ? told : wait;
  }

  private Fetched exchange(Credential with, @Nullable String asked) throws TokenException {
    URI authority = registration.cloud().authority();
    URI named = Cloud.isPlainLoopback(authority) ? NAMED_FOR_SIMULATOR : authority;
    TokenEndpoint endpoint = new TokenEndpoint(http, named, authority, deadline, clock::instant);
    Instant sent = clock.instant();
    try {
      ConfidentialClientApplication application =
          ConfidentialClientApplication.builder(
                  registration.clientId(),
                  ClientCredentialFactory.createFromCertificate(
                      with.privateKey(), with.certificate()))
              .authority(
                  named.getScheme()
                      + "://"
                      + named.getRawAuthority()
                      + "/"
                      + registration.tenantId()
                      + "/")
              .instanceDiscovery(false) // or MSAL4J asks login.microsoftonline.com first
              .sendX5c(false)
              .clientCapabilities(Set.of("cp1"))
              .executorService(new CallerRuns())
              .httpClient(endpoint)
              .disableInternalRetries()
              .build();
      ClientCredentialParameters.ClientCredentialParametersBuilder request =
          ClientCredentialParameters.builder(Set.of(registration.cloud().scope())).skipCache(true);
      if (asked != null) {
        request.claims(ClaimsRequest.formatAsClaimsRequest(asked));
      }
      IAuthenticationResult result = application.acquireToken(request.build()).join();
      TokenEndpoint.Lifetime lifetime = endpoint.lifetime();
      if (result.accessToken() == null || lifetime == null) {
        throw notAToken(new TokenEndpoint.Refused(200, null, "it holds no access_token", null));
      }
      return fetched(result.accessToken(), sent, lifetime);
    } catch (CompletionException e) {
      throw meaning(e);
    } catch (MalformedURLException e) {
      throw internal(e);
    }
  }

  private Fetched fetched(String value, Instant sent, TokenEndpoint.Lifetime lifetime) {
    Duration life = lifetime.expiresIn();
    Duration tenth = life.dividedBy(10);
    Instant expiresOn = sent.plus(life);
    Instant usableUntil = expiresOn.minus(tenth.compareTo(MARGIN) < 0 ? tenth : MARGIN);
    Duration early = lifetime.refreshIn() == null ? life.dividedBy(2) : lifetime.refreshIn();
    Duration jitter = Duration.ofMillis((long) (early.toMillis() * 0.1 * random.nextDouble()));
    return new Fetched(
        new AccessToken(value, expiresOn), usableUntil, sent.plus(early).minus(jitter));
  }

  private TokenException meaning(Throwable failure) {
    for (Throwable at = failure; at != null; at = at.getCause()) {
      if (at instanceof TokenEndpoint.Refused refused) {
        return refused.code == null ? notAToken(refused) : refusal(refused);
      }
      if (at instanceof TokenEndpoint.Failed failed) {
        return failed.deadline ? timeout() : network(failed);
      }
    }
    return internal(failure);
  }

  private TokenException refusal(TokenEndpoint.Refused refused) {
    Matcher code = AADSTS.matcher(refused.description);
    boolean passing = refused.status == 429 || refused.status >= 500;
    if (!code.lookingAt()) {
      String said = StsError.firstSentence(refused.description);
      return failure(
          refused.status == 429 ? Kind.THROTTLED : passing ? Kind.UNAVAILABLE : Kind.OTHER,
          null,
          passing,
          refused.retryAfter,
          "Entra refuses with status "
              + refused.status
              + " and "
              + Printable.line(String.valueOf(refused.code), 60)
              + (said.isEmpty() ? "" : ", saying: " + said),
          passing ? "It is tried again" : "Check tenant-id, client-id, cloud and certificate");
    }
    String aadsts = code.group();
    StsError known = StsError.of(Integer.parseInt(code.group(1)), refused.description);
    if (known == null) {
      return failure(
          refused.status == 429 ? Kind.THROTTLED : passing ? Kind.UNAVAILABLE : Kind.OTHER,
          aadsts,
          passing,
          refused.retryAfter,
          "Entra refuses, saying: "
              + StsError.firstSentence(refused.description)
              + " ("
              + aadsts
              + ")",
          "Look the code up at https://login.microsoftonline.com/error?code="
              + code.group(1)
              + " and check tenant-id, client-id, cloud and certificate");
    }
    return failure(
        known.kind(),
        aadsts,
        known.retryable(),
        known.lags(),
        refused.retryAfter,
        filled(known.cause()) + " (" + aadsts + ")",
        filled(known.remedy()));
  }

  private String filled(String text) {
    return text.replace(
            "{consent}",
            registration.cloud().authority()
                + "/"
                + registration.tenantId()
                + "/adminconsent?client_id="
                + registration.clientId())
        .replace("{client}", registration.clientId())
        .replace("{tenant}", registration.tenantId());
  }

  private TokenException notAToken(TokenEndpoint.Refused refused) {
    if (refused.status == 0) {
      return failure(Kind.ANSWER, null, false, null, refused.description, "Report this as a fault");
    }
    if (refused.status == 429) {
      return failure(
          Kind.THROTTLED,
          null,
          true,
          refused.retryAfter,
          "Entra has had too many requests (429)",
          "It is tried again after the time that Entra gave");
    }
    if (refused.status >= 500) {
      return failure(
          Kind.UNAVAILABLE,
          null,
          true,
          refused.retryAfter,
          "Entra has a passing fault (status " + refused.status + ")",
          "It is tried again");
    }
    String said =
        refused.description.isEmpty() ? "it is no answer of Entra's" : refused.description;
    return failure(
        Kind.ANSWER,
        null,
        true,
        refused.retryAfter,
        "the answer of "
            + Cloud.host(registration.cloud().authority())
            + " (status "
            + refused.status
            + ") is no token: "
            + Printable.line(said, 200),
        "Look for a proxy or portal that answers in Entra's place, and check cloud: and endpoints:");
  }

  private TokenException network(Throwable failed) {
    NetworkProblem problem =
        NetworkProblem.of(
            failed.getCause() == null ? failed : failed.getCause(),
            registration.cloud().authority());
    Kind kind =
        switch (problem.kind()) {
          case TLS -> Kind.TLS;
          case PROXY -> Kind.PROXY;
          case TIMEOUT -> Kind.TIMEOUT;
          default -> Kind.NETWORK;
        };
    String remedy = problem.remedy();
    return failure(
        kind,
        null,
        true,
        null,
        problem.cause(),
        remedy.endsWith(".") ? remedy.substring(0, remedy.length() - 1) : remedy);
  }

  private TokenException timeout() {
    return failure(
        Kind.TIMEOUT,
        null,
        true,
        null,
        Cloud.host(registration.cloud().authority())
            + " did not answer within "
            + deadline.toMillis() / 1000.0
            + " s",
        "It is tried again; if it stays, look for a slow proxy or firewall in between");
  }

  private TokenException internal(Throwable failure) {
    // Only the class: a message of MSAL4J's may quote what it was given.
    return failure(
        Kind.OTHER,
        null,
        true,
        null,
        "the token request failed inside (" + failure.getClass().getSimpleName() + ")",
        "If it stays, report this as a fault of Entra Relay");
  }

  private TokenException failure(
      Kind kind,
      @Nullable String aadsts,
      boolean retryable,
      @Nullable Duration retryAfter,
      String cause,
      String remedy) {
    return failure(kind, aadsts, retryable, false, retryAfter, cause, remedy);
  }

  private TokenException failure(
      Kind kind,
      @Nullable String aadsts,
      boolean retryable,
      boolean lags,
      @Nullable Duration retryAfter,
      String cause,
      String remedy) {
    return new TokenException(
        registration.integration()
            + " (tenant "
            + registration.tenantId()
            + "): "
            + cause
            + ". "
            + remedy
            + ".",
        kind,
        aadsts,
        retryable,
        lags,
        retryAfter);
  }

  /** MSAL4J's work on the thread that asks: its default pool lets blocking calls queue up. */
  private static final class CallerRuns extends AbstractExecutorService {
    @Override
    public void execute(Runnable task) {
      task.run();
    }

    @Override
    public void shutdown() {}

    @Override
    public List<Runnable> shutdownNow() {
      return List.of();
    }

    @Override
    public boolean isShutdown() {
      return false;
    }

    @Override
    public boolean isTerminated() {
      return false;
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) {
      return true;
    }
  }
}
