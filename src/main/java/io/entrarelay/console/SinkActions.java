package io.entrarelay.console;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.entrarelay.state.Store.Backlog;
import io.entrarelay.state.Store.Waiting;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What waits for the sinks, and what people do with them; knows nothing of pages. */
final class SinkActions {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Outbox rows that are counted for a sink: more are said to be more. */
  private static final int COUNTED = 5_000;

  private static final int ALERT = 70;
  private static final int FULL = 100;

  private final ConsoleParts parts;

  SinkActions(ConsoleParts parts) {
    this.parts = parts;
  }

  /**
   * A sink.
   *
   * @param problem why it stands still at this node; null where it does not
   */
  record Sink(Backlog backlog, @Nullable String problem) {}

  /**
   * How full the outbox is.
   *
   * @param bytes that wait, compressed
   * @param limit {@code relay.outbox.limit}
   * @param slowest the sink that has most to take; null where there is none
   */
  record Outbox(long bytes, long limit, @Nullable String slowest) {
    /** How much of the limit waits. */
    public int percent() {
      return (int) Math.min(Integer.MAX_VALUE, bytes * 100.0 / limit);
    }

    /** Whether someone should see to it. */
    public boolean isAlert() {
      return percent() >= ALERT;
    }

    /** Whether collecting waits. */
    public boolean isFull() {
      return percent() >= FULL;
    }
  }

  /** The sinks, by name. */
  List<Sink> sinks() {
    Map<String, String> problems = parts.sinkProblems().get();
    return parts.store().backlogs(COUNTED).stream()
        .map(backlog -> new Sink(backlog, problems.get(backlog.sink())))
        .toList();
  }

  /**
   * One sink.
   *
   * @throws Refusal where there is none of this name
   */
  Sink named(String name) {
    return sinks().stream()
        .filter(sink -> sink.backlog().sink().equals(name))
        .findFirst()
        .orElseThrow(() -> Refusal.unknown("There is no sink of this name."));
  }

  /** How full the outbox is. */
  Outbox outbox(List<Sink> sinks) {
    Waiting waiting =
        parts
            .store()
            .waiting(sinks.stream().map(sink -> sink.backlog().sink()).collect(Collectors.toSet()));
    String slowest =
        sinks.stream()
            .map(Sink::backlog)
            .filter(backlog -> backlog.bytes() > 0)
            .max((a, b) -> Long.compare(a.bytes(), b.bytes()))
            .map(Backlog::sink)
            .orElse(null);
    return new Outbox(waiting.bytes(), parts.settings().outbox().limit(), slowest);
  }

  /**
   * What a sink sends again.
   *
   * @param records by form
   * @param retainedSince what was collected before may be no longer there; null where all is
   */
  record Replay(Map<String, Long> records, @Nullable Instant retainedSince) {
    /** Records of all forms. */
    long all() {
      return records.values().stream().mapToLong(Long::longValue).sum();
    }
  }

  /**
   * Has a sink send again what was collected from a time on, as far as the outbox holds it.
   *
   * @param from a time, see {@link UtcText}
   * @throws Refusal where it can't be
   */
  Replay replay(String name, String from, String who) {
    named(name);
    Instant since = UtcText.parse("From", from);
    if (!since.isBefore(parts.clock().instant())) {
      throw Refusal.invalid("From lies in the future.");
    }
    JsonNode answer =
        JSON.valueToTree(
            parts
                .stateChanges()
                .carryOut(
                    "replay",
                    JSON.valueToTree(Map.of("sink", name, "from", since.toEpochMilli()))
                        .toString()));
    if (answer.has("error")) {
      throw Refusal.invalid(answer.get("error").asText());
    }
    Map<String, Long> records = new TreeMap<>();
    answer
        .path("records")
        .properties()
        .forEach(form -> records.put(form.getKey(), form.getValue().asLong()));
    Replay replay =
        new Replay(
            records,
            answer.has("retainedSince")
                ? Instant.ofEpochMilli(answer.get("retainedSince").asLong())
                : null);
    parts
        .auditLog()
        .write(
            who, "sink replayed", name, null, "from " + since + ": " + replay.all() + " records");
    return replay;
  }
}
