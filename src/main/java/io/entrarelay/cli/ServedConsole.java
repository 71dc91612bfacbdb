package io.entrarelay.cli;

import io.entrarelay.collect.Feed;
import io.entrarelay.config.RelaySettings;
import io.entrarelay.console.Console;
import io.entrarelay.console.ConsoleParts;
import io.entrarelay.relay.Relay;
import java.io.PrintStream;
import java.time.Duration;

/** The console beside a relay that has begun to collect. */
final class ServedConsole implements AutoCloseable {
  /** So long collecting goes first: both want the processor at a start. */
  private static final Duration COLLECTING_FIRST = Duration.ofSeconds(5);

  private final Console console;

  private ServedConsole(Console console) {
    this.console = console;
  }

  /** Starts it when the first page was taken, or nothing is to be read. */
  static ServedConsole start(Relay relay, RelaySettings settings, PrintStream out)
      throws InterruptedException {
    long end = System.nanoTime() + COLLECTING_FIRST.toNanos();
    while (!relay.feeds().isEmpty()
        && relay.feeds().stream().mapToLong(Feed::lastRead).max().orElse(0) == 0
        && System.nanoTime() < end) {
      relay.collector().awaitTurn(Duration.ofMillis(100));
    }
    ServedConsole served = new ServedConsole(Console.start(ConsoleParts.of(relay, settings), out));
    out.println("The console is at " + served.console.url() + "/");
    return served;
  }

  Console console() {
    return console;
  }

  @Override
  public void close() {
    console.close();
  }
}
