package io.entrarelay.cli;

import io.entrarelay.state.DeadLetters;
import io.entrarelay.state.DeadLetters.Filter;
import io.entrarelay.state.DeadLetters.Letter;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

/** Which dead letters a command changes: said by number, by what they have in common, or all. */
final class LetterChoice {
  /** So that a request holds their numbers. */
  private static final int LOT = 100;

  @Parameters(arity = "0..*", paramLabel = "ID", description = "their numbers, as list shows them")
  private List<Long> ids = new ArrayList<>();

  @Option(names = "--all", description = "All of them.")
  private boolean all;

  @Mixin
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private LetterFilter filter;

  /** Filters that together mean the letters that were chosen. */
  List<Filter> filters(CommandSpec spec) {
    if (ids.isEmpty() && filter.isEmpty() && !all) {
      throw new ParameterException(
          spec.commandLine(), "Say which: numbers, --stage, --integration, --report or --all");
    }
    if (all && !(ids.isEmpty() && filter.isEmpty())) {
      throw new ParameterException(spec.commandLine(), "--all leaves nothing to choose: use one");
    }
    if (ids.isEmpty()) {
      return List.of(filter.filter(List.of()));
    }
    List<Filter> filters = new ArrayList<>();
    for (int from = 0; from < ids.size(); from += LOT) {
      filters.add(filter.filter(ids.subList(from, Math.min(ids.size(), from + LOT))));
    }
    return filters;
  }

  /** Numbers that were given and are of no letter. */
  List<Long> missing(DeadLetters letters, List<Filter> filters) {
    Set<Long> found = new HashSet<>();
    for (Filter each : filters) {
      if (!each.ids().isEmpty()) {
        letters.list(each, 0, LOT).stream().map(Letter::id).forEach(found::add);
      }
    }
    return ids.stream().filter(id -> !found.contains(id)).distinct().toList();
  }
}
