package io.entrarelay.config;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;

/** Everything that is wrong in a file or in the settings, found in one go: one line a problem. */
public class ConfigurationException extends ReportedException {
  private static final long serialVersionUID = 1L;

  /** How many problems the message holds; more of them say the same. */
  private static final int MOST_SHOWN = 100;

  private final transient List<Problem> problems;

  public ConfigurationException(Collection<Problem> problems) {
    super(BAD_CONFIGURATION, message(ordered(problems)));
    this.problems = ordered(problems);
  }

  private static String message(List<Problem> problems) {
    String first =
        problems.stream()
            .limit(MOST_SHOWN)
            .map(Problem::toString)
            .collect(Collectors.joining("\n"));
    int more = problems.size() - MOST_SHOWN;
    return more <= 0 ? first : first + "\nAnd " + more + " more problems.";
  }

  /** By file, then by line; never empty. */
  public final List<Problem> problems() {
    return problems;
  }

  private static List<Problem> ordered(Collection<Problem> problems) {
    return problems.stream()
        .distinct()
        .sorted(Comparator.comparing(Problem::file).thenComparingInt(Problem::line))
        .toList();
  }
}
