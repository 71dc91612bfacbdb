package io.entrarelay.console;

import static org.awaitility.Awaitility.await;

import io.entrarelay.config.Role;
import io.entrarelay.relay.RelayProcess;
import io.entrarelay.state.JdbcStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * {@code demo} in a process of its own with its console, and in it a viewer {@code vera} and an
 * operator {@code olaf}, with {@link OpenConsole#PASSWORD}.
 *
 * @param url of its console, without a slash at its end
 * @param password of {@code admin}, as it was printed
 */
record ServedDemo(RelayProcess process, Path state, String url, String password)
    implements AutoCloseable {

  static ServedDemo start(Path work) throws IOException, InterruptedException {
    Path log = work.resolve("log");
    RelayProcess process =
        RelayProcess.start(
            work,
            work.resolve("data"),
            Map.of("RELAY_CONSOLE_ENABLED", "true", "RELAY_CONSOLE_PORT", "0"),
            log,
            "demo");
    try {
      String url = said(log, "The console is at (\\S+)/\\s");
      String password = said(log, "password ([a-z0-9-]{29}) ");
      Path state = work.resolve("data/state/relay.db");
      try (JdbcStore store = JdbcStore.beside(state)) {
        store.users().add("vera", Role.VIEWER, OpenConsole.HASH, "test");
        store.users().add("olaf", Role.OPERATOR, OpenConsole.HASH, "test");
      }
      return new ServedDemo(process, state, url, password);
    } catch (RuntimeException | Error e) {
      process.close(); // nobody else knows it
      throw e;
    }
  }

  private static String said(Path log, String what) {
    Pattern pattern = Pattern.compile(what);
    return await()
        .atMost(Chromium.PATIENCE)
        .pollInterval(Duration.ofMillis(100))
        .until(
            () -> {
              Matcher matcher = pattern.matcher(Files.readString(log));
              return matcher.find() ? matcher.group(1) : "";
            },
            found -> !found.isEmpty());
  }

  @Override
  public void close() throws InterruptedException {
    process.close();
  }
}
