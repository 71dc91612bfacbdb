package io.entrarelay.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.entrarelay.config.RelaySettings;
import io.entrarelay.config.ReportedException;
import io.entrarelay.config.SettingsReader;
import io.entrarelay.mapping.Mappings;
import io.entrarelay.relay.StateChanges;
import io.entrarelay.state.DataDirectory;
import io.entrarelay.state.JdbcStore;
import io.entrarelay.state.Requests;
import io.entrarelay.state.Steps;
import io.entrarelay.state.Store;
import io.entrarelay.state.StoreException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The state beside a relay that may work with it: it is read directly, and changed by the relay on
 * a request; where no relay runs, by the command itself.
 */
final class Beside implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration ANSWER = Duration.ofSeconds(30);

  /** The state can't be used, or a relay does not answer. */
  static final class StateException extends ReportedException {
    private static final long serialVersionUID = 1L;

    StateException(int exitCode, String message) {
      super(exitCode, message);
    }

    StateException(StoreException cause) {
      super(BAD_CONFIGURATION, cause.getMessage() + ".", cause);
    }
  }

  private final EntraRelay root;
  private final RelaySettings settings;
  private final @Nullable String holder;
  private final @Nullable Requests requests;
  private final Store store;

  private Beside(
      EntraRelay root,
      RelaySettings settings,
      @Nullable String holder,
      @Nullable Requests requests,
      Store store) {
    this.root = root;
    this.settings = settings;
    this.holder = holder;
    this.requests = requests;
    this.store = store;
  }

  /**
   * @throws StateException where there is no state yet, or it can't be read
   */
  static Beside of(EntraRelay root) {
    RelaySettings settings = SettingsReader.read(root.config(), System.getenv(), Map.of());
    try {
      return settings.state().isShared() ? shared(root, settings) : alone(root, settings);
    } catch (StoreException e) {
      throw new StateException(e);
    }
  }

  private static Beside alone(EntraRelay root, RelaySettings settings) {
    Path file = file(root, settings.state());
    if (!Files.isRegularFile(file)) {
      throw new StateException(
          ReportedException.BAD_CONFIGURATION,
          JdbcStore.missing(file)
              + (JdbcStore.isThere(file) ? "." : ". Name the data directory with --data."));
    }
    String holder = DataDirectory.holder(root.data());
    Store store = JdbcStore.beside(file);
    return new Beside(
        root,
        settings,
        holder,
        holder == null ? null : Requests.open(file, Clock.systemUTC()),
        store);
  }

  private static Beside shared(EntraRelay root, RelaySettings settings) {
    RelaySettings.State state = settings.state();
    String url = String.valueOf(state.url());
    Requests requests = Requests.postgres(url, state.user(), state.password(), Clock.systemUTC());
    List<String> nodes = requests.nodes();
    return new Beside(
        root,
        settings,
        nodes.isEmpty() ? null : String.join(", ", nodes),
        requests,
        JdbcStore.postgres(url, state.user(), state.password(), state.lease(), Steps.NONE));
  }

  /** As {@link #of}; null where nothing was collected yet. */
  static @Nullable Beside ifThere(EntraRelay root) {
    RelaySettings.State state =
        SettingsReader.read(root.config(), System.getenv(), Map.of()).state();
    return state.isShared() || JdbcStore.isThere(file(root, state)) ? of(root) : null;
  }

  private static Path file(EntraRelay root, RelaySettings.State state) {
    String url = state.url();
    return url == null
        ? root.data().resolve("state/relay.db")
        : Path.of(url.substring("jdbc:sqlite:".length()));
  }

  /** Who works with the state; null where nobody does. */
  @Nullable String holder() {
    return holder;
  }

  /** To be read only; users alone may be changed in it, since no relay keeps them in mind. */
  Store store() {
    return store;
  }

  RelaySettings settings() {
    return settings;
  }

  /** Asks the relay that runs; null where none does, or none answers. */
  @Nullable JsonNode ask(String command, String arguments, Duration atMost) {
    return ask(command, arguments, null, atMost);
  }

  /**
   * As {@link #ask(String, String, Duration)}.
   *
   * @param shard whose holder is to answer; null for any process
   */
  @Nullable JsonNode ask(
      String command, String arguments, @Nullable Integer shard, Duration atMost) {
    if (requests == null || holder == null) {
      return null;
    }
    String answer = requests.await(requests.ask(command, arguments, shard), atMost);
    try {
      return answer == null ? null : JSON.readTree(answer);
    } catch (JsonProcessingException e) {
      throw new StateException(
          ReportedException.DEGRADED,
          holder + " gave an answer that can't be read. Check with the version that runs.");
    }
  }

  /**
   * Has a change carried out, see {@link StateChanges}.
   *
   * @throws StateException where it could not be
   */
  JsonNode change(String name, Map<String, Object> arguments) {
    JsonNode answer;
    try {
      String text = JSON.writeValueAsString(arguments);
      answer = holder == null ? directly(name, text) : ask(name, text, ANSWER);
    } catch (JsonProcessingException impossible) {
      throw new IllegalStateException("maps and text have a JSON form", impossible);
    } catch (StoreException e) {
      throw new StateException(e);
    }
    return answered(answer);
  }

  /**
   * Has the relay that works for a shard do something now.
   *
   * @throws StateException where none runs, none answers, or it could not
   */
  JsonNode act(String command, String arguments, int shard) {
    if (holder == null) {
      throw new StateException(
          ReportedException.BAD_CONFIGURATION,
          "No relay runs on " + root.data() + ". Start one: entra-relay run.");
    }
    try {
      return answered(ask(command, arguments, shard, ANSWER));
    } catch (StoreException e) {
      throw new StateException(e);
    }
  }

  private JsonNode answered(@Nullable JsonNode answer) {
    if (answer == null) {
      throw new StateException(
          ReportedException.DEGRADED,
          holder
              + " does not answer within "
              + ANSWER.toSeconds()
              + " s. It may still do what was asked: see its log, then look, and ask again.");
    }
    if (answer.has("error")) {
      throw new StateException(ReportedException.BAD_CONFIGURATION, answer.get("error").asText());
    }
    return answer;
  }

  private JsonNode directly(String name, String arguments) {
    boolean shared = settings.state().isShared();
    try (DataDirectory held = shared ? null : DataDirectory.borrow(root.data(), name)) {
      return JSON.valueToTree(
          new StateChanges(
                  store,
                  settings,
                  () -> Mappings.compile(root.routes().resolve("mappings"), settings.forms()),
                  shard -> {},
                  Clock.systemUTC())
              .carryOut(name, arguments));
    }
  }

  @Override
  public void close() {
    store.close();
    if (requests != null) {
      requests.close();
    }
  }
}
