package io.entrarelay.console;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.entrarelay.config.Integration;
import io.entrarelay.config.IntegrationReader;
import io.entrarelay.config.RelaySettings;
import io.entrarelay.config.RelaySettings.Application;
import io.entrarelay.config.Role;
import io.entrarelay.config.SettingsReader;
import io.entrarelay.credential.CredentialException;
import io.entrarelay.credential.CredentialReader;
import io.entrarelay.credential.CredentialSource.PemFiles;
import io.entrarelay.graph.AdministratorSignIn;
import io.entrarelay.graph.Cloud;
import io.entrarelay.graph.GraphHttpClientConfigurer;
import io.entrarelay.graph.Trust;
import io.entrarelay.graph.TrustException;
import io.entrarelay.mapping.Mappings;
import io.entrarelay.onboard.IntegrationChanges;
import io.entrarelay.onboard.KeptIntegrations;
import io.entrarelay.onboard.Sources;
import io.entrarelay.record.Report;
import io.entrarelay.record.Reports;
import io.entrarelay.relay.StateChanges;
import io.entrarelay.state.JdbcStore;
import io.entrarelay.state.Steps;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** A console on any port, with users of each role, beside no relay. */
final class OpenConsole implements AutoCloseable {
  static final String PASSWORD = "correct-horse-battery";

  /** Made once: it takes its time. */
  static final String HASH = Passwords.hash(PASSWORD);

  final JdbcStore store;
  final List<Integration> integrations = new ArrayList<>();

  /** What a relay was asked to do. */
  final List<String> asked = new ArrayList<>();

  /** What it answers; null for nothing. */
  final AtomicReference<@Nullable String> answer = new AtomicReference<>("{}");

  /** What a check does. */
  volatile CheckActions.Probes probes = (integration, lines) -> {};

  /** Why sinks stand still. */
  final Map<String, String> sinkProblems = new HashMap<>();

  final ConsoleParts parts;
  final String said;
  private final Console console;

  private final KeptIntegrations kept;

  private final @Nullable GraphHttpClientConfigurer http;

  private OpenConsole(
      Path directory,
      JdbcStore store,
      RelaySettings settings,
      InstantSource clock,
      @Nullable Application application) {
    this.store = store;
    IntegrationReader reader =
        new IntegrationReader(
            Set.of("signIns", "directoryAudits", "riskDetections"), application != null);
    this.kept = new KeptIntegrations(store.storedIntegrations(), reader, application);
    this.http = application == null ? null : http();
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    this.parts =
        new ConsoleParts(
            settings,
            this::connected,
            List::of,
            reports(),
            () -> {},
            new IntegrationChanges(
                store.storedIntegrations(),
                this::connected,
                Map.of("signIns", Reports.signIns()),
                reader,
                application,
                KeptIntegrations.secrets(settings, directory),
                () -> {},
                Clock.systemUTC()),
            http == null || application == null ? null : administrators(http, application),
            store,
            new StateChanges(
                store,
                settings,
                () -> Mappings.compile(Path.of("routes/mappings"), settings.forms()),
                shard -> {},
                clock),
            () -> Map.copyOf(sinkProblems),
            (integration, lines) -> probes.run(integration, lines),
            (command, arguments, shard, atMost) -> {
              asked.add(command + " " + arguments);
              return answer.get();
            },
            clock);
    this.console = Console.start(parts, new PrintStream(out, true, UTF_8));
    this.said = out.toString(UTF_8);
  }

  private static Map<String, Report> reports() {
    Map<String, Report> reports = Sources.reports(Path.of("routes"));
    reports.keySet().retainAll(Set.of("signIns", "directoryAudits", "riskDetections"));
    return reports;
  }

  static OpenConsole open(Path directory, Map<String, String> settings, InstantSource clock) {
    return open(directory, settings, clock, null);
  }

  /**
   * @param application the one that tenants consent to
   */
  static OpenConsole open(
      Path directory,
      Map<String, String> settings,
      InstantSource clock,
      @Nullable Application application) {
    Map<String, String> environment = new HashMap<>(settings);
    environment.putIfAbsent("RELAY_CONSOLE_PORT", "0");
    try {
      Files.createDirectories(directory.resolve("state"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new OpenConsole(
        directory,
        JdbcStore.sqlite(directory.resolve("relay.db"), Steps.NONE),
        SettingsReader.read(directory, environment, Map.of()),
        clock,
        application);
  }

  private static GraphHttpClientConfigurer http() {
    try {
      return new GraphHttpClientConfigurer(new Trust(null), null);
    } catch (TrustException e) {
      throw new IllegalStateException(e);
    }
  }

  private static AdministratorSignIn administrators(
      GraphHttpClientConfigurer http, Application application) {
    return new AdministratorSignIn(
        application.clientId(),
        application.cloud(),
        () -> {
          try {
            return new CredentialReader(Clock.systemUTC())
                .read(application.certificate(), application.privateKey())
                .credential();
          } catch (CredentialException e) {
            throw new IllegalStateException(e.getMessage(), e);
          }
        },
        http,
        Clock.systemUTC());
  }

  /** Those that a test has put there, and those that the store keeps. */
  private List<Integration> connected() {
    List<Integration> all = new ArrayList<>(integrations);
    all.addAll(kept.look(problem -> {}));
    return all;
  }

  URI url() {
    return console.url();
  }

  int port() {
    return console.port();
  }

  Visitor visitor() {
    return new Visitor(url());
  }

  /** Someone signed in with the role, under its name. */
  Visitor visitor(Role role) {
    store.users().add(role.text(), role, HASH, "test");
    Visitor visitor = visitor();
    visitor.signIn(role.text(), PASSWORD);
    visitor.get("/integrations");
    return visitor;
  }

  void integrations(int count) {
    for (int i = 0; i < count; i++) {
      integrations.add(
          new Integration(
              String.format("tenant-%04d", i),
              i == 7 ? "<script>alert(1)</script>" : "Tenant number " + i,
              String.format("7f3f5d6c-3a5b-4c59-9a44-%012d", i),
              "c0ffee00-1111-4222-8333-944455556666",
              Cloud.named("global").orElseThrow(),
              new PemFiles(Path.of("none.pem"), Path.of("none.pem")),
              null,
              List.of("signIns"),
              null));
    }
  }

  @Override
  public void close() {
    console.close();
    if (http != null) {
      http.close();
    }
    store.close();
  }
}
