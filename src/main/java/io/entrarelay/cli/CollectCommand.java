package io.entrarelay.cli;

import io.entrarelay.cli.CollectResult.Read;
import io.entrarelay.collect.Collector.Scope;
import io.entrarelay.collect.Feed;
import io.entrarelay.config.DurationText;
import io.entrarelay.config.RelaySettings;
import io.entrarelay.config.SettingsReader;
import io.entrarelay.plan.Intervals;
import io.entrarelay.relay.Relay;
import io.entrarelay.relay.RelayOptions;
import io.entrarelay.state.Steps;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code collect}: all that is due now, or a span, delivered; then it leaves. */
@Command(
    name = "collect",
    description = {
      "Collect all that is due now, deliver it, and leave.",
      "What fails is tried again until it is done, --timeout is over, or someone has to act first."
          + " No port is opened."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:all was read and delivered",
      "2:wrong configuration or usage; integrations that are in order were collected",
      "3:something could not be read or delivered in time; it is named"
    },
    footer = {
      "  entra-relay collect --json",
      "  entra-relay collect --from 2026-03-01T00:00:00Z --to 2026-03-02T00:00:00Z"
    },
    footerHeading = "%nExamples:%n")
final class CollectCommand implements Callable<Integer> {
  private static final Duration LOOK = Duration.ofSeconds(1);

  /** A sink finishes what it has, also where reading took all the time. */
  private static final Duration LEAST_FOR_SINKS = Duration.ofSeconds(10);

  private static final Duration TO_END_PAGES = Duration.ofSeconds(30);

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec spec;

  @ParentCommand
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private EntraRelay root;

  @Option(
      names = "--from",
      paramLabel = "T",
      description =
          "Read the records of this time and later, again where they were read before: an ISO"
              + " 8601 time with Z or an offset, or a day (UTC).")
  private @Nullable String from;

  @Option(names = "--to", paramLabel = "T", description = "The end of --from's span; default: now.")
  private @Nullable String to;

  @Option(
      names = "--again",
      description =
          "Read a span that is older than relay.collect.remember: what was taken of it before"
              + " comes out once more.")
  private boolean again;

  @Option(
      names = "--timeout",
      paramLabel = "D",
      defaultValue = "10m",
      description = "Leave after this time at the latest; default: ${DEFAULT-VALUE}.")
  private String timeout = "10m";

  @Option(names = "--json", description = "Print one JSON object last; progress to standard error.")
  private boolean json;

  @Override
  public Integer call() throws InterruptedException {
    Instant begun = Instant.now();
    long end = System.nanoTime() + atMost().toNanos();
    RelaySettings settings = SettingsReader.read(root.config(), System.getenv(), Map.of());
    Intervals span = span(begun, settings);
    PrintWriter out = spec.commandLine().getOut();
    PrintWriter err = spec.commandLine().getErr();
    Stop stop = Stop.onSignal();
    try (Relay relay = Relay.start(options(settings, span == null ? Scope.ALL_DUE : Scope.ASKED))) {
      List<String> wrong = wrong(relay);
      Read read = span == null ? due(begun) : asked(relay, span);
      Progress progress = new Progress(json ? err : out, relay, read);
      boolean all = await(relay, read, stop, end, progress);
      relay.collector().stop(TO_END_PAGES);
      long left = Math.max(end - System.nanoTime(), LEAST_FOR_SINKS.toNanos());
      boolean delivered = relay.deliver(Duration.ofNanos(left));
      progress.end();
      CollectResult result =
          CollectResult.of(
              relay, read, wrong, all, delivered, Duration.between(begun, Instant.now()));
      wrong.forEach(err::println);
      result.trouble().forEach(err::println);
      if (json) {
        out.println(result.json());
      } else {
        result.table().forEach(out::println);
        out.println(
            (delivered ? "Delivered to " : "Not all was delivered to ")
                + root.data().resolve("out").toAbsolutePath().normalize());
      }
      return result.exitCode();
    } finally {
      stop.done();
    }
  }

  private RelayOptions options(RelaySettings settings, Scope scope) {
    return new RelayOptions(
        "collect", settings, root.config(), root.data(), root.routes(), scope, false, Steps.NONE);
  }

  private Duration atMost() {
    try {
      return DurationText.parse(timeout);
    } catch (IllegalArgumentException e) {
      throw usage("--timeout: " + timeout + " " + e.getMessage() + ". Write 90s, 10m or 2h");
    }
  }

  private ParameterException usage(String message) {
    return new ParameterException(spec.commandLine(), message);
  }

  private @Nullable Intervals span(Instant now, RelaySettings settings) {
    if (from == null) {
      if (to != null) {
        throw usage("--to needs --from");
      }
      return null;
    }
    Span span = Span.of(spec, from, to, now, settings.collect().remember(), again);
    return Intervals.of(span.from().toEpochMilli(), span.to().toEpochMilli());
  }

  /** What is wrong with the files of the integrations, or that there are none. */
  private List<String> wrong(Relay relay) {
    List<String> wrong = new ArrayList<>();
    relay.integrations().problems().forEach(problem -> wrong.add(problem.toString()));
    if (wrong.isEmpty() && relay.integrations().integrations().isEmpty()) {
      wrong.add(
          root.config().resolve("integrations")
              + ": there is no integration. Put a file there for each tenant: NAME.yaml, as its"
              + " README.md shows.");
    }
    return wrong;
  }

  private static Read due(Instant begun) {
    return feed -> feed.missing(begun.toEpochMilli());
  }

  private static Read asked(Relay relay, Intervals span) {
    Instant begins = Instant.ofEpochMilli(span.first().from());
    Instant ends = Instant.ofEpochMilli(span.last().to());
    relay.feeds().forEach(feed -> relay.collector().ask(feed, begins, ends));
    long asked = System.currentTimeMillis();
    return feed -> feed.asked(asked).within(span);
  }

  /**
   * @return whether all was read; false when the time is over, someone wants to stop, or nothing
   *     more can be read until someone acts
   */
  private static boolean await(Relay relay, Read read, Stop stop, long end, Progress progress)
      throws InterruptedException {
    while (true) {
      List<Feed> unread =
          relay.feeds().stream().filter(feed -> !read.missing(feed).isEmpty()).toList();
      if (unread.isEmpty()) {
        return true;
      }
      if (unread.stream().allMatch(CollectCommand::isBlocked)) {
        return false;
      }
      long left = (end - System.nanoTime()) / 1_000_000;
      if (left <= 0 || stop.await(Duration.ZERO)) {
        return false;
      }
      relay.collector().awaitTurn(Duration.ofMillis(Math.min(left, LOOK.toMillis())));
      progress.show();
    }
  }

  private static boolean isBlocked(Feed feed) {
    Feed.Problem problem = feed.problem();
    return problem != null && problem.blocked();
  }
}
