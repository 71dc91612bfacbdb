package io.entrarelay.onboard;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.entrarelay.config.Integration;
import io.entrarelay.credential.Credential;
import io.entrarelay.graph.AccessToken;
import io.entrarelay.graph.GraphAnswer;
import io.entrarelay.graph.GraphHttpClientConfigurer;
import io.entrarelay.graph.TokenException;
import io.entrarelay.graph.TokenSource;
import io.entrarelay.onboard.Probe.Answer;
import io.entrarelay.record.Report;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.jspecify.annotations.Nullable;

/**
 * Probes one integration from the certificate to each report, in an order that separates the causes
 * without trusting Graph's messages: permissions by the token's roles, the licence by the tenant's
 * service plans, and then a read of each collection. Each report costs one request of the tenant's
 * budget.
 */
public final class IntegrationCheck {
  /** How a probe ended. */
  public enum Outcome {
    OK,
    /** Nothing is broken now; or it can't be told. */
    ATTENTION,
    FAILED
  }

  /**
   * One line for the operator.
   *
   * @param probe {@code certificate, token, clock, roles, licence}, or a report's name
   * @param text what was found; after a failure the cause and the remedy
   */
  public record Line(String probe, Outcome outcome, String text) {}

  private static final Duration SKEW = Duration.ofMinutes(2);
  private static final Duration RENEW_WITHIN = Duration.ofDays(30);

  private final Integration integration;
  private final Supplier<Credential> credential;
  private final TokenSource tokens;
  private final GraphHttpClientConfigurer connections;
  private final Map<String, Report> reports;
  private final Clock clock;

  /**
   * @param credential reads the certificate; throws with a message that names file and remedy
   * @param reports those that there are, by their names
   */
  public IntegrationCheck(
      Integration integration,
      Supplier<Credential> credential,
      TokenSource tokens,
      GraphHttpClientConfigurer connections,
      Map<String, Report> reports,
      Clock clock) {
    this.integration = integration;
    this.credential = credential;
    this.tokens = tokens;
    this.connections = connections;
    this.reports = Map.copyOf(reports);
    this.clock = clock;
  }

  /**
   * Runs the probes and gives each line as it is known; stops where the next can't work without.
   *
   * @return whether no probe failed
   */
  public boolean run(Consumer<Line> lines) {
    List<Line> failed = new ArrayList<>();
    Consumer<Line> tell =
        line -> {
          if (line.outcome == Outcome.FAILED) {
            failed.add(line);
          }
          lines.accept(line);
        };
    if (certificate(tell)) {
      AccessToken token = token(tell);
      if (token != null) {
        tell.accept(roles(token));
        read(token, tell);
      }
    }
    return failed.isEmpty();
  }

  private boolean certificate(Consumer<Line> lines) {
    Instant end;
    try {
      end = credential.get().certificate().getNotAfter().toInstant();
    } catch (RuntimeException e) {
      lines.accept(new Line("certificate", Outcome.FAILED, String.valueOf(e.getMessage())));
      return false;
    }
    String day = DateTimeFormatter.ISO_LOCAL_DATE.withZone(ZoneOffset.UTC).format(end);
    Instant now = clock.instant();
    if (!now.isBefore(end)) {
      lines.accept(
          new Line(
              "certificate",
              Outcome.FAILED,
              "it expired on " + day + ". Make a new one: entra-relay certificate new."));
      return false;
    }
    boolean soon = now.plus(RENEW_WITHIN).isAfter(end);
    lines.accept(
        new Line(
            "certificate",
            soon ? Outcome.ATTENTION : Outcome.OK,
            "valid until "
                + day
                + (soon
                    ? ". Make its successor and upload it: entra-relay certificate new."
                    : "")));
    return true;
  }

  private @Nullable AccessToken token(Consumer<Line> lines) {
    try {
      AccessToken token = tokens.token();
      String tenant = token.tid();
      if (tenant != null && !tenant.equalsIgnoreCase(integration.tenantId())) {
        lines.accept(
            new Line(
                "token",
                Outcome.FAILED,
                "it is for tenant " + tenant + ", not for tenant-id. Check endpoints.authority."));
        return null;
      }
      lines.accept(new Line("token", Outcome.OK, "issued for tenant " + integration.tenantId()));
      return token;
    } catch (TokenException e) {
      lines.accept(new Line("token", Outcome.FAILED, String.valueOf(e.getMessage())));
      return null;
    }
  }

  private Line roles(AccessToken token) {
    if (token.tid() == null) {
      return new Line(
          "roles",
          Outcome.ATTENTION,
          "can't be told: the token is not one that can be read. The lines of the reports tell.");
    }
    Permissions permissions = new Permissions(integration, offered());
    List<String> missing = permissions.missing(token);
    return missing.isEmpty()
        ? new Line("roles", Outcome.OK, String.join(", ", permissions.needed()))
        : new Line("roles", Outcome.FAILED, permissions.remedy(missing));
  }

  private List<Report> offered() {
    String cloud = integration.cloud().name();
    return integration.reports().stream()
        .map(reports::get)
        .filter(report -> report != null && report.pathIn(cloud) != null)
        .toList();
  }

  private void read(AccessToken token, Consumer<Line> lines) {
    HttpClientBuilder client = HttpClientBuilder.create();
    connections.configureHttpClient(client);
    try (CloseableHttpClient http = client.build()) {
      Probe probe = new Probe(http, integration.cloud(), token);
      Answer licence = probe.get(Licences.PATH);
      clockSkew(licence, lines);
      lines.accept(licence(licence));
      for (String report : integration.reports()) {
        lines.accept(report(probe, report));
      }
    } catch (IOException e) {
      throw new IllegalStateException(
          "closing a client of a shared pool does no input or output", e);
    }
  }

  private Line report(Probe probe, String name) {
    Report report = reports.get(name);
    if (report == null) {
      return new Line(
          name,
          Outcome.FAILED,
          "no source of this name under routes/sources/. Take it out of reports:, or add its"
              + " source.");
    }
    String path = report.pathIn(integration.cloud().name());
    return path == null
        ? new Line(
            name,
            Outcome.FAILED,
            "Graph has none in cloud: "
                + integration.cloud().name()
                + ". Take it out of reports:, or write its path under paths: in its source under"
                + " routes/sources/.")
        : report(report, probe.get(path + report.probe()));
  }

  private void clockSkew(Answer answer, Consumer<Line> lines) {
    String date = answer.headers().get("Date");
    if (date == null) {
      return;
    }
    try {
      Instant theirs = ZonedDateTime.parse(date, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
      Duration ahead = Duration.between(theirs, clock.instant());
      boolean off = ahead.abs().compareTo(SKEW) > 0;
      lines.accept(
          new Line(
              "clock",
              off ? Outcome.FAILED : Outcome.OK,
              off
                  ? "this machine's clock is "
                      + ahead.abs().toSeconds()
                      + " s "
                      + (ahead.isNegative() ? "behind" : "ahead of")
                      + " Graph's. Set it (NTP), or Entra refuses the assertions."
                  : "within 2 minutes of Graph's"));
    } catch (DateTimeParseException e) {
      lines.accept(
          new Line(
              "clock",
              Outcome.ATTENTION,
              "can't be told: Graph's date is odd. Look for a proxy that answers in its place."));
    }
  }

  private Line licence(Answer answer) {
    if (!answer.ok()) {
      return new Line(
          "licence",
          Outcome.ATTENTION,
          "can't be told: "
              + (answer.failure() != null
                  ? answer.failure().text()
                  : "Graph doesn't show the tenant's subscriptions (status "
                      + answer.status()
                      + "); the reports below show it."));
    }
    try {
      Licences licences = Licences.of(answer.body());
      Map<String, List<String>> lacking = licences.lacking(offered());
      return lacking.isEmpty()
          ? new Line("licence", Outcome.OK, licences.words())
          : new Line("licence", Outcome.ATTENTION, licences.words(lacking));
    } catch (JsonProcessingException e) {
      return new Line("licence", Outcome.ATTENTION, "can't be told: Graph's answer is no JSON.");
    }
  }

  private Line report(Report report, Answer answer) {
    String name = report.getName();
    if (answer.ok()) {
      return new Line(name, Outcome.OK, "can be read");
    }
    if (answer.failure() != null) {
      return new Line(name, Outcome.FAILED, answer.failure().text());
    }
    GraphAnswer meaning =
        GraphAnswer.of(
            answer.status(),
            answer.headers(),
            answer.body(),
            report.neededPermissions(),
            clock.instant());
    return new Line(
        name,
        meaning.kind() == GraphAnswer.Kind.THROTTLED ? Outcome.ATTENTION : Outcome.FAILED,
        meaning.advice()
            + " (status "
            + meaning.status()
            + (meaning.code().isEmpty() ? "" : ", " + meaning.code())
            + (meaning.requestId() == null ? "" : ", request-id " + meaning.requestId())
            + ")");
  }
}
