package io.entrarelay.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.entrarelay.config.ReportedException;
import io.entrarelay.config.SizeText;
import io.entrarelay.state.Store.SinkState;
import io.entrarelay.state.Store.Waiting;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code sink list}: what waits for each sink, and why. */
@Command(
    name = "list",
    description = "List the sinks: the forms that each takes, what waits for it, and why.",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:no sink has a problem",
      "2:wrong configuration or usage",
      "3:a sink stands still, or the outbox is full; it is named"
    },
    footer = {"  entra-relay sink list", "  entra-relay sink list --json"},
    footerHeading = "%nExamples:%n")
final class SinkListCommand implements Callable<Integer> {
  private static final Duration ANSWER = Duration.ofSeconds(5);

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec spec;

  @ParentCommand
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private SinkCommand sink;

  @Option(names = "--json", description = "Print one JSON object.")
  private boolean json;

  @Override
  public Integer call() {
    try (Beside state = Beside.of(sink.root())) {
      List<SinkState> sinks = state.store().sinks();
      Waiting waiting =
          state.store().waiting(sinks.stream().map(SinkState::sink).collect(Collectors.toSet()));
      long limit = state.settings().outbox().limit();
      Map<String, String> problems = problems(state);
      boolean full = !sinks.isEmpty() && waiting.bytes() >= limit;
      int exitCode = problems.isEmpty() && !full ? 0 : ReportedException.DEGRADED;
      if (json) {
        tell(exitCode, state.holder(), sinks, problems, waiting, limit);
      } else {
        show(state.holder(), sinks, problems, waiting, limit);
      }
      return exitCode;
    }
  }

  /** Why sinks stand still, as the relay that runs says it. */
  private static Map<String, String> problems(Beside state) {
    Map<String, String> problems = new HashMap<>();
    JsonNode answer = state.ask("sinks", "", ANSWER);
    if (answer != null && answer.isArray()) {
      for (JsonNode each : answer) {
        if (each.has("sink") && each.has("problem")) {
          problems.put(each.get("sink").asText(), each.get("problem").asText());
        }
      }
    }
    return problems;
  }

  private void show(
      @Nullable String holder,
      List<SinkState> sinks,
      Map<String, String> problems,
      Waiting waiting,
      long limit) {
    PrintWriter out = spec.commandLine().getOut();
    if (holder == null) {
      out.println("No relay runs on " + sink.root().data() + ".");
    }
    if (sinks.isEmpty()) {
      out.println("No sink has read the outbox yet.");
      return;
    }
    int width = sinks.stream().mapToInt(each -> each.sink().length()).max().orElse(0);
    String row = "%-" + Math.max(width, 4) + "s  %14s  %9s  %-20s  %7s  %s%n";
    out.printf(row, "sink", "records wait", "kept", "oldest", "replays", "forms");
    for (SinkState each : sinks) {
      long oldest = each.waiting().oldest();
      out.printf(
          row,
          each.sink(),
          String.format(Locale.ROOT, "%,d", each.records()),
          SizeText.rounded(each.waiting().bytes()),
          oldest == 0 ? "-" : Instant.ofEpochMilli(oldest / 1000 * 1000).toString(),
          each.replays(),
          String.join(",", each.forms()));
    }
    out.println(
        SizeText.rounded(waiting.bytes())
            + " wait in the outbox, "
            + waiting.bytes() * 100 / limit
            + "% of relay.outbox.limit ("
            + SizeText.rounded(limit)
            + ").");
    problems.forEach(
        (name, problem) ->
            spec.commandLine().getErr().println("sink " + name + " waits: " + problem));
    if (waiting.bytes() >= limit) {
      spec.commandLine()
          .getErr()
          .println("The outbox is full: collecting waits for the sink that has most to take.");
    }
  }

  private void tell(
      int exitCode,
      @Nullable String holder,
      List<SinkState> sinks,
      Map<String, String> problems,
      Waiting waiting,
      long limit) {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("exitCode", exitCode);
    object.put("running", holder);
    List<Object> list = new ArrayList<>();
    for (SinkState each : sinks) {
      Map<String, Object> told = new LinkedHashMap<>();
      told.put("sink", each.sink());
      told.put("forms", each.forms());
      told.put("records", each.records());
      told.put("bytes", each.waiting().bytes());
      told.put("oldest", time(each.waiting().oldest()));
      told.put("replays", each.replays());
      told.put("problem", problems.get(each.sink()));
      list.add(told);
    }
    object.put("sinks", list);
    object.put("bytes", waiting.bytes());
    object.put("limit", limit);
    Answer.json(spec, object);
  }

  private static @Nullable String time(long millis) {
    return millis == 0 ? null : Instant.ofEpochMilli(millis).toString();
  }
}
