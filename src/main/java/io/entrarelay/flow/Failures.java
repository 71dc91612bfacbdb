package io.entrarelay.flow;

import io.entrarelay.collect.Collector;
import io.entrarelay.collect.Page;
import io.entrarelay.collect.PageConflict;
import io.entrarelay.collect.Turn;
import io.entrarelay.graph.GraphAnswer;
import io.entrarelay.graph.NetworkProblem;
import io.entrarelay.graph.NextLinkException;
import io.entrarelay.graph.TokenException;
import io.entrarelay.record.PageException;
import io.entrarelay.record.Report;
import io.entrarelay.state.StoreException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.TreeMap;
import org.apache.camel.Exchange;
import org.apache.camel.http.base.HttpOperationFailedException;

/**
 * The bean {@code failures}: what a failure means, one method for each policy in {@code
 * routes/shared/failures.camel.yaml}. Nothing waits here: the collector notes when to go on.
 */
public final class Failures {
  private static final Duration WITHOUT_RETRY_AFTER = Duration.ofSeconds(10);
  private static final Duration SHORTEST_RETENTION = Duration.ofDays(7);

  private final Collector collector;
  private final Connections connections;
  private final InstantSource clock;

  public Failures(Collector collector, Connections connections, InstantSource clock) {
    this.collector = collector;
    this.connections = connections;
    this.clock = clock;
  }

  private static <T extends Throwable> T caught(Exchange exchange, Class<T> type) {
    Throwable caught = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Throwable.class);
    for (Throwable each = caught; each != null; each = each.getCause()) {
      if (type.isInstance(each)) {
        return type.cast(each);
      }
    }
    throw new IllegalStateException("this policy is for " + type.getSimpleName(), caught);
  }

  private GraphAnswer answer(HttpOperationFailedException failed, Report report) {
    byte[] body =
        failed.getResponseBody() == null
            ? new byte[0]
            : failed.getResponseBody().getBytes(StandardCharsets.UTF_8);
    return GraphAnswer.of(
        failed.getStatusCode(), headers(failed), body, report.neededPermissions(), clock.instant());
  }

  /** Graph has answered with an error: what it means is in {@link GraphAnswer}. */
  public void answered(Exchange exchange) {
    HttpOperationFailedException failed = caught(exchange, HttpOperationFailedException.class);
    Turn turn = PollSteps.turn(exchange);
    turn.answered();
    GraphAnswer answer = answer(failed, turn.walk().feed().report());
    String code = answer.kind().name();
    String said =
        answer.status() + " " + answer.code() + " " + sentence(answer.message()) + answer.advice();
    Duration retryAfter = answer.retryAfter();
    switch (answer.kind()) {
      case THROTTLED ->
          collector.throttled(turn, retryAfter == null ? WITHOUT_RETRY_AFTER : retryAfter);
      case UNAVAILABLE -> {
        if (retryAfter != null) {
          collector.throttled(turn, retryAfter);
        } else {
          collector.noPage(turn, code, said);
        }
      }
      case TOKEN_EXPIRED -> {
        renewToken(exchange);
        collector.again(turn, code, said);
      }
      case CLAIMS_CHALLENGE -> {
        String challenge = headers(failed).getOrDefault("WWW-Authenticate", "");
        connection(turn).tokens().challenged(PollSteps.token(exchange), challenge);
        collector.again(turn, code, said);
      }
      case FORBIDDEN_PERMISSION -> {
        renewToken(exchange);
        collector.blocked(turn, code, said);
      }
      case NOT_FOUND -> collector.blocked(turn, code, said);
      // these have more causes than one, some of which pass
      case FORBIDDEN_LICENCE, FORBIDDEN_OTHER -> {
        renewToken(exchange);
        collector.degraded(turn, code, said);
      }
      case BAD_FILTER -> badFilter(turn, code, said);
      case BEFORE_RETENTION -> {
        Instant minimum = answer.minimum();
        if (minimum != null) {
          collector.beforeRetention(turn, minimum, said);
        } else {
          badFilter(turn, code, said);
        }
      }
      case SKIP_TOKEN_LOST, GATEWAY_TIMEOUT -> collector.tooWide(turn, code, said);
      case OTHER -> collector.noPage(turn, code, said);
    }
  }

  /**
   * The next request is sent with another token. A token holds the permissions of the moment it was
   * issued: what is granted later shows in a new one only, and this one would be used for an hour.
   */
  private void renewToken(Exchange exchange) {
    connection(PollSteps.turn(exchange)).tokens().refused(PollSteps.token(exchange));
  }

  private static String sentence(String text) {
    return text.isEmpty() ? "" : text.endsWith(".") ? text + " " : text + ". ";
  }

  /**
   * On sign-ins Graph also says this of a start before its retention, without saying where that
   * begins: at a midnight. So where all else is well, what is older than the shortest retention is
   * given up by the day.
   */
  private void badFilter(Turn turn, String code, String said) {
    Instant from = Instant.ofEpochMilli(turn.walk().window().from());
    boolean old = from.isBefore(clock.instant().minus(SHORTEST_RETENTION));
    if (old && collector.isReadLately(turn.walk().feed())) {
      Instant midnight = from.truncatedTo(ChronoUnit.DAYS).plus(1, ChronoUnit.DAYS);
      collector.beforeRetention(turn, midnight, said);
    } else {
      collector.degraded(turn, code, said);
    }
  }

  private static Map<String, String> headers(HttpOperationFailedException failed) {
    Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    if (failed.getResponseHeaders() != null) {
      headers.putAll(failed.getResponseHeaders());
    }
    return headers;
  }

  private Connections.Connection connection(Turn turn) {
    return connections.of(turn.walk().feed().integration());
  }

  /** No token: the report waits as Entra says, or tries again slowly where a person must act. */
  public void withoutToken(Exchange exchange) {
    TokenException failed = caught(exchange, TokenException.class);
    Turn turn = PollSteps.turn(exchange);
    String message = String.valueOf(failed.getMessage());
    Duration retryAfter = failed.retryAfter();
    if (failed.retryable()) {
      collector.failed(
          turn, failed.kind().name(), message, retryAfter == null ? Duration.ZERO : retryAfter);
    } else {
      collector.blocked(turn, failed.kind().name(), message);
    }
  }

  /** The certificate, the key or the file of trusted authorities can't be used. */
  public void withoutCredential(Exchange exchange) {
    Throwable failed = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Throwable.class);
    collector.blocked(PollSteps.turn(exchange), "credential", String.valueOf(failed.getMessage()));
  }

  /** The connection broke or was too slow: the window is read again, narrower after a timeout. */
  public void broken(Exchange exchange) {
    Throwable failed = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Throwable.class);
    Turn turn = PollSteps.turn(exchange);
    turn.answered();
    String message = reason(failed, turn.walk().feed().integration().cloud().graph());
    if (failed instanceof java.io.InterruptedIOException) {
      collector.tooWide(turn, "timeout", message);
    } else {
      collector.failed(turn, "connection", message, Duration.ZERO);
    }
  }

  private static String reason(Throwable failed, URI graph) {
    String said = String.valueOf(failed.getMessage());
    if (said.endsWith(".")) {
      return said; // our own words, with the remedy
    }
    NetworkProblem problem = NetworkProblem.of(failed, graph);
    return problem.kind() == NetworkProblem.Kind.OTHER
        ? "the connection to Graph broke: " + failed + ". " + problem.remedy()
        : problem.text();
  }

  /** A 200 that is no page: HTML, nothing, cut off, or with an error in it. */
  public void unreadable(Exchange exchange) {
    PageException failed = caught(exchange, PageException.class);
    Turn turn = PollSteps.turn(exchange);
    String code = "page." + failed.kind().name();
    if (failed.kind() == PageException.Kind.TOO_LARGE) {
      collector.tooWide(turn, code, String.valueOf(failed.getMessage()));
    } else {
      collector.noPage(turn, code, String.valueOf(failed.getMessage()));
    }
  }

  /** A nextLink that leads elsewhere, or nowhere: it is not followed, the window is read again. */
  public void strayLink(Exchange exchange) {
    NextLinkException failed = caught(exchange, NextLinkException.class);
    Turn turn = PollSteps.turn(exchange);
    String message = String.valueOf(failed.getMessage());
    if (failed.lost()) {
      collector.tooWide(turn, "next-link", message);
    } else {
      collector.failed(turn, "next-link", message, Duration.ZERO);
    }
  }

  /** Another window took some of the page's records: the window is read again. */
  public void conflict(Exchange exchange) {
    PageConflict failed = caught(exchange, PageConflict.class);
    collector.failed(
        PollSteps.turn(exchange), "conflict", String.valueOf(failed.getMessage()), Duration.ZERO);
  }

  /** The state could not be written. */
  public void notStored(Exchange exchange) {
    StoreException failed = caught(exchange, StoreException.class);
    Turn turn = PollSteps.turn(exchange);
    if (failed instanceof StoreException.LeaseLost lost) {
      collector.leaseLost(turn, lost);
    } else {
      collector.failed(turn, "state", String.valueOf(failed.getMessage()), Duration.ZERO);
    }
  }

  /** A step of a route failed with a page. */
  public void route(Exchange exchange) {
    Throwable failed = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Throwable.class);
    Turn turn = PollSteps.turn(exchange);
    turn.answered();
    String route = exchange.getProperty(Exchange.FAILURE_ROUTE_ID, String.class);
    Page page = turn.walk().page();
    String message =
        "the route " + (route == null ? "flow.poll" : route) + " failed with a page: " + failed;
    if (page == null) {
      collector.failed(turn, "route", message, Duration.ZERO);
    } else {
      collector.pageFailed(turn, message);
    }
  }
}
