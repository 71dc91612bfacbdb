package io.entrarelay.console;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.entrarelay.relay.StateChanges;
import io.entrarelay.state.DeadLetters;
import io.entrarelay.state.DeadLetters.Filter;
import io.entrarelay.state.DeadLetters.Letter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What people do with records that were set aside; knows nothing of pages. */
final class LetterActions {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Letters that one call names by number. */
  private static final int MOST_NAMED = 1_000;

  /** So long letters are tried again for one call: then it is said that there are more. */
  private static final Duration LONGEST = Duration.ofSeconds(20);

  private static final int REASONS = 5;

  private final ConsoleParts parts;

  LetterActions(ConsoleParts parts) {
    this.parts = parts;
  }

  private DeadLetters letters() {
    return parts.store().deadLetters();
  }

  /** Letters and their bytes, by stage. */
  Map<String, DeadLetters.Count> counts() {
    return letters().counts();
  }

  /** How many letters fit. */
  long count(Filter filter) {
    return letters().count(filter);
  }

  /**
   * Letters in the order of their numbers.
   *
   * @param after the last number that is not wanted any more
   */
  List<Letter> list(Filter filter, long after, int most) {
    return letters().list(filter, after, most);
  }

  /**
   * A filter as it was given; what is empty is any.
   *
   * @param ids numbers; none for all that fit the rest
   * @throws Refusal where a number is none, or they are too many
   */
  static Filter filter(List<String> ids, String stage, String integration, String report) {
    if (ids.size() > MOST_NAMED) {
      throw Refusal.invalid("At most " + MOST_NAMED + " can be named at a time.");
    }
    List<Long> numbers = new ArrayList<>();
    for (String id : ids) {
      if (!id.matches("\\d{1,18}")) {
        throw Refusal.invalid("A dead letter has a number.");
      }
      numbers.add(Long.valueOf(id));
    }
    return new Filter(List.copyOf(numbers), given(stage), given(integration), given(report));
  }

  private static @Nullable String given(String text) {
    return text.isBlank() ? null : text.strip();
  }

  /**
   * A letter with its record's bytes, which are personal data: that someone has seen them is in the
   * audit log.
   *
   * @throws Refusal where there is no such letter
   */
  Seen see(long id, String who) {
    List<Letter> found = letters().list(only(id), 0, 1);
    byte[] record = found.isEmpty() ? null : letters().record(id);
    if (record == null) {
      throw Refusal.unknown("There is no such dead letter: it was dropped, or has left meanwhile.");
    }
    Letter letter = found.get(0);
    parts.auditLog().write(who, "dead letter viewed", String.valueOf(id), null, what(letter));
    return new Seen(letter, record);
  }

  /** A letter and its record's bytes. */
  record Seen(Letter letter, byte[] record) {}

  private static String what(Letter letter) {
    return letter.stage() + ", " + letter.integration() + "/" + letter.report();
  }

  private static Filter only(long id) {
    return new Filter(List.of(id), null, null, null);
  }

  /**
   * What became of letters that were tried again.
   *
   * @param retried that are on their way now
   * @param underWay that were already
   * @param kept that stay
   * @param reasons why the first of these do
   * @param more whether there are more, which were not tried in this time
   */
  record Retried(long retried, long underWay, long kept, List<String> reasons, boolean more) {}

  /** Tries letters once more. */
  Retried retry(Filter filter, String who) {
    long end = System.nanoTime() + LONGEST.toNanos();
    Map<String, Object> arguments = StateChanges.asked(filter);
    long retried = 0;
    long underWay = 0;
    long kept = 0;
    List<String> reasons = new ArrayList<>();
    boolean more;
    do {
      JsonNode answer = carryOut("retry", arguments);
      retried += answer.path("retried").asLong();
      underWay += answer.path("underWay").asLong();
      kept += answer.path("kept").asLong();
      for (JsonNode each : answer.path("named")) {
        if (reasons.size() < REASONS) {
          reasons.add(each.path("id").asText() + ": " + each.path("reason").asText());
        }
      }
      arguments.put("after", answer.path("last").asLong());
      more = answer.path("more").asBoolean();
    } while (more && System.nanoTime() < end);
    parts
        .auditLog()
        .write(
            who,
            "dead letters retried",
            words(filter),
            null,
            retried + " on their way, " + kept + " stay");
    return new Retried(retried, underWay, kept, List.copyOf(reasons), more);
  }

  /**
   * Drops letters for good; those on their way stay.
   *
   * @return how many
   */
  long drop(Filter filter, String who) {
    long before = count(filter);
    long dropped = carryOut("drop", StateChanges.asked(filter)).path("dropped").asLong();
    parts
        .auditLog()
        .write(
            who,
            "dead letters dropped",
            words(filter),
            before + " letters",
            (before - dropped) + " letters");
    return dropped;
  }

  private JsonNode carryOut(String name, Map<String, Object> arguments) {
    return JSON.valueToTree(
        parts.stateChanges().carryOut(name, JSON.valueToTree(arguments).toString()));
  }

  /** Which letters are meant, for the audit log. */
  private static String words(Filter filter) {
    Map<String, String> said = new LinkedHashMap<>();
    if (!filter.ids().isEmpty()) {
      said.put(
          "numbers", filter.ids().stream().map(String::valueOf).collect(Collectors.joining(" ")));
    }
    put(said, "stage", filter.stage());
    put(said, "integration", filter.integration());
    put(said, "report", filter.report());
    return said.isEmpty()
        ? "all"
        : said.entrySet().stream()
            .map(each -> each.getKey() + " " + each.getValue())
            .collect(Collectors.joining(", "));
  }

  private static void put(Map<String, String> said, String key, @Nullable String value) {
    if (value != null) {
      said.put(key, value);
    }
  }
}
