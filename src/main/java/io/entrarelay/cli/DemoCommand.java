package io.entrarelay.cli;

import io.entrarelay.collect.Feed;
import io.entrarelay.relay.Relay;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
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
          + " compressed time. The files fill under DIR/out/vendor/."
    },
    footer = {
      "  entra-relay demo           until Ctrl-C",
      "  entra-relay demo --once    until a late and a revised record were delivered"
    },
    footerHeading = "%nExamples:%n")
final class DemoCommand implements Callable<Integer> {
  private static final Duration LONGEST = Duration.ofMinutes(2);

  @ParentCommand
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private EntraRelay root;

  @Option(
      names = "--once",
      description =
          "Leave when each report was read and a late and a revised record were delivered.")
  private boolean once;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "What the tenant's people and records follow from; default: by chance.")
  private long seed = System.nanoTime();

  @Override
  public Integer call() throws IOException, InterruptedException {
    try (Demo demo = Demo.start(root.data(), root.routes(), seed)) {
      return watch(demo.relay());
    }
  }

  private int watch(Relay relay) throws InterruptedException {
    LiveSummary live = new LiveSummary(System.out);
    long end = System.nanoTime() + LONGEST.toNanos();
    Stop stop = Stop.onSignal();
    while (!(once && isEnough(relay))) {
      if (once && System.nanoTime() > end) {
        System.err.println(
            "No late and no revised record came within " + LONGEST.toSeconds() + " s.");
        stop.done();
        return 3;
      }
      if (stop.await(Duration.ofMillis(once ? 200 : 1_000))) {
        break;
      }
      live.show(relay.feeds(), System.currentTimeMillis());
    }
    relay.collector().stop();
    boolean delivered = relay.deliver(Duration.ofSeconds(10));
    live.end(relay.feeds(), System.currentTimeMillis());
    System.out.println(
        (delivered ? "Delivered to " : "Not all was delivered to ")
            + root.data().resolve("out").toAbsolutePath().normalize());
    stop.done();
    return delivered ? 0 : 3;
  }

  private static boolean isEnough(Relay relay) {
    List<Summary.Line> lines = Summary.of(relay.feeds(), System.currentTimeMillis());
    return !lines.isEmpty()
        && relay.feeds().stream().allMatch(feed -> feed.lastRead() > 0)
        && relay.feeds().stream().map(Feed::problem).allMatch(problem -> problem == null)
        && lines.stream().mapToLong(Summary.Line::late).sum() > 0
        && lines.stream().mapToLong(Summary.Line::revised).sum() > 0;
  }
}
