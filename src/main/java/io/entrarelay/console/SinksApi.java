package io.entrarelay.console;

import io.entrarelay.state.Store.Backlog;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.media.Schema.RequiredMode;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.security.core.Authentication;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** Where forms leave, and what waits for them. */
@RestController
@RequestMapping(ApiRules.BASE + "/sinks")
class SinksApi {
  private final SinkActions actions;

  SinksApi(ConsoleParts parts) {
    this.actions = new SinkActions(parts);
  }

  /** One sink. */
  @Schema(name = "Sink")
  record Sink(
      String name,
      List<String> forms,
      @Schema(description = "records that wait for it") long records,
      @Schema(description = "whether there are more of them, which weren't counted") boolean more,
      @Schema(description = "bytes that the outbox keeps for it, compressed") long bytes,
      @Schema(description = "when the oldest of it was collected; absent where nothing waits")
          @Nullable Instant oldest,
      @Schema(description = "when it has last taken something for good; absent where unknown")
          @Nullable Instant moved,
      @Schema(description = "how often it was set back to send again") int replays,
      @Schema(description = "why it stands still at this node; absent where it does not")
          @Nullable String problem) {
    private static Sink of(SinkActions.Sink sink) {
      Backlog backlog = sink.backlog();
      return new Sink(
          backlog.sink(),
          backlog.forms().stream().sorted().toList(),
          backlog.records(),
          backlog.more(),
          backlog.bytes(),
          time(backlog.oldest()),
          time(backlog.movedAt()),
          backlog.replays(),
          sink.problem());
    }

    private static @Nullable Instant time(long millis) {
      return millis == 0 ? null : Instant.ofEpochMilli(millis);
    }
  }

  /** All sinks, and the outbox before them. */
  @Schema(name = "Sinks")
  record Sinks(
      @Schema(description = "bytes that wait in the outbox, compressed") long bytes,
      @Schema(description = "relay.outbox.limit, bytes: collecting waits where so much waits")
          long limit,
      @Schema(description = "the sink that has most to take; absent where nothing waits")
          @Nullable String slowest,
      List<Sink> sinks) {}

  @GetMapping
  @Operation(summary = "The sinks: what waits for each, and why.")
  Sinks sinks() {
    List<SinkActions.Sink> sinks = actions.sinks();
    SinkActions.Outbox outbox = actions.outbox(sinks);
    return new Sinks(
        outbox.bytes(), outbox.limit(), outbox.slowest(), sinks.stream().map(Sink::of).toList());
  }

  /** From when on. */
  @Schema(name = "ReplayFrom")
  record From(
      @Schema(
              description = "what was collected at this time or later is sent again",
              requiredMode = RequiredMode.REQUIRED)
          @Nullable Instant from) {}

  /** What a sink sends again. */
  @Schema(name = "Replay")
  record Replay(
      @Schema(description = "how many, by form") Map<String, Long> records,
      @Schema(
              description =
                  "of what was collected before, only a part may be there; absent where all is")
          @Nullable Instant retainedSince) {}

  @PostMapping("/{name}/replay")
  @ResponseStatus(HttpStatus.ACCEPTED)
  @Operation(summary = "Has a sink send again what the outbox still holds.")
  Replay replaySink(
      @Parameter(description = "the sink's name", example = "kafka") @PathVariable("name")
          String name,
      @RequestBody From from,
      Authentication someone) {
    SinkActions.Replay replay =
        actions.replay(
            name, from.from() == null ? "" : from.from().toString(), Person.who(someone));
    return new Replay(replay.records(), replay.retainedSince());
  }
}
