package io.entrarelay.relay;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.entrarelay.config.RelaySettings;
import io.entrarelay.mapping.Mappings;
import io.entrarelay.relay.DeadLetterRetry.Outcome;
import io.entrarelay.state.DeadLetters.Filter;
import io.entrarelay.state.Store;
import io.entrarelay.state.Tenancy;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What commands change in the state: by the relay that works with it, on a request, or by
 * themselves where none does. Questions and answers are JSON objects.
 */
public final class StateChanges {
  /** The changes, by the names of their requests. */
  public static final Set<String> NAMES =
      Set.of("replay", "retry", "drop", "pause", "resume", "remove");

  private static final ObjectMapper JSON = new ObjectMapper();

  /** Letters that are tried for one request, so that its answer comes soon. */
  private static final int LOT = 100;

  /** Of those that stay, so many are named in an answer. */
  private static final int NAMED = 5;

  private final Store store;
  private final RelaySettings settings;
  private final Supplier<Mappings> mappings;
  private final IntConsumer grown;
  private final InstantSource clock;

  /**
   * @param mappings those of {@code relay.forms}
   * @param grown told each shard in whose outbox a sink finds something new
   */
  public StateChanges(
      Store store,
      RelaySettings settings,
      Supplier<Mappings> mappings,
      IntConsumer grown,
      InstantSource clock) {
    this.store = store;
    this.settings = settings;
    this.mappings = mappings;
    this.grown = grown;
    this.clock = clock;
  }

  /** A filter as it is asked with. */
  public static Map<String, Object> asked(Filter filter) {
    Map<String, Object> asked = new LinkedHashMap<>();
    asked.put("ids", filter.ids());
    put(asked, "stage", filter.stage());
    put(asked, "integration", filter.integration());
    put(asked, "report", filter.report());
    return asked;
  }

  private static void put(Map<String, Object> asked, String key, @Nullable String value) {
    if (value != null) {
      asked.put(key, value);
    }
  }

  /** Carries out a change; what can't be is said as {@code error}. */
  public Map<String, Object> carryOut(String name, String arguments) {
    JsonNode asked;
    try {
      asked = JSON.readTree(arguments);
    } catch (JsonProcessingException e) {
      return Map.of("error", "the request can't be read. Check with the version that runs.");
    }
    return switch (name) {
      case "replay" -> replay(asked.path("sink").asText(), asked.path("from").asLong());
      case "retry" -> retry(filter(asked), asked.path("after").asLong());
      case "drop" -> Map.of("dropped", store.deadLetters().drop(filter(asked)));
      case "pause" ->
          Map.of(
              "changed",
              store.integrations().pause(tenancy(asked), asked.path("by").asText("someone")));
      case "remove" ->
          Map.of(
              "changed",
              store
                  .storedIntegrations()
                  .remove(asked.path("name").asText(), asked.path("by").asText("someone")));
      case "resume" -> Map.of("changed", store.integrations().resume(tenancy(asked)));
      default -> throw new IllegalArgumentException(name);
    };
  }

  private static Tenancy tenancy(JsonNode asked) {
    return new Tenancy(asked.path("tenantId").asText(), asked.path("clientId").asText());
  }

  private static Filter filter(JsonNode asked) {
    List<Long> ids = new ArrayList<>();
    asked.path("ids").forEach(id -> ids.add(id.asLong()));
    return new Filter(ids, text(asked, "stage"), text(asked, "integration"), text(asked, "report"));
  }

  private static @Nullable String text(JsonNode asked, String key) {
    return asked.hasNonNull(key) ? asked.get(key).asText() : null;
  }

  private Map<String, Object> replay(String sink, long from) {
    Store.Replay replay = store.replay(sink, from);
    if (replay == null) {
      return Map.of("error", "there is no sink " + sink + ". " + known());
    }
    store.marks().keySet().forEach(grown::accept);
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("records", replay.records());
    long retained = clock.millis() - settings.outbox().retention().toMillis();
    if (from < retained) {
      answer.put("retainedSince", retained);
    }
    return answer;
  }

  private String known() {
    Set<String> sinks = store.sinkForms().keySet();
    return sinks.isEmpty()
        ? "None has read the outbox yet: start the relay once."
        : "There are: " + String.join(", ", sinks) + ".";
  }

  private Map<String, Object> retry(Filter filter, long after) {
    Outcome outcome =
        new DeadLetterRetry(store, settings.forms(), mappings, grown).retry(filter, after, LOT);
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("retried", outcome.retried());
    answer.put("underWay", outcome.underWay());
    answer.put("kept", outcome.kept().size());
    answer.put(
        "named",
        outcome.kept().stream()
            .limit(NAMED)
            .map(kept -> Map.of("id", kept.id(), "reason", kept.reason()))
            .toList());
    answer.put("last", outcome.last());
    answer.put("more", outcome.more());
    return answer;
  }
}
