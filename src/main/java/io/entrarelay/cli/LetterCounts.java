package io.entrarelay.cli;

import io.entrarelay.config.SizeText;
import io.entrarelay.state.DeadLetters.Count;
import io.entrarelay.state.DeadLetters.Letter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Dead letters counted by stage. */
final class LetterCounts {
  private final Map<String, Count> counts = new TreeMap<>();

  void add(Letter letter) {
    counts.merge(
        letter.stage(),
        new Count(1, letter.bytes()),
        (a, b) -> new Count(a.letters() + b.letters(), a.bytes() + b.bytes()));
  }

  /** By stage, for people; for example {@code 3 dead letters, 1.2KB: cut 1, sink.kafka 2}. */
  String line() {
    Count all =
        counts.values().stream()
            .reduce(
                new Count(0, 0),
                (a, b) -> new Count(a.letters() + b.letters(), a.bytes() + b.bytes()));
    if (all.letters() == 0) {
      return "No dead letters.";
    }
    return String.format(Locale.ROOT, "%,d", all.letters())
        + (all.letters() == 1 ? " dead letter, " : " dead letters, ")
        + SizeText.rounded(all.bytes())
        + ": "
        + counts.entrySet().stream()
            .map(
                each ->
                    each.getKey()
                        + " "
                        + String.format(Locale.ROOT, "%,d", each.getValue().letters()))
            .collect(Collectors.joining(", "))
        + ".";
  }

  List<Map<String, Object>> list() {
    return counts.entrySet().stream()
        .map(
            each -> {
              Map<String, Object> stage = new LinkedHashMap<>();
              stage.put("stage", each.getKey());
              stage.put("letters", each.getValue().letters());
              stage.put("bytes", each.getValue().bytes());
              return stage;
            })
        .toList();
  }
}
