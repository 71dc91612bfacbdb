package io.entrarelay.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.entrarelay.collect.Feed;
import io.entrarelay.config.ReportedException;
import io.entrarelay.plan.Intervals;
import io.entrarelay.relay.Relay;
import io.entrarelay.sink.SinkWorker;
import io.entrarelay.state.Tally;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What one {@code collect} did.
 *
 * @param wrong what is wrong with files of integrations, a line each
 * @param seconds from the command's start to its end
 */
record CollectResult(
    List<Report> reports,
    List<Sink> sinks,
    List<String> wrong,
    boolean allRead,
    boolean delivered,
    double seconds) {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int SPANS_SHOWN = 10;

  /** Tells what a feed still has to read. */
  interface Read {
    Intervals missing(Feed feed);
  }

  /**
   * One report of one integration.
   *
   * @param found what this command found
   * @param late records that were taken by a later sweep than the first
   */
  record Report(
      String integration,
      String report,
      Tally found,
      long late,
      long requests,
      Intervals missing,
      Feed.@Nullable Problem problem) {

    boolean isDegraded() {
      return !missing.isEmpty();
    }
  }

  /** One sink; {@code delivered} in records. */
  record Sink(String name, long delivered, SinkWorker.@Nullable Problem problem) {}

  static CollectResult of(
      Relay relay,
      Read read,
      List<String> wrong,
      boolean allRead,
      boolean delivered,
      Duration took) {
    List<Report> reports = new ArrayList<>();
    for (Feed feed : relay.feeds()) {
      Tally all = Tally.NONE;
      long late = 0;
      for (Map.Entry<Long, Tally> sweep : feed.found().entrySet()) {
        all = all.plus(sweep.getValue());
        late += sweep.getKey() > 0 ? sweep.getValue().taken() : 0;
      }
      reports.add(
          new Report(
              feed.integration().name(),
              feed.report().getName(),
              all,
              late,
              feed.requests(),
              read.missing(feed),
              feed.problem() == null ? full(relay) : feed.problem()));
    }
    reports.sort(Comparator.comparing(Report::integration).thenComparing(Report::report));
    List<Sink> sinks = new ArrayList<>();
    new TreeMap<>(relay.outbox().workers())
        .forEach((name, worker) -> sinks.add(new Sink(name, worker.delivered(), worker.problem())));
    return new CollectResult(
        reports, sinks, List.copyOf(wrong), allRead, delivered, took.toMillis() / 1000.0);
  }

  /** Why nothing is read while the sinks don't keep up. */
  private static Feed.@Nullable Problem full(Relay relay) {
    String problem = relay.outboxLimit().isFull() ? relay.outboxLimit().problem() : null;
    return problem == null ? null : new Feed.Problem("outbox", problem + ".", Instant.now(), false);
  }

  int exitCode() {
    if (!wrong.isEmpty()) {
      return ReportedException.BAD_CONFIGURATION;
    }
    return trouble().isEmpty() ? 0 : ReportedException.DEGRADED;
  }

  /** What could not be read or delivered, a line each; files of integrations apart. */
  List<String> trouble() {
    List<String> lines = new ArrayList<>();
    for (Report report : reports) {
      if (report.isDegraded()) {
        Feed.Problem problem = report.problem;
        lines.add(
            report.integration
                + "/"
                + report.report
                + ": not all was read. "
                + (problem != null
                    ? problem.message()
                    : report.requests == 0
                        ? "No request was sent yet: after a start the budget of the process before"
                            + " is waited for (relay.graph.budget). Give more time with --timeout."
                        : "There was no time for it. Give more with --timeout."));
      }
    }
    for (Report report : reports) {
      if (report.found.parked() > 0) {
        lines.add(
            report.integration
                + "/"
                + report.report
                + ": "
                + report.found.parked()
                + " records were not delivered but set aside; the log says why.");
      }
    }
    if (sinks.isEmpty()) {
      lines.add(
          "No sink is on: what was collected waits in the outbox. Set relay.sinks.files.enabled:"
              + " true");
    } else if (!delivered) {
      boolean named = false;
      for (Sink sink : sinks) {
        SinkWorker.Problem problem = sink.problem;
        if (problem != null) {
          named = true;
          lines.add(
              "sink "
                  + sink.name
                  + ": not all was delivered, and nothing is lost. "
                  + problem.message());
        }
      }
      if (!named) {
        lines.add(
            "The sinks were not done in time; the next start goes on where they are. Give more time"
                + " with --timeout.");
      }
    }
    return lines;
  }

  List<String> table() {
    List<String> lines = new ArrayList<>();
    lines.add(
        String.format(
            "%-40s %10s %7s %10s %8s %9s",
            "report", "taken", "late", "repeated", "revised", "requests"));
    for (Report each : reports) {
      lines.add(
          String.format(
              java.util.Locale.ROOT,
              "%-40s %,10d %,7d %,10d %,8d %,9d",
              each.integration + "/" + each.report,
              each.found.taken(),
              each.late,
              each.found.repeated(),
              each.found.revised(),
              each.requests));
    }
    return lines;
  }

  /** One line. */
  String json() {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("exitCode", exitCode());
    object.put("seconds", seconds);
    object.put(
        "allRead", allRead && wrong.isEmpty() && reports.stream().noneMatch(Report::isDegraded));
    object.put("delivered", delivered && !sinks.isEmpty());
    put(object, reports.stream().map(Report::found).reduce(Tally.NONE, Tally::plus));
    object.put("late", reports.stream().mapToLong(Report::late).sum());
    object.put("requests", reports.stream().mapToLong(Report::requests).sum());
    object.put("reports", reports.stream().map(CollectResult::json).toList());
    object.put("sinks", sinks.stream().map(CollectResult::json).toList());
    object.put("configuration", wrong);
    try {
      return JSON.writeValueAsString(object);
    } catch (JsonProcessingException impossible) {
      throw new IllegalStateException("maps and text have a JSON form", impossible);
    }
  }

  private static void put(Map<String, Object> object, Tally found) {
    object.put("taken", found.taken());
    object.put("revised", found.revised());
    object.put("repeated", found.repeated());
    object.put("dropped", found.dropped());
    object.put("parked", found.parked());
  }

  private static Map<String, Object> json(Report report) {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("integration", report.integration);
    object.put("report", report.report);
    put(object, report.found);
    object.put("late", report.late);
    object.put("requests", report.requests);
    object.put("degraded", report.isDegraded());
    List<Intervals.Span> missing = report.missing.spans();
    object.put(
        "missing",
        missing.stream()
            .limit(SPANS_SHOWN)
            .map(span -> Instant.ofEpochMilli(span.from()) + "/" + Instant.ofEpochMilli(span.to()))
            .toList());
    Feed.Problem problem = report.problem;
    if (report.isDegraded() && problem != null) {
      object.put("problem", problem.code());
      object.put("message", problem.message());
    }
    return object;
  }

  private static Map<String, Object> json(Sink sink) {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("sink", sink.name);
    object.put("delivered", sink.delivered);
    SinkWorker.Problem problem = sink.problem;
    if (problem != null) {
      object.put("message", problem.message());
    }
    return object;
  }
}
