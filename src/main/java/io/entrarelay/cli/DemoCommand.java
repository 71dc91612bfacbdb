package io.entrarelay.cli;

import io.entrarelay.collect.Collector.Scope;
import io.entrarelay.relay.Relay;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** Collects a simulated tenant in compressed time: hours of lateness pass in seconds. */
@Command(
    name = "demo",
    description = {
      "Collect a simulated tenant: no account, no network.",
      "People sign in while you watch; some records are shown late and some are revised, in"
          + " compressed time. The files fill under DIR/out/, in every form or those of RELAY_FORMS,"
          + " and the console shows it."
    },
    footer = {
      "  entra-relay demo           until Ctrl-C",
      "  entra-relay demo --once    a few seconds, to the last late record; exit code 0 if none is lost"
    },
    footerHeading = "%nExamples:%n")
final class DemoCommand implements Callable<Integer> {
  @ParentCommand
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private EntraRelay root;

  @Option(
      names = "--once",
      description =
          "Leave when the last late record was delivered, and hold the files against what the"
              + " simulator has shown.")
  private boolean once;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "What the tenant's people and records follow from; default: by chance.")
  private long seed = System.nanoTime();

  @Override
  public Integer call() throws IOException, InterruptedException {
    Path files = root.data().resolve("out");
    Stop stop = Stop.onSignal();
    Scope scope = once ? Scope.ALL_DUE : Scope.RUN;
    try (Demo demo = Demo.start(root.data(), root.routes(), System.getenv(), seed, scope)) {
      boolean delivered =
          once ? new DemoOnce(demo, files, stop).isProven() : isDelivered(demo, stop);
      System.out.println(
          (delivered ? "Delivered to " : "Not all was delivered to ")
              + files.toAbsolutePath().normalize());
      return delivered ? 0 : 3;
    } finally {
      stop.done();
    }
  }

  private static boolean isDelivered(Demo demo, Stop stop) throws InterruptedException {
    Relay relay = demo.relay();
    LiveSummary live = new LiveSummary(System.out);
    boolean served = demo.settings().console().enabled();
    try (ServedConsole console =
        served ? ServedConsole.start(relay, demo.settings(), System.out) : null) {
      while (!stop.await(Duration.ofSeconds(1))) {
        live.show(relay.feeds(), System.currentTimeMillis());
      }
    }
    relay.collector().stop();
    boolean delivered = relay.deliver(Duration.ofSeconds(10));
    live.end(relay.feeds(), System.currentTimeMillis());
    return delivered;
  }
}
