package io.entrarelay.relay;

import com.fasterxml.jackson.databind.JsonNode;
import io.entrarelay.mapping.Jslt;
import io.entrarelay.mapping.MappingFailure;
import io.entrarelay.mapping.Mappings;
import io.entrarelay.mapping.MappingsException;
import io.entrarelay.record.FormLines;
import io.entrarelay.record.LineIdentity;
import io.entrarelay.state.DeadLetter;
import io.entrarelay.state.DeadLetters;
import io.entrarelay.state.DeadLetters.Filter;
import io.entrarelay.state.DeadLetters.Letter;
import io.entrarelay.state.PageCommit.OutboxRow;
import io.entrarelay.state.Store;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Tries dead letters again. What a mapping failed with is mapped anew and leaves in that form for
 * all sinks; what a sink's receiver has refused is handed to that sink once more.
 */
public final class DeadLetterRetry {

  /** Why a letter stays, and what to do. */
  public record Kept(long id, String reason) {}

  /**
   * What became of a lot of letters.
   *
   * @param retried appended to the outbox
   * @param underWay that are on their way to their sink since an earlier try
   * @param last the number of the last letter that was looked at; 0 where there was none
   * @param more whether there may be more behind it
   */
  public record Outcome(int retried, int underWay, List<Kept> kept, long last, boolean more) {}

  private final Store store;
  private final List<String> forms;
  private final Supplier<Mappings> mappings;
  private final IntConsumer grown;

  /**
   * @param forms {@code relay.forms}
   * @param mappings those of these forms
   * @param grown told each shard whose outbox has grown
   */
  public DeadLetterRetry(
      Store store, List<String> forms, Supplier<Mappings> mappings, IntConsumer grown) {
    this.store = store;
    this.forms = List.copyOf(forms);
    this.mappings = mappings;
    this.grown = grown;
  }

  /**
   * Tries a lot of letters.
   *
   * @param after the last number that is not wanted any more
   * @param most how many are looked at
   */
  public Outcome retry(Filter filter, long after, int most) {
    DeadLetters letters = store.deadLetters();
    Map<String, Set<String>> sinks = store.sinkForms();
    int retried = 0;
    int underWay = 0;
    long last = 0;
    List<Kept> kept = new ArrayList<>();
    List<Letter> lot = letters.list(filter, after, most);
    for (Letter letter : lot) {
      last = letter.id();
      if (letter.isRetried()) {
        underWay++;
        continue;
      }
      byte[] record = letters.record(letter.id());
      String problem = record == null ? "it was dropped meanwhile" : retry(letter, record, sinks);
      if (problem == null) {
        retried++;
        grown.accept(letter.shard());
      } else {
        kept.add(new Kept(letter.id(), problem));
      }
    }
    return new Outcome(retried, underWay, kept, last, lot.size() == most);
  }

  /** Why it stays; null where it is on its way. */
  private @Nullable String retry(Letter letter, byte[] record, Map<String, Set<String>> sinks) {
    String stage = letter.stage();
    if (stage.startsWith(DeadLetter.MAPPING)) {
      return map(letter, record, stage.substring(DeadLetter.MAPPING.length()));
    }
    if (stage.startsWith(DeadLetter.SINK)) {
      String sink = stage.substring(DeadLetter.SINK.length());
      return hand(letter, record, sink, sinks.get(sink));
    }
    return "the record itself can't be taken ("
        + letter.reason()
        + "), and trying again changes nothing. See it with show, then drop it";
  }

  private @Nullable String map(Letter letter, byte[] record, String form) {
    if (!forms.contains(form)) {
      return "relay.forms names no form " + form + " any more. Add it there, or drop the letter";
    }
    DeadLetters letters = store.deadLetters();
    try {
      JsonNode tree = Jslt.tree(record, 0, record.length);
      byte[] line =
          mappings
              .get()
              .of(form, letter.report())
              .map(
                  tree,
                  Jslt.variables(
                      letter.integration(),
                      letter.report(),
                      letter.tenantId(),
                      Instant.ofEpochMilli(letter.collectedAt()),
                      letter.revision()));
      String id = tree.path("id").asText("");
      OutboxRow row = row(letter, form, line, id.isEmpty() ? null : id);
      return letters.mapped(letter, row) ? null : "it was dropped meanwhile";
    } catch (MappingFailure e) {
      letters.failedAgain(letter.id(), e.reason());
      return e.getMessage() + ". Correct the mapping, restart, and try again";
    } catch (MappingsException e) {
      return String.valueOf(e.getMessage()).replaceAll("\\.$", "");
    } catch (IOException e) {
      return "its record can't be read any more: the state file is damaged"; // e may quote it
    }
  }

  private @Nullable String hand(
      Letter letter, byte[] record, String sink, @Nullable Set<String> taken) {
    String form = letter.form();
    if (taken == null) {
      return "there is no sink " + sink + " any more. Bring its route back, or drop the letter";
    }
    if (form == null || !taken.contains(form)) {
      return "the sink "
          + sink
          + " doesn't take the form "
          + form
          + " any more. Let its route take it (forms), or drop the letter";
    }
    return store.deadLetters().retry(letter, sink, row(letter, form, record, letter.recordId()))
        ? null
        : "it was dropped meanwhile";
  }

  private static OutboxRow row(Letter letter, String form, byte[] line, @Nullable String recordId) {
    LineIdentity identity = new LineIdentity(recordId, letter.revision());
    byte[] ended = Arrays.copyOf(line, line.length + 1);
    ended[line.length] = '\n';
    FormLines lines = FormLines.of(ended); // several where a route has made a text of several
    FormLines done = lines.identified(Collections.nCopies(lines.size(), identity));
    return new OutboxRow(
        form,
        letter.integration(),
        letter.report(),
        letter.tenantId(),
        letter.collectedAt(),
        1,
        done.length(),
        done.compressed());
  }
}
