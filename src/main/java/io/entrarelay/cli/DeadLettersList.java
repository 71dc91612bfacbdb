package io.entrarelay.cli;

import io.entrarelay.state.DeadLetters;
import io.entrarelay.state.DeadLetters.Filter;
import io.entrarelay.state.DeadLetters.Letter;
import java.io.PrintWriter;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code dead-letters list}: a line each, without their content. */
@Command(
    name = "list",
    description = "List the records that were set aside, without their content.",
    footer = {
      "  entra-relay dead-letters list",
      "  entra-relay dead-letters list --stage sink.kafka --integration contoso --json"
    },
    footerHeading = "%nExamples:%n")
final class DeadLettersList implements Callable<Integer> {
  private static final int LOT = 500;

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec spec;

  @ParentCommand
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private DeadLettersCommand letters;

  @Mixin
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private LetterFilter filter;

  @Option(names = "--json", description = "Print one JSON object.")
  private boolean json;

  @Override
  public Integer call() {
    LetterCounts counts = new LetterCounts();
    try (Beside state = Beside.of(letters.root())) {
      if (json) {
        List<Object> list = new ArrayList<>();
        each(
            state.store().deadLetters(),
            filter.filter(List.of()),
            letter -> {
              counts.add(letter);
              list.add(told(letter));
            });
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("stages", counts.list());
        object.put("letters", list);
        return Answer.json(spec, object);
      }
      PrintWriter out = spec.commandLine().getOut();
      each(
          state.store().deadLetters(),
          filter.filter(List.of()),
          letter -> {
            counts.add(letter);
            out.println(line(letter));
          });
      out.println(counts.line());
      return 0;
    }
  }

  private static void each(DeadLetters letters, Filter filter, Consumer<Letter> consumer) {
    long after = 0;
    List<Letter> lot;
    do {
      lot = letters.list(filter, after, LOT);
      for (Letter letter : lot) {
        consumer.accept(letter);
        after = letter.id();
      }
    } while (lot.size() == LOT);
  }

  static String line(Letter letter) {
    return letter.id()
        + " "
        + letter.stage()
        + " "
        + letter.integration()
        + "/"
        + letter.report()
        + " "
        + Instant.ofEpochMilli(letter.lastAt() / 1000 * 1000)
        + " "
        + letter.bytes()
        + " bytes, "
        + (letter.times() == 1 ? "once" : letter.times() + " times")
        + (letter.isRetried() ? ", on its way again" : "")
        + ": "
        + letter.summary();
  }

  private static Map<String, Object> told(Letter letter) {
    Map<String, Object> told = new LinkedHashMap<>();
    told.put("id", letter.id());
    told.put("stage", letter.stage());
    told.put("reason", letter.summary());
    told.put("form", letter.form());
    told.put("integration", letter.integration());
    told.put("report", letter.report());
    told.put("tenantId", letter.tenantId());
    told.put("collectedAt", Instant.ofEpochMilli(letter.collectedAt()).toString());
    told.put("revision", letter.revision());
    told.put("first", Instant.ofEpochMilli(letter.firstAt()).toString());
    told.put("last", Instant.ofEpochMilli(letter.lastAt()).toString());
    told.put("times", letter.times());
    told.put("onItsWay", letter.isRetried());
    told.put("bytes", letter.bytes());
    return told;
  }
}
