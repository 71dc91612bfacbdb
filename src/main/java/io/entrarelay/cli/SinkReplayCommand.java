package io.entrarelay.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.entrarelay.config.DurationText;
import io.entrarelay.config.ReportedException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code sink replay}: a sink sends again what the outbox still holds. */
@Command(
    name = "replay",
    description = {
      "Send again to one sink what was collected from a time on, as far as the outbox still holds it.",
      "It holds what relay.outbox.retention says. Files are written under new names, ending in -r1,"
          + " -r2, …: none that is there is touched."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:all that was collected since then leaves again",
      "2:wrong configuration or usage; nothing was changed",
      "3:a part may be no longer there, or the relay does not answer"
    },
    footer = {
      "  entra-relay sink replay kafka --from 2026-03-01T00:00:00Z",
      "  entra-relay sink replay files --from 2026-03-01 --json"
    },
    footerHeading = "%nExamples:%n")
final class SinkReplayCommand implements Callable<Integer> {
  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec spec;

  @ParentCommand
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private SinkCommand sink;

  @Parameters(paramLabel = "NAME", description = "the sink's name")
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private String name;

  @Option(
      names = "--from",
      required = true,
      paramLabel = "T",
      description =
          "What was collected at this time or later: an ISO 8601 time with Z or an offset, or a day"
              + " (UTC).")
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private String from;

  @Option(names = "--json", description = "Print one JSON object.")
  private boolean json;

  @Override
  public Integer call() {
    Instant since = Times.parse(spec, "--from", from);
    try (Beside state = Beside.of(sink.root())) {
      Map<String, Object> arguments = new LinkedHashMap<>();
      arguments.put("sink", name);
      arguments.put("from", since.toEpochMilli());
      JsonNode answer = state.change("replay", arguments);
      Instant retained =
          answer.has("retainedSince")
              ? Instant.ofEpochMilli(answer.get("retainedSince").asLong())
              : null;
      int exitCode = retained == null ? 0 : ReportedException.DEGRADED;
      if (json) {
        tell(exitCode, answer.path("records"), retained);
      } else {
        show(
            since,
            answer.path("records"),
            retained,
            DurationText.format(state.settings().outbox().retention()));
      }
      return exitCode;
    }
  }

  private void show(Instant since, JsonNode records, @Nullable Instant retained, String retention) {
    long all = 0;
    List<String> forms = new ArrayList<>();
    for (Map.Entry<String, JsonNode> form : records.properties()) {
      all += form.getValue().asLong();
      forms.add(form.getKey() + " " + number(form.getValue().asLong()));
    }
    spec.commandLine()
        .getOut()
        .println(
            all == 0
                ? "The outbox holds nothing that sink " + name + " has sent since " + since + "."
                : "Sink "
                    + name
                    + " sends "
                    + number(all)
                    + " records again: "
                    + String.join(", ", forms)
                    + ".");
    if (retained != null) {
      spec.commandLine()
          .getErr()
          .println(
              "Of what was collected between "
                  + since
                  + " and "
                  + retained
                  + " only a part may be there: relay.outbox.retention is "
                  + retention
                  + ". entra-relay collect --from … --again reads from Graph what it still keeps.");
    }
  }

  private static String number(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }

  private void tell(int exitCode, JsonNode records, @Nullable Instant retained) {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("exitCode", exitCode);
    object.put("sink", name);
    object.put("records", records);
    object.put("retainedSince", retained == null ? null : retained.toString());
    Answer.json(spec, object);
  }
}
