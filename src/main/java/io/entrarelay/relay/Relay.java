package io.entrarelay.relay;

import io.entrarelay.collect.Budget;
import io.entrarelay.collect.Collector;
import io.entrarelay.collect.Feed;
import io.entrarelay.collect.Pages;
import io.entrarelay.collect.RequestLimit;
import io.entrarelay.collect.SeenMinutes;
import io.entrarelay.collect.Turn;
import io.entrarelay.config.Integration;
import io.entrarelay.config.IntegrationDirectory;
import io.entrarelay.config.IntegrationReader;
import io.entrarelay.config.RelaySettings;
import io.entrarelay.credential.CredentialException;
import io.entrarelay.credential.CredentialReader;
import io.entrarelay.credential.Secrets;
import io.entrarelay.flow.Connections;
import io.entrarelay.graph.AdministratorSignIn;
import io.entrarelay.graph.GraphHttpClientConfigurer;
import io.entrarelay.graph.Trust;
import io.entrarelay.graph.TrustException;
import io.entrarelay.onboard.Checkup;
import io.entrarelay.onboard.IntegrationChanges;
import io.entrarelay.onboard.IntegrationCheck.Line;
import io.entrarelay.onboard.KeptIntegrations;
import io.entrarelay.onboard.Licences;
import io.entrarelay.plan.Schedule;
import io.entrarelay.record.PageMemory;
import io.entrarelay.record.Report;
import io.entrarelay.routes.Finding;
import io.entrarelay.routes.RoutesException;
import io.entrarelay.sink.FileRetention;
import io.entrarelay.sink.Outbox;
import io.entrarelay.sink.OutboxLimit;
import io.entrarelay.state.Allowance;
import io.entrarelay.state.DataDirectory;
import io.entrarelay.state.JdbcStore;
import io.entrarelay.state.Lease;
import io.entrarelay.state.Membership;
import io.entrarelay.state.Requests;
import io.entrarelay.state.Steps;
import io.entrarelay.state.Store;
import io.entrarelay.state.StoreException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A running relay: state, collector, routes and sinks, started in order and stopped in reverse. */
public final class Relay implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Relay.class);
  private static final int WORKERS = 64;
  private static final int TOKEN_THREADS = 16;
  private static final Duration RETENTION = Duration.ofDays(30);
  private static final Duration LOOK = Duration.ofSeconds(1);

  private final RelaySettings settings;
  private final Path data;
  private final Deque<AutoCloseable> parts = new ArrayDeque<>();
  private final Store store;
  private final Collector collector;
  private final Secrets secrets;
  private final Connections connections;
  private final Outbox outbox;
  private final OutboxLimit limit;
  private final Routes routes;
  private final IntegrationDirectory integrations;
  private final IntegrationChanges changes;
  private final @Nullable AdministratorSignIn administrators;
  private final Roster roster;
  private final Requests requests;
  private final Standings standings;
  private final StateChanges stateChanges;
  private final Shards shards;
  private final Budget budget;

  private final Map<String, Report> reports;
  private final ExecutorService workers;
  private final ExecutorService tokens;
  private final ScheduledExecutorService timer;
  private final ScheduledExecutorService beats;

  private Relay(RelayOptions options) {
    this.settings = options.settings();
    this.data = options.data();
    boolean started = false;
    // beside opening the state, where it costs next to nothing
    CompletableFuture<List<Finding>> audit =
        CompletableFuture.supplyAsync(
            () -> RoutesAudit.of(options.routes(), options.config(), settings).quick());
    try {
      Clock clock = options.clock();
      DataDirectory data = with(DataDirectory.take(options.data(), options.purpose()));
      store = with(store(data, options.steps()));
      workers = Executors.newFixedThreadPool(WORKERS, new Named("collect"));
      timer = Executors.newScheduledThreadPool(2, new Named("timer"));
      // a node that can't say that it lives, or that its leases are over, must not wait for others
      beats = Executors.newScheduledThreadPool(2, new Named("lease"));
      shards = with(new Shards(store, settings.state(), new ShardWork()));
      outbox = new Outbox(store, shards::areSure, clock, options.steps());
      limit = new OutboxLimit(settings.outbox().limit(), store, outbox);
      long heap = Runtime.getRuntime().maxMemory();
      Pages pages =
          new Pages(
              store,
              new SeenMinutes(store, heap / 16),
              clock,
              settings.collect().revisions() == RelaySettings.Revisions.EMIT,
              outbox::grown);
      budget = budget();
      collector =
          new Collector(
              store,
              pages,
              budget,
              schedule(),
              settings.collect().backfill(),
              options.scope(),
              this::work,
              this::after,
              clock,
              this::read,
              shards::areSure);
      collector.waitWhile(limit::isFull);
      Trust trust = new Trust(settings.graph().caCertificate());
      GraphHttpClientConfigurer http =
          with(new GraphHttpClientConfigurer(trust, Connections.proxy(settings.graph())));
      http.sendOnlyWhile(shards::areSure);
      // of their own: workers wait for tokens, so tokens must not wait for workers
      tokens = Executors.newFixedThreadPool(TOKEN_THREADS, new Named("token"));
      secrets = KeptIntegrations.secrets(settings, options.data());
      connections = with(new Connections(trust, http, tokens, secrets, clock));
      List<Finding> findings = audit.join();
      if (!findings.isEmpty()) {
        throw new RoutesException(findings);
      }
      routes =
          with(
              Routes.start(
                  options,
                  collector,
                  pages,
                  connections,
                  http,
                  outbox,
                  new PageMemory(heap / 5),
                  store.hashSeed()));
      outbox.keepFor(settings.outbox().retention());
      reports = routes.reports();
      IntegrationReader reader = new IntegrationReader(reports.keySet(), options.demo());
      integrations =
          new IntegrationDirectory(
              options.config().resolve("integrations"),
              reader,
              new KeptIntegrations(store.storedIntegrations(), reader, settings.application()));
      administrators = administrators(http, clock);
      changes =
          new IntegrationChanges(
              store.storedIntegrations(),
              integrations::integrations,
              reports,
              reader,
              settings.application(),
              secrets,
              this::look,
              clock);
      roster =
          new Roster(
              integrations,
              store.integrations(),
              shards::held,
              collector,
              connections,
              budget,
              reports,
              name -> routes.mappings().hindrance(settings.forms(), name),
              clock);
      standings =
          new Standings(
              store.integrations(),
              roster,
              collector,
              new Provisioning(
                  connections,
                  collector,
                  (cloud, token) -> Licences.ask(http, cloud, token),
                  this::work,
                  clock),
              options.scope() == Collector.Scope.RUN,
              settings.collect().every().multipliedBy(2),
              clock);
      requests = with(requests(data, clock));
      FigureWatch figures = new FigureWatch(store.integrations(), roster, collector, clock);
      stateChanges = new StateChanges(store, settings, routes::mappings, outbox::grown, clock);
      LiveState live =
          new LiveState(
              requests,
              () -> shards.held().keySet(),
              collector,
              roster,
              outbox,
              limit,
              store.deadLetters(),
              stateChanges,
              figures,
              clock);
      timer.scheduleWithFixedDelay(
          quietly(live::answer), LOOK.toMillis(), LOOK.toMillis(), TimeUnit.MILLISECONDS);
      shards.start(beats, timer, budget::allowances, options.scope() != Collector.Scope.RUN);
      outbox.complete();
      limit.look(); // before the first request: it may be full since the last time
      look();
      timer.scheduleWithFixedDelay(
          quietly(this::look), LOOK.toMillis(), LOOK.toMillis(), TimeUnit.MILLISECONDS);
      timer.scheduleWithFixedDelay(
          quietly(() -> collector.forget(settings.collect().remember())), 10, 10, TimeUnit.MINUTES);
      timer.scheduleWithFixedDelay(quietly(() -> retain(options, clock)), 1, 10, TimeUnit.MINUTES);
      timer.scheduleWithFixedDelay(quietly(outbox::trim), 1, 1, TimeUnit.MINUTES);
      timer.scheduleWithFixedDelay(
          quietly(this::watch), LOOK.toMillis(), LOOK.toMillis(), TimeUnit.MILLISECONDS);
      timer.scheduleWithFixedDelay(quietly(figures::look), 1, 5, TimeUnit.SECONDS);
      LetterWatch letters = new LetterWatch(store.deadLetters());
      timer.scheduleWithFixedDelay(quietly(letters::look), 0, 60, TimeUnit.SECONDS);
      started = true;
    } catch (TrustException e) {
      throw new StartException(String.valueOf(e.getMessage()), e);
    } catch (StoreException e) {
      throw new StartException(e.getMessage() + ".", e);
    } finally {
      if (!started) {
        close();
      }
    }
  }

  /**
   * Starts a relay; it collects from then on.
   *
   * @throws RoutesException where the routes can't run as they are
   */
  public static Relay start(RelayOptions options) {
    return new Relay(options);
  }

  private <T extends AutoCloseable> T with(T part) {
    parts.push(part);
    return part;
  }

  private @Nullable AdministratorSignIn administrators(
      GraphHttpClientConfigurer http, Clock clock) {
    RelaySettings.Application application = settings.application();
    if (application == null) {
      return null;
    }
    CredentialReader reader = new CredentialReader(clock);
    return new AdministratorSignIn(
        application.clientId(),
        application.cloud(),
        () -> {
          try {
            return reader.read(application.certificate(), application.privateKey()).credential();
          } catch (CredentialException e) {
            throw new IllegalStateException(e.getMessage(), e);
          }
        },
        http,
        clock);
  }

  private Store store(DataDirectory data, Steps steps) {
    RelaySettings.State state = settings.state();
    String url = state.url();
    if (url == null) {
      return JdbcStore.sqlite(data.database(), steps);
    }
    return state.isShared()
        ? JdbcStore.postgres(url, state.user(), state.password(), state.lease(), steps)
        : JdbcStore.sqlite(sqlite(url), steps);
  }

  private Requests requests(DataDirectory data, Clock clock) {
    RelaySettings.State state = settings.state();
    String url = state.url();
    return url != null && state.isShared()
        ? Requests.postgres(url, state.user(), state.password(), clock)
        : Requests.open(url == null ? data.database() : sqlite(url), clock);
  }

  private static Path sqlite(String url) {
    return Path.of(url.substring("jdbc:sqlite:".length()));
  }

  private Schedule schedule() {
    RelaySettings.Collect collect = settings.collect();
    return new Schedule(collect.every(), collect.slice(), collect.sweeps(), RETENTION);
  }

  private Budget budget() {
    RelaySettings.Budget limit = settings.graph().budget();
    return new Budget(
        limit == null ? null : new RequestLimit(limit.requests(), limit.per()),
        settings.state().isShared(),
        () -> System.nanoTime() / 1_000_000,
        (at, task) ->
            after(Duration.ofMillis(Math.max(0, at - System.nanoTime() / 1_000_000)), task));
  }

  private void work(Runnable task) {
    try {
      workers.execute(task);
    } catch (RejectedExecutionException e) {
      LOG.debug("stopping: nothing more is read");
    }
  }

  private void after(Duration delay, Runnable task) {
    try {
      timer.schedule(quietly(task), delay.toMillis() + 1, TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException e) {
      LOG.debug("stopping: nothing more is planned");
    }
  }

  /** A task that fails must not end the timer it runs on. */
  static Runnable quietly(Runnable task) {
    return () -> {
      try {
        task.run();
      } catch (Throwable e) { // an error, too, would end it silently
        LOG.error("a timed task failed: {}", e.toString(), e);
      }
    };
  }

  private void read(Turn turn) {
    routes.poll(turn);
  }

  private void retain(RelayOptions options, Clock clock) {
    RelaySettings.Files files = settings.sinks().files();
    Duration retain = files.retain();
    if (retain != null) {
      try {
        FileRetention.sweep(
            options.data().toAbsolutePath().resolve(files.directory()), retain, clock.instant());
      } catch (IOException e) {
        LOG.error("files older than relay.sinks.files.retain can't be removed: {}", e.toString());
      }
    }
  }

  /** Looks after the outbox. */
  private void watch() {
    outbox.look();
    limit.look();
  }

  /** Takes up what was added, changed or removed; the relay looks by itself every second. */
  public void look() {
    roster.look();
    standings.look();
  }

  /** What this process does with the shards that it works for. */
  private final class ShardWork implements Membership.Work {
    @Override
    public Set<String> sinks() {
      return outbox.sinks();
    }

    @Override
    public void wasAway(Duration time) {
      for (Allowance allowance : budget.allowances()) {
        if (time.compareTo(allowance.kept()) >= 0) {
          allowance.lose();
        }
      }
    }

    @Override
    public void begin(Lease lease) {
      outbox.begin(lease);
      roster.begin(lease);
    }

    @Override
    public CompletableFuture<Void> end(int shard, boolean inOrder) {
      roster.end(shard);
      return outbox.end(shard, inOrder);
    }
  }

  /**
   * Asks whichever process works with the store, as other commands do, and waits for the answer.
   *
   * @param shard whose holder is to answer; null for any process
   * @return null when none came in this time
   * @throws StoreException where it can't be asked for
   */
  public @Nullable String ask(
      String command, String arguments, @Nullable Integer shard, Duration atMost) {
    return requests.await(requests.ask(command, arguments, shard), atMost);
  }

  /**
   * Lets the sinks finish what was collected, due or not.
   *
   * @return whether all of it has left within the time
   */
  public boolean deliver(Duration atMost) throws InterruptedException {
    long end = System.nanoTime() + atMost.toNanos();
    while (System.nanoTime() < end) {
      outbox.finishAll();
      if (outbox.awaitDelivered(Duration.ofMillis(200))) {
        return true;
      }
    }
    return false;
  }

  public Collector collector() {
    return collector;
  }

  public List<Feed> feeds() {
    return collector.feeds();
  }

  public Outbox outbox() {
    return outbox;
  }

  /**
   * Probes an integration and the sinks, beside what runs.
   *
   * @param lines told each line as it is known
   * @throws TrustException where the settings name authorities that can't be read
   */
  public void check(Integration integration, Consumer<Line> lines) throws TrustException {
    try (Checkup checkup = new Checkup(settings, data, reports(), Clock.systemUTC())) {
      checkup.integration(integration, lines);
      checkup.sinks(lines);
    }
  }

  /** What people change in the state, carried out here. */
  public StateChanges stateChanges() {
    return stateChanges;
  }

  /** How full the outbox is. */
  public OutboxLimit outboxLimit() {
    return limit;
  }

  public Store store() {
    return store;
  }

  /** What is wrong with the files of integrations. */
  public IntegrationDirectory integrations() {
    return integrations;
  }

  /** Adds, changes and removes integrations that are in no file. */
  public IntegrationChanges integrationChanges() {
    return changes;
  }

  /** Proves who has consented to the shared application; null where there is none. */
  public @Nullable AdministratorSignIn administrators() {
    return administrators;
  }

  /** The reports that the routes declare, by name. */
  public Map<String, Report> reports() {
    return new TreeMap<>(reports);
  }

  /** Ends reading, lets the sinks finish what they have taken, and gives the directory back. */
  @Override
  public void close() {
    if (collector != null) {
      collector.stop();
    }
    if (beats != null) {
      beats.shutdownNow();
    }
    if (timer != null) {
      timer.shutdownNow();
    }
    if (workers != null) {
      workers.shutdown();
      try {
        if (!workers.awaitTermination(10, TimeUnit.SECONDS)) {
          workers.shutdownNow();
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        workers.shutdownNow();
      }
    }
    if (tokens != null) {
      tokens.shutdownNow();
    }
    while (!parts.isEmpty()) {
      try {
        parts.pop().close();
      } catch (Exception e) {
        LOG.error("while stopping: {}", e.toString());
      }
    }
  }
}
