package io.entrarelay.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.entrarelay.collect.Collector.Scope;
import io.entrarelay.collect.Feed;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParentCommand;

/**
 * Loads what a start loads, from the command line to a finished file, and ends: for {@code
 * bin/entra-relay}, which keeps the loaded classes for the next start.
 */
@Command(name = "warm-up", hidden = true, description = "Load what a start loads, and end.")
final class WarmUpCommand implements Callable<Integer> {
  private static final Duration LONGEST = Duration.ofSeconds(20);

  @ParentCommand
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private EntraRelay root;

  @Override
  public Integer call() throws IOException, InterruptedException {
    Path data = Files.createTempDirectory("entra-relay-");
    try (Demo demo = Demo.start(data, root.routes(), System.getenv(), 1, Scope.RUN)) {
      long end = System.nanoTime() + LONGEST.toNanos();
      while (demo.relay().feeds().stream().mapToLong(Feed::lastRead).min().orElse(0) == 0
          && System.nanoTime() < end) {
        demo.relay().collector().awaitTurn(Duration.ofMillis(100));
      }
      if (demo.settings().console().enabled()) {
        warmUp(demo);
      }
      demo.relay().collector().stop();
      demo.relay().deliver(LONGEST);
      return 0;
    } finally {
      try (Stream<Path> files = Files.walk(data)) {
        files.sorted(Comparator.reverseOrder()).map(Path::toFile).forEach(File::delete);
      }
    }
  }

  /** Serves the console once. */
  private static void warmUp(Demo demo) throws IOException, InterruptedException {
    PrintStream nobody = new PrintStream(OutputStream.nullOutputStream(), false, UTF_8);
    try (ServedConsole served = ServedConsole.start(demo.relay(), demo.settings(), nobody)) {
      served.console().url().resolve("/sign-in").toURL().openStream().close();
    }
  }
}
