package io.entrarelay.cli;

import io.entrarelay.state.DeadLetters.Filter;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that say which dead letters are meant. */
final class LetterFilter {
  @Option(
      names = "--stage",
      paramLabel = "S",
      description = "Only of this stage: cut, mapping.<form> or sink.<name>.")
  private @Nullable String stage;

  @Option(names = "--integration", paramLabel = "NAME", description = "Only of this integration.")
  private @Nullable String integration;

  @Option(names = "--report", paramLabel = "NAME", description = "Only of this report.")
  private @Nullable String report;

  /** Whether none of the options was given. */
  boolean isEmpty() {
    return stage == null && integration == null && report == null;
  }

  Filter filter(List<Long> ids) {
    return new Filter(List.copyOf(ids), stage, integration, report);
  }
}
