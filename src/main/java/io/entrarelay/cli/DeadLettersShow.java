package io.entrarelay.cli;

import io.entrarelay.config.ReportedException;
import io.entrarelay.state.DeadLetters;
import io.entrarelay.state.DeadLetters.Filter;
import io.entrarelay.state.DeadLetters.Letter;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code dead-letters show}: the original bytes, for a person or a file. */
@Command(
    name = "show",
    description =
        "Print the original bytes of one to standard output, and what is known of it to standard"
            + " error. It is personal data.",
    footer = {"  entra-relay dead-letters show 12 > record.json"},
    footerHeading = "%nExamples:%n")
final class DeadLettersShow implements Callable<Integer> {
  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec spec;

  @ParentCommand
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private DeadLettersCommand letters;

  @Parameters(paramLabel = "ID", description = "its number, as list shows it")
  private long id;

  @Override
  public Integer call() {
    try (Beside state = Beside.of(letters.root())) {
      DeadLetters store = state.store().deadLetters();
      List<Letter> found = store.list(new Filter(List.of(id), null, null, null), 0, 1);
      byte[] record = found.isEmpty() ? null : store.record(id);
      if (record == null) {
        spec.commandLine()
            .getErr()
            .println("There is no dead letter " + id + ". See entra-relay dead-letters list.");
        return ReportedException.DEGRADED;
      }
      spec.commandLine().getErr().println(DeadLettersList.line(found.get(0)));
      spec.commandLine().getErr().println(found.get(0).reason());
      System.out.write(record, 0, record.length);
      System.out.flush();
      return 0;
    }
  }
}
