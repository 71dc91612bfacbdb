package io.entrarelay.relay;

import io.entrarelay.config.SizeText;
import io.entrarelay.state.DeadLetters;
import io.entrarelay.state.DeadLetters.Count;
import java.util.Map;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Says in the log when there are more dead letters than before: nobody else does. */
final class LetterWatch {
  private static final Logger LOG = LoggerFactory.getLogger(LetterWatch.class);

  private final DeadLetters letters;
  private long known;

  LetterWatch(DeadLetters letters) {
    this.letters = letters;
  }

  /** To be called every minute or so. */
  void look() {
    Map<String, Count> counts = letters.counts();
    long all = counts.values().stream().mapToLong(Count::letters).sum();
    if (all > known) {
      LOG.warn("{} more dead letters, {}", all - known, summary(counts));
    }
    known = all;
  }

  /** In one line: how many, how large, by stage, and what to do. */
  static String summary(Map<String, Count> counts) {
    return counts.values().stream().mapToLong(Count::letters).sum()
        + " in all ("
        + SizeText.rounded(counts.values().stream().mapToLong(Count::bytes).sum())
        + "): "
        + counts.entrySet().stream()
            .map(each -> each.getKey() + " " + each.getValue().letters())
            .collect(Collectors.joining(", "))
        + ". See entra-relay dead-letters list";
  }
}
