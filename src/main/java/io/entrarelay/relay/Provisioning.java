package io.entrarelay.relay;

import io.entrarelay.collect.Collector;
import io.entrarelay.collect.Feed;
import io.entrarelay.config.Integration;
import io.entrarelay.credential.Credential;
import io.entrarelay.credential.CredentialException;
import io.entrarelay.flow.Connections;
import io.entrarelay.flow.Connections.Connection;
import io.entrarelay.graph.AccessToken;
import io.entrarelay.graph.Cloud;
import io.entrarelay.graph.GraphAnswer;
import io.entrarelay.graph.TokenException;
import io.entrarelay.onboard.Licences;
import io.entrarelay.onboard.Permissions;
import io.entrarelay.record.Report;
import io.entrarelay.state.Standing.Reason;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The way of integrations until each of their reports was read once. Microsoft's servers learn of a
 * consent one after the other, so a refusal may be over a moment later, but not for a token that is
 * older than the grant. So after pauses that grow, each has a token made anew, and whatever of its
 * reports has a problem is tried again. The collector does the readings, inside the tenant's
 * budget.
 */
final class Provisioning {
  /** So long it is tried: Microsoft replicates without a promise. */
  static final Duration WITHIN = Duration.ofMinutes(60);

  private static final Logger LOG = LoggerFactory.getLogger(Provisioning.class);

  private static final List<Duration> PAUSES =
      List.of(
          Duration.ofSeconds(5),
          Duration.ofSeconds(10),
          Duration.ofSeconds(20),
          Duration.ofSeconds(40),
          Duration.ofSeconds(60));

  /** Who buys a licence waits longer for it than this. */
  private static final Duration LICENCE = Duration.ofMinutes(5);

  /** What came of a reading is known within this time, mostly. */
  private static final Duration ANSWER = Duration.ofSeconds(5);

  /** Where one integration is on its way. */
  private static final class Walk {
    private final Integration integration;
    private final Instant begun;
    private @Nullable Credential with;
    private int attempts;
    private @Nullable Instant next;
    private Instant tried = Instant.MIN;
    private boolean underWay;
    private @Nullable Licences licences;
    private Instant licencesAsked = Instant.MIN;

    private Walk(Integration integration, Instant begun, @Nullable Credential with) {
      this.integration = integration;
      this.begun = begun;
      this.with = with;
    }
  }

  private final Connections connections;
  private final Collector collector;
  private final BiFunction<Cloud, AccessToken, @Nullable Licences> licences;
  private final Executor workers;
  private final InstantSource clock;

  /** By the integration's name; guarded by this. */
  private final Map<String, Walk> walks = new HashMap<>();

  /**
   * @param licences asks Graph what a tenant has; null where it can't be told
   * @param workers asks for licences and pokes the collector
   */
  Provisioning(
      Connections connections,
      Collector collector,
      BiFunction<Cloud, AccessToken, @Nullable Licences> licences,
      Executor workers,
      InstantSource clock) {
    this.connections = connections;
    this.collector = collector;
    this.licences = licences;
    this.workers = workers;
    this.clock = clock;
  }

  /** Forgets all but these. */
  synchronized void retain(Set<String> integrations) {
    walks.keySet().retainAll(integrations);
  }

  /**
   * Goes on with an integration; called about once a second.
   *
   * @param feeds those of it that are awaited
   * @param begun when its time began: with another one all begins again
   */
  synchronized void look(Integration integration, List<Feed> feeds, Instant begun) {
    Walk walk = walks.get(integration.name());
    Credential credential = credential(integration);
    if (walk == null || !walk.integration.equals(integration) || !walk.begun.equals(begun)) {
      walk = new Walk(integration, begun, credential);
      walks.put(integration.name(), walk);
    }
    if (feeds.stream().anyMatch(Provisioning::mayLackLicence)) {
      askLicences(walk);
    }
    if (walk.underWay || feeds.stream().allMatch(feed -> feed.problem() == null)) {
      return; // all is on its way
    }
    Instant now = clock.instant();
    Instant next = walk.next;
    if (walk.with != credential) { // it may be just what was missing
      walk.with = credential;
      walk.attempts = 0;
      tryAgain(walk);
    } else if (next == null) {
      walk.next = now.plus(pause(walk));
    } else if (!now.isBefore(next)) {
      tryAgain(walk);
    }
  }

  private Duration pause(Walk walk) {
    int last = PAUSES.size() - 1;
    TokenException failure = lastFailure(walk.integration);
    boolean passes = failure == null || failure.lags() || failure.retryable();
    // what someone has to put right first isn't over in seconds
    return PAUSES.get(passes ? Math.min(walk.attempts, last) : last);
  }

  private @Nullable TokenException lastFailure(Integration integration) {
    Connection connection = connection(integration);
    return connection == null ? null : connection.tokens().lastFailure();
  }

  /** Null where there can't be one now; its reports say why. */
  private @Nullable Connection connection(Integration integration) {
    try {
      return connections.of(integration);
    } catch (IllegalStateException | IllegalArgumentException e) {
      return null;
    }
  }

  private @Nullable Credential credential(Integration integration) {
    Connection connection = connection(integration);
    try {
      return connection == null ? null : connection.credential().current();
    } catch (CredentialException e) {
      return null;
    }
  }

  private void tryAgain(Walk walk) {
    walk.attempts++;
    walk.underWay = true;
    Connection connection = connection(walk.integration);
    CompletableFuture<?> token =
        connection == null || walk.with == null
            ? CompletableFuture.completedFuture(null)
            : connection.tokens().renew();
    token
        .exceptionally(failure -> null) // the token source keeps it
        .thenRunAsync(() -> collector.tryAgain(walk.integration.name()), workers)
        .whenComplete(
            (nothing, failure) -> {
              if (failure != null) {
                LOG.error("integration {}: {}", walk.integration.name(), failure.toString());
              }
              rest(walk);
            });
  }

  private synchronized void rest(Walk walk) {
    walk.underWay = false;
    walk.tried = clock.instant();
    walk.next = walk.tried.plus(pause(walk));
  }

  /**
   * Whether it is being tried at this moment, so that what its reports say may be of before.
   *
   * @param feeds all of it
   */
  synchronized boolean isTrying(Integration integration, List<Feed> feeds) {
    Walk walk = walks.get(integration.name());
    return walk != null
        && (walk.underWay
            || (clock.instant().isBefore(walk.tried.plus(ANSWER))
                && feeds.stream().anyMatch(Feed::isTriedAgain)));
  }

  private static boolean mayLackLicence(Feed feed) {
    Feed.Problem problem = feed.problem();
    return problem != null && problem.code().equals(GraphAnswer.Kind.FORBIDDEN_LICENCE.name());
  }

  private void askLicences(Walk walk) {
    Instant now = clock.instant();
    Connection connection = connection(walk.integration);
    AccessToken token = connection == null ? null : connection.tokens().lastToken();
    if (token != null && !now.isBefore(walk.licencesAsked.plus(LICENCE))) {
      walk.licencesAsked = now;
      workers.execute(
          () -> {
            Licences answer = licences.apply(walk.integration.cloud(), token);
            synchronized (this) {
              walk.licences = answer;
            }
          });
    }
  }

  /**
   * What an integration waits for, in the order of its way: the credential, the token, permissions,
   * the licence, and then its reports. Behind a step that all others need nothing can be told.
   *
   * @param feeds all of it
   * @param ofReports what its reports have to say
   */
  List<Reason> reasons(Integration integration, List<Feed> feeds, List<Reason> ofReports) {
    Connection connection = connection(integration);
    if (ofReports.isEmpty() || connection == null) {
      return ofReports;
    }
    try {
      connection.credential().current();
    } catch (CredentialException e) {
      return List.of(new Reason("certificate", e.code().name(), String.valueOf(e.getMessage())));
    }
    TokenException failure = connection.tokens().lastFailure();
    if (failure != null) {
      return List.of(
          new Reason("token", failure.kind().name(), String.valueOf(failure.getMessage())));
    }
    List<Reason> reasons = new ArrayList<>();
    AccessToken token = connection.tokens().lastToken();
    if (token != null) {
      List<Report> reports = feeds.stream().filter(Feed::isAsked).map(Feed::report).toList();
      Permissions permissions = new Permissions(integration, reports);
      List<String> missing = permissions.missing(token);
      if (!missing.isEmpty()) {
        reasons.add(
            new Reason("permissions", String.join(" ", missing), permissions.remedy(missing)));
      }
    }
    Reason licence = licence(integration, feeds);
    if (licence != null) {
      reasons.add(licence);
    }
    reasons.addAll(ofReports);
    return reasons;
  }

  private synchronized @Nullable Reason licence(Integration integration, List<Feed> feeds) {
    Walk walk = walks.get(integration.name());
    Licences known = walk == null ? null : walk.licences;
    if (known == null) {
      return null;
    }
    Map<String, List<String>> lacking =
        known.lacking(
            feeds.stream().filter(Provisioning::mayLackLicence).map(Feed::report).toList());
    return lacking.isEmpty()
        ? null
        : new Reason("licence", String.join(" ", lacking.keySet()), known.words(lacking));
  }
}
