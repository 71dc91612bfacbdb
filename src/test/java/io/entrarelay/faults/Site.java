package io.entrarelay.faults;

import io.entrarelay.collect.Collector.Scope;
import io.entrarelay.config.SettingsReader;
import io.entrarelay.relay.Relay;
import io.entrarelay.relay.RelayOptions;
import io.entrarelay.relay.RelayProcess;
import io.entrarelay.simulator.Simulator;
import io.entrarelay.simulator.SimulatorOptions;
import io.entrarelay.state.Postgres;
import io.entrarelay.state.Steps;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A simulator, a relay beside it with its directories, and the receivers of its sinks. */
final class Site implements AutoCloseable {
  /** Slices of a second, swept for 8 s: what the simulator shows late or revised lies within. */
  static final Duration HORIZON = Duration.ofSeconds(9);

  /** By when a running relay has read a slice for the last time: it waits for neighbours. */
  private static final Duration SWEPT = Duration.ofSeconds(8 + 4 + 2);

  private static final String CAMEL_NAME = "camel.main.name";
  private static final AtomicInteger STARTED = new AtomicInteger();

  private final Simulator simulator;
  private final Path config;
  private final Path data;
  private Path routes = Path.of("routes");
  private final Map<String, String> settings;
  private final Map<Receiver, Received> receivers = new LinkedHashMap<>();
  private final String log;
  private Duration swept = SWEPT;
  private @Nullable Relay relay;
  private @Nullable RelayProcess process;
  private volatile Steps steps = Steps.NONE;
  private Clock clock = Clock.systemUTC();

  /**
   * Starts a simulator and writes the configuration; no relay runs yet.
   *
   * @param name of the log under {@code target/}
   * @param settings by their keys, besides the usual ones of these tests
   */
  Site(String name, Path directory, SimulatorOptions options, Map<String, String> settings)
      throws IOException {
    this.log = name;
    this.simulator = Simulator.start(options);
    this.config = directory.resolve("config");
    this.data = directory.resolve("data");
    this.settings = new TreeMap<>(usual());
    this.settings.putAll(settings);
    simulator.writeConfig(config);
    with(new FilesReceiver(data.resolve("out")));
    with(OutboxReceiver.sqlite(data.resolve("state/relay.db")));
  }

  /** Late by up to 3 s, revised by up to 3 s: within the horizon. */
  static SimulatorOptions.Builder graph() {
    return SimulatorOptions.builder()
        .scheme("https")
        .records(150)
        .span(Duration.ofSeconds(50))
        .rate(5)
        .late(0.1)
        .revised(0.1)
        .compress(2_400)
        .pageServed(20)
        .limit(40)
        .appLimit(4_000)
        .limitWindow(Duration.ofSeconds(1));
  }

  private static Map<String, String> usual() {
    Map<String, String> usual = new HashMap<>();
    usual.put("relay.collect.every", "1s");
    usual.put("relay.collect.slice", "1s");
    usual.put("relay.collect.sweeps", "0s,1s,2s,4s,8s");
    usual.put("relay.collect.backfill", "3m");
    usual.put("relay.collect.remember", "1h");
    usual.put("relay.graph.budget", "40/1s");
    usual.put("relay.forms", "vendor"); // the far ends read it
    usual.put("relay.sinks.files.roll-every", "500ms");
    usual.put("relay.outbox.retention", "6h"); // so that it can be counted
    return usual;
  }

  /** Another sink's far end. */
  Site with(Receiver receiver) {
    receivers.put(receiver, new Received());
    return this;
  }

  Simulator simulator() {
    return simulator;
  }

  Path config() {
    return config;
  }

  Path data() {
    return data;
  }

  /** The directory of what the sink {@code files} has delivered. */
  Path out() {
    return data.resolve("out");
  }

  Relay relay() {
    return Objects.requireNonNull(relay, "no relay runs in this process");
  }

  RelayProcess process() {
    return Objects.requireNonNull(process, "no relay runs in a process of its own");
  }

  Path log() {
    return Path.of("target", log + ".log");
  }

  /** Told at each step of a commit of the relay in this process. */
  void steps(Steps value) {
    steps = value;
  }

  /** The clock of the relay in this process; the simulator's is the system's. */
  void clock(Clock value) {
    clock = value;
  }

  void set(String key, String value) {
    settings.put(key, value);
  }

  /** The state is kept there instead of in a file: more than one relay may work with it. */
  Site state(Postgres.Database database, Duration lease) {
    set("relay.state.lease", lease.toSeconds() + "s");
    set("relay.state.url", database.url());
    set("relay.state.user", database.user());
    set("relay.state.password", database.password());
    set("relay.sinks.files.directory", out().toString()); // of all of them
    receivers.keySet().removeIf(each -> each instanceof OutboxReceiver);
    return with(new OutboxReceiver(database::connect));
  }

  /** The routes that the next start takes. */
  void routes(Path value) {
    routes = value;
  }

  /** As it is shipped: no setting but the outbox's retention, which is needed to count it. */
  Site asShipped() {
    settings.keySet().removeIf(key -> !key.equals("relay.outbox.retention"));
    return this;
  }

  /** Starts the relay in this process, as {@code run} does. */
  Site start() {
    // relays in one process would share what Quartz keeps by the Camel context's name
    synchronized (Site.class) {
      System.setProperty(CAMEL_NAME, "relay-" + STARTED.incrementAndGet());
      try {
        relay = Relay.start(options(data));
      } finally {
        System.clearProperty(CAMEL_NAME);
      }
    }
    return this;
  }

  RelayOptions options(Path directory) {
    return new RelayOptions(
        "test",
        SettingsReader.read(config, Map.of(), new HashMap<>(settings)),
        config,
        directory,
        routes,
        Scope.RUN,
        false,
        clock,
        step -> steps.reached(step));
  }

  /** Starts the relay in a process of its own, where it can be killed. */
  Site startProcess(String... command) throws IOException {
    process = another(log(), command);
    return this;
  }

  /** Another process on the same directories. */
  RelayProcess another(Path output, String... command) throws IOException {
    return process(data, output, command);
  }

  /** A process with a data directory of its own. */
  RelayProcess node(String name) throws IOException {
    Path output = Path.of("target", log + "-" + name + ".log");
    Files.deleteIfExists(output);
    return process(data.resolveSibling(name), output);
  }

  private RelayProcess process(Path home, Path output, String... command) throws IOException {
    Map<String, String> environment = new HashMap<>();
    settings.forEach(
        (key, value) ->
            environment.put(
                key.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_'), value));
    Files.createDirectories(output.toAbsolutePath().getParent());
    return RelayProcess.start(
        routes,
        config,
        home,
        environment,
        output,
        command.length == 0 ? new String[] {"run"} : command);
  }

  /** Stops what runs, as an operator does. */
  void stop() throws InterruptedException {
    if (relay != null) {
      relay.close();
      relay = null;
    }
    if (process != null) {
      process.stop();
      process = null;
    }
  }

  void kill() throws InterruptedException {
    process().kill();
    process = null;
  }

  /** A row of the table about all tenants. */
  Row row(String number, String fault) {
    return row(number, fault, simulator.tenants().stream().map(it -> it.tenantId()).toList());
  }

  Row row(String number, String fault, List<String> tenantIds) {
    return new Row(this, number, fault, tenantIds);
  }

  /** How long after a moment all sweeps of what was shown by then are over. */
  Duration swept() {
    return swept;
  }

  void swept(Duration value) {
    swept = value;
  }

  /** What the relay in this process says is wrong. */
  List<String> problems() {
    Relay running = relay;
    if (running == null) {
      return List.of();
    }
    List<String> problems = new ArrayList<>();
    running.outbox().workers().values().stream()
        .filter(worker -> worker.problem() != null)
        .forEach(worker -> problems.add(worker.sink() + ": " + worker.problem()));
    running.feeds().stream()
        .filter(feed -> feed.problem() != null)
        .forEach(feed -> problems.add(feed + ": " + feed.problem()));
    return problems;
  }

  /** What each sink has delivered by now. */
  synchronized Map<String, Received> received() {
    Map<String, Received> received = new LinkedHashMap<>();
    receivers.forEach(
        (receiver, into) -> {
          try {
            receiver.receive(into);
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
          received.put(receiver.sink(), into);
        });
    return received;
  }

  /** The files of the log and of other sinks stay for whoever looks for a cause. */
  @Override
  public void close() throws IOException {
    try {
      if (relay != null) {
        relay.close();
      }
      if (process != null) {
        process.kill();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      receivers.keySet().forEach(Receiver::close);
      simulator.close();
    }
  }
}
