package io.entrarelay.onboard;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.entrarelay.config.Integration;
import io.entrarelay.credential.Credential;
import io.entrarelay.graph.AccessToken;
import io.entrarelay.graph.GraphAnswer;
import io.entrarelay.graph.GraphHttpClientConfigurer;
import io.entrarelay.graph.NetworkProblem;
import io.entrarelay.graph.TokenException;
import io.entrarelay.graph.TokenSource;
import io.entrarelay.record.Report;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.apache.hc.core5.http.Header;
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

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int BODY_LIMIT = 1 << 20;

  /** Microsoft's service plans of Entra ID. */
  private static final String P1 = "AAD_PREMIUM";

  private static final String P2 = "AAD_PREMIUM_P2";

  private static final Duration SKEW = Duration.ofMinutes(2);
  private static final Duration RENEW_WITHIN = Duration.ofDays(30);

  /** What Graph answered; {@code failure} instead when nothing came. */
  private record Answer(
      int status, Map<String, String> headers, byte[] body, @Nullable NetworkProblem failure) {
    boolean ok() {
      return failure == null && status / 100 == 2;
    }
  }

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
    List<String> granted = token.roles();
    List<String> missing = needed().stream().filter(role -> !granted.contains(role)).toList();
    if (missing.isEmpty()) {
      return new Line("roles", Outcome.OK, String.join(", ", needed()));
    }
    return new Line(
        "roles",
        Outcome.FAILED,
        "missing: "
            + String.join(", ", missing)
            + ". Add "
            + (missing.size() == 1 ? "it" : "them")
            + " as application permissions of Microsoft Graph in the Entra admin center under App"
            + " registrations > "
            + integration.clientId()
            + " > API permissions and grant admin consent; it takes some minutes to reach the"
            + " tokens.");
  }

  /** What the reports that Graph has in this cloud need, as their sources say. */
  private Set<String> needed() {
    Set<String> needed = new LinkedHashSet<>();
    offered().forEach(report -> needed.addAll(report.neededPermissions()));
    return needed;
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
      Answer licence = get(http, token, "/v1.0/subscribedSkus");
      clockSkew(licence, lines);
      lines.accept(licence(licence));
      for (String report : integration.reports()) {
        lines.accept(probe(http, token, report));
      }
    } catch (IOException e) {
      throw new IllegalStateException(
          "closing a client of a shared pool does no input or output", e);
    }
  }

  private Line probe(CloseableHttpClient http, AccessToken token, String name) {
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
        : report(report, get(http, token, path + report.probe()));
  }

  private Answer get(CloseableHttpClient http, AccessToken token, String path) {
    URI graph = integration.cloud().graph();
    HttpGet get = new HttpGet(graph.getScheme() + "://" + graph.getRawAuthority() + path);
    get.setHeader("Authorization", "Bearer " + token.value());
    get.setHeader("Accept", "application/json");
    try {
      return http.execute(
          get,
          response -> {
            Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
            for (Header header : response.getHeaders()) {
              headers.merge(header.getName(), header.getValue(), (a, b) -> a + ", " + b);
            }
            byte[] body = new byte[0];
            if (response.getEntity() != null) {
              try (InputStream in = response.getEntity().getContent()) {
                body = in.readNBytes(BODY_LIMIT);
                get.cancel(); // the rest of a large record isn't wanted
              }
            }
            return new Answer(response.getCode(), headers, body, null);
          });
    } catch (IOException e) {
      return new Answer(0, Map.of(), new byte[0], NetworkProblem.of(e, graph));
    }
  }

  private void clockSkew(Answer answer, Consumer<Line> lines) {
    String date = answer.headers.get("Date");
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
              + (answer.failure != null
                  ? answer.failure.text()
                  : "Graph doesn't show the tenant's subscriptions (status "
                      + answer.status
                      + "); the reports below show it."));
    }
    Set<String> plans = new LinkedHashSet<>();
    JsonNode page;
    try {
      page = JSON.readTree(new String(answer.body, StandardCharsets.UTF_8));
    } catch (JsonProcessingException e) {
      return new Line("licence", Outcome.ATTENTION, "can't be told: Graph's answer is no JSON.");
    }
    for (JsonNode sku : page.path("value")) {
      for (JsonNode plan : sku.path("servicePlans")) {
        if (plan.path("provisioningStatus").asText().equals("Success")) {
          plans.add(plan.path("servicePlanName").asText());
        }
      }
    }
    return licence(plans);
  }

  /**
   * @param plans the tenant's service plans that are in use
   */
  private Line licence(Set<String> plans) {
    String has =
        plans.contains(P2)
            ? "Entra ID P2"
            : plans.contains(P1) ? "Entra ID P1" : "no Entra ID P1 or P2 (Graph keeps 7 days)";
    Map<String, List<String>> lacking = new TreeMap<>();
    for (Report report : offered()) {
      String needs = report.getLicence();
      boolean there =
          switch (needs) {
            case "" -> true;
            case "P1" -> plans.contains(P1) || plans.contains(P2);
            case "P2" -> plans.contains(P2);
            default -> plans.contains(needs);
          };
      if (!there) {
        lacking.computeIfAbsent(needs, key -> new ArrayList<>()).add(report.getName());
      }
    }
    if (lacking.isEmpty()) {
      return new Line("licence", Outcome.OK, has);
    }
    StringBuilder text = new StringBuilder(has);
    lacking.forEach(
        (licence, names) ->
            text.append("; ")
                .append(String.join(", ", names))
                .append(names.size() == 1 ? " needs " : " need ")
                .append(licence));
    boolean one = lacking.values().stream().mapToInt(List::size).sum() == 1;
    return new Line(
        "licence",
        Outcome.ATTENTION,
        text + ". Take " + (one ? "it" : "them") + " out of reports:, or buy the licence.");
  }

  private Line report(Report report, Answer answer) {
    String name = report.getName();
    if (answer.ok()) {
      return new Line(name, Outcome.OK, "can be read");
    }
    if (answer.failure != null) {
      return new Line(name, Outcome.FAILED, answer.failure.text());
    }
    GraphAnswer meaning =
        GraphAnswer.of(
            answer.status,
            answer.headers,
            answer.body,
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
