package io.entrarelay.config;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;

/** Everything that is wrong in a file or in the settings, found in one go: one line a problem. */
public final class ConfigurationException extends ReportedException {
  private static final long serialVersionUID = 1L;

  private final transient List<Problem> problems;

  public ConfigurationException(Collection<Problem> problems) {
    super(
        BAD_CONFIGURATION,
        ordered(problems).stream().map(Problem::toString).collect(Collectors.joining("\n")));
    this.problems = ordered(problems);
  }

  /** By file, then by line; never empty. */
  public List<Problem> problems() {
    return problems;
  }

  private static List<Problem> ordered(Collection<Problem> problems) {
    return problems.stream()
        .distinct()
        .sorted(Comparator.comparing(Problem::file).thenComparingInt(Problem::line))
        .toList();
  }
}
