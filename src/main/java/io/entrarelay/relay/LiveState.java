package io.entrarelay.relay;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.entrarelay.collect.Collector;
import io.entrarelay.collect.Feed;
import io.entrarelay.plan.Intervals;
import io.entrarelay.plan.Intervals.Span;
import io.entrarelay.sink.Outbox;
import io.entrarelay.sink.OutboxLimit;
import io.entrarelay.sink.SinkWorker;
import io.entrarelay.state.DeadLetters;
import io.entrarelay.state.DeadLetters.Count;
import io.entrarelay.state.Requests;
import io.entrarelay.state.Requests.Request;
import io.entrarelay.state.Store.Waiting;
import io.entrarelay.state.StoreException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers what other processes ask of this one. */
final class LiveState {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** So that an answer stays below {@link Requests#LONGEST} with a problem for each report. */
  private static final int LONGEST_MESSAGE = 300;

  private static final Duration LONGEST_WAIT = Duration.ofMinutes(1);

  private static final Map<String, String> LATE =
      Map.of("error", "the request came too late and was not carried out. Ask again.");

  private static final String NOT_COLLECTED =
      " is not collected at this moment, or has no such report. See entra-relay integration show.";

  private static final Logger LOG = LoggerFactory.getLogger(LiveState.class);

  private final Requests requests;
  private final Supplier<Set<Integer>> shards;
  private final Collector collector;
  private final Roster roster;
  private final Outbox outbox;
  private final OutboxLimit limit;
  private final DeadLetters letters;
  private final StateChanges changes;
  private final FigureWatch figures;
  private final InstantSource clock;
  private String said = "";

  /**
   * @param shards the shards that this process works for
   */
  LiveState(
      Requests requests,
      Supplier<Set<Integer>> shards,
      Collector collector,
      Roster roster,
      Outbox outbox,
      OutboxLimit limit,
      DeadLetters letters,
      StateChanges changes,
      FigureWatch figures,
      InstantSource clock) {
    this.requests = requests;
    this.shards = shards;
    this.collector = collector;
    this.roster = roster;
    this.outbox = outbox;
    this.limit = limit;
    this.letters = letters;
    this.changes = changes;
    this.figures = figures;
    this.clock = clock;
  }

  /** Answers all that was asked since the last call; what stands in the way is said once. */
  void answer() {
    try {
      for (Request request : requests.take(shards.get())) {
        requests.answer(request.id(), fitting(answer(request)));
      }
      said = "";
    } catch (StoreException e) {
      String message = String.valueOf(e.getMessage());
      if (!message.equals(said)) {
        said = message;
        LOG.error("other commands get no answer: {}", message);
      }
    }
  }

  private static String fitting(Object answer) {
    try {
      String text = JSON.writeValueAsString(answer);
      return text.length() <= Requests.LONGEST ? text : "{\"error\":\"the answer is too long\"}";
    } catch (JsonProcessingException impossible) {
      throw new IllegalStateException("maps and text have a JSON form", impossible);
    }
  }

  private Object answer(Request request) {
    if (StateChanges.NAMES.contains(request.command())) {
      return isLate(request) ? LATE : changes.carryOut(request.command(), request.arguments());
    }
    return switch (request.command()) {
      case "reports" -> reports(request.arguments());
      case "sinks" -> sinks();
      case "refresh" -> isLate(request) ? LATE : refresh(request.arguments());
      case "backfill" -> isLate(request) ? LATE : backfill(request.arguments());
      default ->
          Map.of(
              "error",
              "this relay doesn't know the request "
                  + request.command()
                  + ". Check with the version that runs.");
    };
  }

  /** A change that nobody waits for any more must not come as a surprise. */
  private boolean isLate(Request request) {
    return clock.millis() - request.askedAt() > LONGEST_WAIT.toMillis();
  }

  private Object refresh(String name) {
    return roster.refresh(name)
        ? Map.of("refreshed", name)
        : Map.of("error", "integration " + name + NOT_COLLECTED);
  }

  /** Arguments are a JSON object: name, reports (none for all), from and to in milliseconds. */
  private Object backfill(String arguments) {
    JsonNode asked;
    try {
      asked = JSON.readTree(arguments);
    } catch (JsonProcessingException e) {
      return Map.of("error", "the request can't be read. Check with the version that runs.");
    }
    Set<String> reports = new TreeSet<>();
    asked.path("reports").forEach(report -> reports.add(report.asText()));
    String name = asked.path("name").asText();
    Set<String> reading =
        roster.backfill(
            name,
            reports,
            Instant.ofEpochMilli(asked.path("from").asLong()),
            Instant.ofEpochMilli(asked.path("to").asLong()));
    figures.look(); // before the first of it is read
    return reading.isEmpty()
        ? Map.of("error", "integration " + name + NOT_COLLECTED)
        : Map.of("reports", reading);
  }

  private List<Object> reports(String integration) {
    long now = clock.millis();
    List<Object> reports = new ArrayList<>();
    collector.feeds().stream()
        .filter(feed -> feed.integration().name().equals(integration))
        .sorted(Comparator.comparing(Feed::toString))
        .forEach(
            feed -> {
              Map<String, Object> report = new LinkedHashMap<>();
              report.put("report", feed.report().getName());
              report.put("lastRead", feed.lastRead());
              report.put("lag", feed.lag(now));
              Intervals asked = feed.asked(now);
              if (!asked.isEmpty()) {
                report.put("backfill", asked.spans().stream().mapToLong(Span::length).sum());
              }
              Feed.Problem problem = feed.problem();
              if (problem != null) {
                report.put("problem", shortened(problem.message()));
              }
              reports.add(report);
            });
    return reports;
  }

  private List<Object> sinks() {
    List<Object> sinks = new ArrayList<>();
    Map<String, Waiting> waiting = limit.bySink();
    new TreeMap<>(outbox.workers())
        .forEach(
            (name, worker) -> {
              Map<String, Object> sink = new LinkedHashMap<>();
              sink.put("sink", name);
              sink.put("delivered", worker.delivered());
              sink.put("waiting", waiting.getOrDefault(name, Waiting.NOTHING).bytes());
              SinkWorker.Problem problem = worker.problem();
              if (problem != null) {
                sink.put("problem", shortened(problem.message()));
              }
              sinks.add(sink);
            });
    Map<String, Object> whole = new LinkedHashMap<>();
    whole.put("outbox", limit.percent());
    whole.put("full", limit.isFull());
    String problem = limit.problem();
    if (problem != null) {
      whole.put("problem", shortened(problem));
    }
    sinks.add(whole);
    Map<String, Count> counts = letters.counts();
    if (!counts.isEmpty()) {
      sinks.add(Map.of("deadLetters", shortened(LetterWatch.summary(counts))));
    }
    return sinks;
  }

  private static String shortened(String message) {
    return message.length() <= LONGEST_MESSAGE
        ? message
        : message.substring(0, LONGEST_MESSAGE) + " …";
  }
}
