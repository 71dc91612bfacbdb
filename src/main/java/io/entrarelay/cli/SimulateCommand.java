package io.entrarelay.cli;

import io.entrarelay.config.ReportedException;
import io.entrarelay.simulator.ReplicationLag;
import io.entrarelay.simulator.Simulator;
import io.entrarelay.simulator.SimulatorOptions;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code simulate}: Graph and the token endpoint alone, until it is interrupted. */
@Command(
    name = "simulate",
    description = {
      "Simulate Microsoft Graph and its token endpoint.",
      "Tenants whose people sign in as time passes, on a loopback port, https with a certificate"
          + " authority of its own. Writes a configuration that collects from it under"
          + " DIR/simulator, prints the command for it, and runs until it is interrupted."
    },
    footer = {
      "  entra-relay simulate",
      "  entra-relay simulate --tenants 20 --records 100000 --rate 5 --faults 3 --compress 60",
      "  entra-relay simulate --replay recorded/ --throttle off",
      "  entra-relay simulate --unconsented 3 --replication-lag 5s"
    },
    footerHeading = "%nExamples:%n")
final class SimulateCommand implements Callable<Integer> {

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec spec;

  @ParentCommand
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private EntraRelay root;

  @Option(
      names = "--port",
      defaultValue = "18443",
      description = "Port on the loopback address, 0 for a free one (default: ${DEFAULT-VALUE}).")
  private int port;

  @Option(
      names = "--tenants",
      defaultValue = "1",
      description = "How many tenants there are (default: ${DEFAULT-VALUE}).")
  private int tenants;

  @Option(
      names = "--records",
      defaultValue = "10000",
      description =
          "Past records of each tenant and report at the start (default: ${DEFAULT-VALUE}).")
  private long records;

  @Option(
      names = "--seed",
      defaultValue = "1",
      description = "What all names, times, contents and faults follow from (default: 1).")
  private long seed;

  @Option(
      names = "--faults",
      paramLabel = "LEVEL",
      defaultValue = "0",
      description = "How hostile the answers are, 0 to 3, or worst (default: ${DEFAULT-VALUE}).")
  private String faults = "0";

  @Option(
      names = "--rate",
      paramLabel = "PER-SECOND",
      defaultValue = "1",
      description =
          "Records per second that come into being in each tenant and report (default:"
              + " ${DEFAULT-VALUE}).")
  private double rate;

  @Option(
      names = "--span",
      paramLabel = "DURATION",
      defaultValue = "24h",
      description =
          "Over which time the past records are spread, such as 90s, 30m, 24h, 7d (default:"
              + " ${DEFAULT-VALUE}).")
  private String span = "24h";

  @Option(
      names = "--late",
      paramLabel = "SHARE",
      defaultValue = "0.05",
      description =
          "Share of records that are shown late, by 1 s to 2 h (default: ${DEFAULT-VALUE}).")
  private double late;

  @Option(
      names = "--revised",
      paramLabel = "SHARE",
      defaultValue = "0.05",
      description =
          "Share of records whose content changes within 2 h (default: ${DEFAULT-VALUE}).")
  private double revised;

  @Option(
      names = "--compress",
      paramLabel = "FACTOR",
      defaultValue = "1",
      description =
          "What the delays of late and revised records are divided by (default:"
              + " ${DEFAULT-VALUE}).")
  private double compress;

  @Option(
      names = "--throttle",
      paramLabel = "on|off",
      defaultValue = "on",
      description = "Whether Graph's request limits are held (default: ${DEFAULT-VALUE}).")
  private String throttle = "on";

  @Option(
      names = "--prerendered",
      description =
          "Render all pages before the start is over, for benchmarks; without live, late or revised"
              + " records.")
  private boolean prerendered;

  @Option(
      names = "--replay",
      paramLabel = "DIR",
      description = "Serve the records in DIR/*.ndjson, the newest as of now.")
  private @Nullable Path replay;

  @Option(
      names = "--unconsented",
      paramLabel = "TENANTS",
      defaultValue = "0",
      description =
          "How many further tenants there are that have not consented to the shared application"
              + " (default: ${DEFAULT-VALUE}).")
  private int unconsented;

  @Option(
      names = "--redirect-uri",
      paramLabel = "URI",
      description =
          "Where the sign-in and consent pages may lead back to, exactly; may be given again. http"
              + " to localhost is taken with any port.")
  private List<String> redirectUris = List.of();

  @Option(
      names = "--replication-lag",
      paramLabel = "TIME",
      defaultValue = "0s",
      description =
          "How long a consent takes to be known, such as 5s for each stage, or 5s,0s,10s,500ms for:"
              + " unknown, intermittent, without roles, refused (default: ${DEFAULT-VALUE}).")
  private String replicationLag = "0s";

  @Option(
      names = "--http",
      description = "Plain http; only the demo and tests can collect from it.")
  private boolean http;

  @Override
  public Integer call() throws InterruptedException {
    SimulatorOptions options;
    try {
      options = options();
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
    }
    Path config = root.data().resolve("simulator");
    PrintWriter out = spec.commandLine().getOut();
    try (Simulator simulator = Simulator.start(options)) {
      write(simulator, config);
      announce(simulator, config, out);
      Stop stop = Stop.onSignal();
      try {
        stop.await();
      } finally {
        stop.done();
      }
      return 0;
    } catch (IllegalArgumentException | UncheckedIOException e) {
      throw new SimulateException(String.valueOf(e.getMessage()), e);
    }
  }

  /** The simulator can't start as it was asked to. */
  private static final class SimulateException extends ReportedException {
    private static final long serialVersionUID = 1L;

    SimulateException(String message, Throwable cause) {
      super(BAD_CONFIGURATION, message, cause);
    }
  }

  private SimulatorOptions options() {
    return SimulatorOptions.builder()
        .scheme(http ? "http" : "https")
        .port(port)
        .tenants(tenants)
        .records(records)
        .seed(seed)
        .faults(faults())
        .rate(prerendered || replay != null ? 0 : rate)
        .late(prerendered ? 0 : late)
        .revised(prerendered ? 0 : revised)
        .span(duration(span))
        .compress(compress)
        .throttle(throttle())
        .prerendered(prerendered)
        .replay(replay)
        .unconsented(unconsented)
        .redirectUris(redirectUris)
        .replicationLag(ReplicationLag.parse(replicationLag))
        .build();
  }

  private int faults() {
    if (faults.equals("worst")) {
      return 3;
    }
    if (!faults.matches("[0-3]")) {
      throw new IllegalArgumentException("--faults is 0, 1, 2, 3 or worst, not " + faults + ".");
    }
    return Integer.parseInt(faults);
  }

  private boolean throttle() {
    return switch (throttle) {
      case "on" -> true;
      case "off" -> false;
      default ->
          throw new IllegalArgumentException("--throttle is on or off, not " + throttle + ".");
    };
  }

  private static Duration duration(String text) {
    String upper = text.toUpperCase(Locale.ROOT);
    try {
      return Duration.parse(upper.endsWith("D") ? "P" + upper : "PT" + upper);
    } catch (DateTimeParseException e) {
      throw new IllegalArgumentException(
          "--span is a time such as 90s, 30m, 24h or 7d, not " + text + ".", e);
    }
  }

  private static void write(Simulator simulator, Path config) {
    try {
      simulator.writeConfig(config);
    } catch (IOException e) {
      throw new UncheckedIOException(
          "The simulator can't write its configuration to "
              + config
              + ": "
              + e.getMessage()
              + ". Choose another place with --data.",
          e);
    }
  }

  private void announce(Simulator simulator, Path config, PrintWriter out) {
    out.println("Simulating Microsoft Graph and its token endpoint at " + simulator.base());
    if (simulator.caCertificate() != null) {
      out.println("Certificate authority: " + config.resolve("integrations/ca.pem"));
    }
    out.println("What a client should get:  " + simulator.base() + "/simulator/summary");
    if (unconsented > 0) {
      out.println(
          "Without consent: "
              + unconsented
              + (unconsented == 1 ? " tenant" : " tenants")
              + "; the shared application is "
              + simulator.application().clientId()
              + ",");
      out.println("  its certificate and key are in " + config.resolve("application"));
      out.println("Consent, and take it back, by hand: " + simulator.base() + "/simulator/consent");
    }
    out.println("Collect from it in another terminal:");
    out.println("  entra-relay run --config " + config + " --data " + config.resolve("data"));
    out.println("Stop with Ctrl+C.");
    out.flush();
  }
}
