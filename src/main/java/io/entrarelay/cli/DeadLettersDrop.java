package io.entrarelay.cli;

import io.entrarelay.config.ReportedException;
import io.entrarelay.relay.StateChanges;
import io.entrarelay.state.DeadLetters.Filter;
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

/** {@code dead-letters drop}: removes them for good. */
@Command(
    name = "drop",
    description =
        "Remove them for good, with their content. Those that are on their way again stay.",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:all of them are gone",
      "2:wrong configuration or usage; nothing was changed",
      "3:some that were named are not there; the others are gone"
    },
    footer = {
      "  entra-relay dead-letters drop 12 13",
      "  entra-relay dead-letters drop --stage cut --json"
    },
    footerHeading = "%nExamples:%n")
final class DeadLettersDrop implements Callable<Integer> {
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

  @Override
  public Integer call() {
    List<Filter> filters = choice.filters(spec);
    List<Long> missing;
    long dropped = 0;
    try (Beside state = Beside.of(letters.root())) {
      missing = choice.missing(state.store().deadLetters(), filters);
      for (Filter filter : filters) {
        dropped += state.change("drop", StateChanges.asked(filter)).path("dropped").asLong();
      }
    }
    int exitCode = missing.isEmpty() ? 0 : ReportedException.DEGRADED;
    if (json) {
      Map<String, Object> object = new LinkedHashMap<>();
      object.put("exitCode", exitCode);
      object.put("dropped", dropped);
      object.put("missing", missing);
      Answer.json(spec, object);
    } else {
      spec.commandLine().getOut().println("Dropped " + dropped + ".");
      missing.forEach(
          id ->
              spec.commandLine()
                  .getErr()
                  .println("There is no dead letter " + id + " among those that are meant."));
    }
    return exitCode;
  }
}
