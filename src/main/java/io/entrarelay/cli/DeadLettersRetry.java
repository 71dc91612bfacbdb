package io.entrarelay.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.entrarelay.config.ReportedException;
import io.entrarelay.relay.StateChanges;
import io.entrarelay.state.DeadLetters.Filter;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code dead-letters retry}: what was set aside is tried once more. */
@Command(
    name = "retry",
    description = {
      "Try again: what a mapping failed with is mapped by the mappings that run now and leaves in"
          + " that form for all sinks; what a sink's receiver refused is handed to that sink.",
      "What fails or is refused again stays, counted once more."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:all of them are on their way",
      "2:wrong configuration or usage; nothing was changed",
      "3:some stay; the first of them are named with the reason"
    },
    footer = {
      "  entra-relay dead-letters retry 12 13",
      "  entra-relay dead-letters retry --stage mapping.ocsf --json"
    },
    footerHeading = "%nExamples:%n")
final class DeadLettersRetry implements Callable<Integer> {
  private static final int NAMED = 5;

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec spec;

  @ParentCommand
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private DeadLettersCommand letters;

  @Mixin
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private LetterChoice choice;

  @Option(names = "--json", description = "Print one JSON object.")
  private boolean json;

  private long retried;
  private long underWay;
  private long kept;
  private final List<Map<String, Object>> named = new ArrayList<>();

  @Override
  public Integer call() {
    List<Filter> filters = choice.filters(spec);
    try (Beside state = Beside.of(letters.root())) {
      choice
          .missing(state.store().deadLetters(), filters)
          .forEach(id -> stays(id, "there is no such letter among those that are meant"));
      for (Filter filter : filters) {
        retry(state, filter);
      }
    }
    int exitCode = kept == 0 ? 0 : ReportedException.DEGRADED;
    if (json) {
      Map<String, Object> object = new LinkedHashMap<>();
      object.put("exitCode", exitCode);
      object.put("retried", retried);
      object.put("underWay", underWay);
      object.put("kept", kept);
      object.put("named", named);
      Answer.json(spec, object);
    } else {
      show();
    }
    return exitCode;
  }

  private void retry(Beside state, Filter filter) {
    Map<String, Object> arguments = StateChanges.asked(filter);
    JsonNode answer;
    do {
      answer = state.change("retry", arguments);
      retried += answer.path("retried").asLong();
      underWay += answer.path("underWay").asLong();
      long before = kept;
      answer
          .path("named")
          .forEach(each -> stays(each.path("id").asLong(), each.path("reason").asText()));
      kept = before + answer.path("kept").asLong();
      arguments.put("after", answer.path("last").asLong());
    } while (answer.path("more").asBoolean());
  }

  private void stays(long id, String reason) {
    kept++;
    if (named.size() < NAMED) {
      Map<String, Object> letter = new LinkedHashMap<>();
      letter.put("id", id);
      letter.put("reason", reason);
      named.add(letter);
    }
  }

  private void show() {
    PrintWriter out = spec.commandLine().getOut();
    out.println(
        retried
            + (retried == 1 ? " is" : " are")
            + " on the way"
            + (underWay == 0 ? "." : ", and " + underWay + " since an earlier try."));
    PrintWriter err = spec.commandLine().getErr();
    named.forEach(each -> err.println(each.get("id") + " stays: " + each.get("reason") + "."));
    if (kept > named.size()) {
      err.println(
          "And " + (kept - named.size()) + " more stay. See entra-relay dead-letters list.");
    }
  }
}
