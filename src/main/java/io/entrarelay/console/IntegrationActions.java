package io.entrarelay.console;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.entrarelay.config.DurationText;
import io.entrarelay.config.Integration;
import io.entrarelay.state.Lease;
import io.entrarelay.state.Standing;
import io.entrarelay.state.StoreException;
import io.entrarelay.state.Tenancy;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What people do with an integration. Each action looks whether it can be, does it, and writes it
 * to the audit log; it knows nothing of pages, and is told who asks. Whether they may is settled
 * before, by {@link Security}.
 */
final class IntegrationActions {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration ANSWER = Duration.ofSeconds(5);

  /** With a licence; without one it is 7 days. */
  private static final Duration GRAPH_KEEPS = Duration.ofDays(30);

  private final ConsoleParts parts;

  IntegrationActions(ConsoleParts parts) {
    this.parts = parts;
  }

  /**
   * None but those that there are: a name in an address is anything.
   *
   * @throws Refusal where there is none of this name
   */
  Integration named(String name) {
    return parts.integrations().get().stream()
        .filter(each -> each.name().equals(name))
        .findFirst()
        .orElseThrow(() -> Refusal.unknown("There is no integration of this name."));
  }

  static Tenancy tenancy(Integration integration) {
    return new Tenancy(integration.tenantId(), integration.clientId());
  }

  /**
   * Stops it for a while, on whichever node it is.
   *
   * @return whether it was not paused before
   */
  boolean pause(String name, String who) {
    Tenancy tenancy = tenancy(named(name));
    String was = words(parts.standings().standing(tenancy));
    boolean changed = parts.standings().pause(tenancy, who);
    if (changed) {
      parts.auditLog().write(who, "paused", name, was, Standing.State.PAUSED.words());
    }
    return changed;
  }

  private static @Nullable String words(@Nullable Standing standing) {
    return standing == null ? null : standing.state().words();
  }

  /**
   * Lets it go on: what it has missed is read.
   *
   * @return whether it was paused
   */
  boolean resume(String name, String who) {
    boolean changed = parts.standings().resume(tenancy(named(name)));
    if (changed) {
      parts.auditLog().write(who, "resumed", name, Standing.State.PAUSED.words(), null);
    }
    return changed;
  }

  /**
   * Has it tried again at once.
   *
   * @throws Refusal where no relay does so now
   */
  void refresh(String name, String who) {
    order(named(name), "refresh", name);
    parts.auditLog().write(who, "refreshed", name, null, null);
  }

  /**
   * A span that is to be read.
   *
   * @param reports that read it
   */
  record Backfill(Instant from, Instant to, List<String> reports) {}

  /**
   * Has a span read, again where it was read before: what was taken of it doesn't come out a second
   * time, unless that is forgotten.
   *
   * @param reports those that are meant
   * @param from a time, see {@link UtcText}
   * @param to its end; empty for now
   * @param again whether also what may be forgotten is to be read
   * @throws Refusal where it can't be
   */
  Backfill backfill(
      String name, List<String> reports, String from, String to, boolean again, String who) {
    Integration integration = named(name);
    Instant now = parts.clock().instant();
    Instant begins = UtcText.parse("From", from);
    Instant ends = to.isBlank() ? now : UtcText.parse("To", to);
    if (reports.isEmpty()) {
      throw Refusal.invalid("Choose a report at least.");
    }
    if (!integration.reports().containsAll(reports)) {
      throw Refusal.invalid(
          "It collects " + String.join(", ", integration.reports()) + ", and no other report.");
    }
    if (!begins.isBefore(ends)) {
      throw Refusal.invalid("The span ends before it begins: From has to be before To.");
    }
    if (!begins.isBefore(now)) {
      throw Refusal.invalid("From lies in the future.");
    }
    if (!ends.isAfter(now.minus(GRAPH_KEEPS))) {
      throw Refusal.invalid("Graph keeps nothing for longer than 30 days: To is before that.");
    }
    Duration remember = parts.settings().collect().remember();
    if (begins.isBefore(now.minus(remember)) && !again) {
      throw Refusal.invalid(
          "From is older than relay.collect.remember ("
              + DurationText.format(remember)
              + "): what was taken of that span may be forgotten, and would come out a second"
              + " time. Say that this is wanted, or begin later.");
    }
    Instant end = ends.isBefore(now) ? ends : now;
    Map<String, Object> arguments = new LinkedHashMap<>();
    arguments.put("name", name);
    arguments.put("reports", reports);
    arguments.put("from", begins.toEpochMilli());
    arguments.put("to", end.toEpochMilli());
    order(integration, "backfill", json(arguments));
    parts
        .auditLog()
        .write(
            who,
            "backfill asked for",
            name,
            null,
            begins + " to " + end + ": " + String.join(", ", reports));
    return new Backfill(begins, end, List.copyOf(reports));
  }

  private static String json(Map<String, Object> arguments) {
    try {
      return JSON.writeValueAsString(arguments);
    } catch (JsonProcessingException impossible) {
      throw new IllegalStateException("text and numbers have a JSON form", impossible);
    }
  }

  /** Has the relay that works for it do something. */
  private JsonNode order(Integration integration, String command, String arguments) {
    int shard = Lease.shard(integration.tenantId(), integration.clientId());
    try {
      String answer = parts.orders().ask(command, arguments, shard, ANSWER);
      if (answer == null) {
        throw Refusal.unavailable(
            "The relay that works for it does not answer within "
                + ANSWER.toSeconds()
                + " s. It may still do what was asked: look again in a minute.");
      }
      JsonNode said = JSON.readTree(answer);
      if (said.has("error")) {
        throw Refusal.unavailable(sentence(said.get("error").asText()));
      }
      return said;
    } catch (StoreException e) {
      throw Refusal.unavailable(sentence(String.valueOf(e.getMessage())) + ".");
    } catch (JsonProcessingException e) {
      throw Refusal.unavailable(
          "The relay that works for it is of another version. Bring all to the same one.");
    }
  }

  private static String sentence(String message) {
    return message.substring(0, 1).toUpperCase(Locale.ROOT) + message.substring(1);
  }
}
