package io.entrarelay.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.entrarelay.config.ConfigurationException;
import io.entrarelay.config.Problem;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

@NullUnmarked
class EntraRelayTest {
  @TempDir Path data;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private final Run run = new Run();

  /** Stands for any command. */
  @Command(name = "run")
  static class Run implements Callable<Integer> {
    @ParentCommand EntraRelay global;

    @Option(names = "--json")
    boolean json;

    Exception failure;

    @Override
    public Integer call() throws Exception {
      if (failure != null) {
        throw failure;
      }
      return 3;
    }
  }

  private int execute(String... arguments) {
    CommandLine commandLine = EntraRelay.commandLine();
    commandLine.getCommandSpec().removeSubcommand("run");
    return commandLine
        .addSubcommand(run)
        .setParameterExceptionHandler(Errors::wrongUsage)
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(arguments);
  }

  @AfterEach
  void quietAgain() {
    System.getProperties().keySet().removeIf(key -> key.toString().startsWith("entra-relay.log."));
  }

  @Test
  void withoutACommandItRuns() {
    assertThat(execute("--config", "/etc/relay")).isEqualTo(3);
    assertThat(run.global.config()).isEqualTo(Path.of("/etc/relay"));
    assertThat(run.global.data()).isEqualTo(Path.of("data"));
    assertThat(run.global.routes()).isEqualTo(Path.of("routes"));
  }

  @Test
  void optionsOfAllCommandsStandBeforeOrAfterTheName() {
    execute("--config", "a", "--data", "b", "run", "--routes", "c");
    assertThat(run.global.config()).isEqualTo(Path.of("a"));
    assertThat(run.global.data()).isEqualTo(Path.of("b"));
    assertThat(run.global.routes()).isEqualTo(Path.of("c"));
    assertThat(run.global.verbose()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"-v run", "run -v", "run --verbose", "--verbose"})
  void verboseLogsMore(String arguments) {
    execute(arguments.split(" "));
    assertThat(run.global.verbose()).isTrue();
    assertThat(System.getProperty("entra-relay.log.own")).isEqualTo("DEBUG");
  }

  @Test
  void theHelpHasExamplesAndExitCodes() {
    assertThat(execute("--help")).isZero();
    assertThat(out.toString())
        .contains("Usage: entra-relay", "Examples:", "Exit codes:", "3   done, but something");
    assertThat(execute("run", "--help")).isZero();
    assertThat(out.toString()).contains("Usage: entra-relay run", "--config=DIR");
  }

  @Test
  void theVersionComesFromTheManifest() {
    assertThat(execute("--version")).isZero();
    assertThat(out.toString()).startsWith("entra-relay (not from a jar)\nJava ");
  }

  @Test
  void aMisspeltCommandIsRefusedWithTheOneThatWasMeant() {
    assertThat(execute("runn")).isEqualTo(2);
    assertThat(err.toString())
        .startsWith("Unmatched argument at index 0: 'runn'.\n")
        .contains("Did you mean")
        .endsWith("See entra-relay --help\n");
  }

  @Test
  void aMisspeltOptionIsRefused() {
    assertThat(execute("run", "--jsn")).isEqualTo(2);
    assertThat(err.toString())
        .startsWith("Unknown option: '--jsn'.\n")
        .contains("--json")
        .endsWith("See entra-relay run --help\n");
  }

  @Test
  void reportedErrorsHaveTheirMessageAndExitCode() {
    run.failure =
        new ConfigurationException(
            List.of(
                new Problem("b.yaml", 2, "cloud", "is not known", "Did you mean global?"),
                new Problem("a.yaml", 0, "", "is empty", "Write it")));
    assertThat(execute("run")).isEqualTo(2);
    assertThat(err)
        .hasToString(
            "a.yaml: is empty. Write it.\nb.yaml:2: cloud: is not known. Did you mean global?\n");
  }

  @Test
  void anUnexpectedErrorIsOneLineAndItsStackTraceInAFile() throws IOException {
    run.failure = new IllegalStateException("no such thing\nand more");
    assertThat(execute("run", "--data", data.toString())).isEqualTo(1);

    Path file;
    try (var files = Files.list(data)) {
      file = files.findFirst().orElseThrow();
    }
    assertThat(err)
        .hasToString(
            "Unexpected IllegalStateException: no such thing. Its stack trace is in "
                + file
                + "\n");
    assertThat(file).content().contains("at io.entrarelay.cli.EntraRelayTest");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
  }

  @Test
  void verboseShowsTheStackTrace() {
    run.failure = new IllegalStateException("no such thing");
    assertThat(execute("run", "-v", "--data", data.toString())).isEqualTo(1);
    assertThat(err.toString())
        .startsWith("Unexpected IllegalStateException: no such thing.\n")
        .contains("at io.entrarelay.cli.EntraRelayTest");
    assertThat(data).isEmptyDirectory();
  }

  @Test
  void everyCommandHasExamples() {
    for (CommandLine command : EntraRelay.commandLine().getSubcommands().values()) {
      assertThat(command.getUsageMessage(CommandLine.Help.Ansi.OFF))
          .as(command.getCommandName())
          .containsOnlyOnce("Examples:");
    }
  }

  @Test
  void withoutAPlaceForTheStackTraceItSaysHowToSeeIt() {
    run.failure = new IllegalStateException("no such thing");
    String before = System.setProperty("java.io.tmpdir", data.resolve("none").toString());
    try {
      assertThat(execute("run", "--data", data.resolve("none").toString())).isEqualTo(1);
    } finally {
      System.setProperty("java.io.tmpdir", before);
    }
    assertThat(err)
        .hasToString(
            "Unexpected IllegalStateException: no such thing. --verbose shows its stack trace\n");
  }
}
