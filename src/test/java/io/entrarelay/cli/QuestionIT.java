package io.entrarelay.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.io.Reader;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.io.TempDir;

/** What commands ask the person at a terminal: one that {@code script} makes for them. */
@Timeout(value = 120, threadMode = ThreadMode.SEPARATE_THREAD) // a pipe is read
class QuestionIT {
  private static final String TENANT = "7f3f5d6c-3a5b-4c59-9a44-6d1f6f7f0a01";
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final String CLIENT = "c0ffee00-1111-4222-8333-944455556666";

  @TempDir
  @SuppressWarnings("NullAway.Init") // JUnit sets it
  private Path folder;

  @BeforeAll
  static void scriptIsThere() {
    boolean there =
        Stream.of(System.getenv("PATH").split(File.pathSeparator))
            .anyMatch(directory -> new File(directory, "script").canExecute());
    String missing = "no script: apt-get install bsdutils, and this test runs as well";
    assertThat(there || !"true".equals(System.getenv("CI"))).as(missing).isTrue();
    assumeTrue(there, missing);
  }

  private Path integrations() {
    return folder.resolve("config/integrations");
  }

  private Terminal terminal(String command) throws IOException {
    return new Terminal(
        Path.of("bin/entra-relay").toAbsolutePath()
            + " "
            + command
            + " --config config --data data --routes "
            + Path.of("routes").toAbsolutePath(),
        folder);
  }

  private void makeCertificate() throws Exception {
    try (Terminal terminal = terminal("certificate new contoso")) {
      assertThat(terminal.end()).as(terminal.shown()).isZero();
    }
  }

  @Test
  void whatWasNotGivenIsAskedForAndNothingChosenIsWhatStandsInBrackets() throws Exception {
    makeCertificate();
    try (Terminal terminal = terminal("integration add contoso --client-id " + CLIENT)) {
      terminal.answer("Directory (tenant) ID: ", TENANT);
      terminal.answer("Name for people [contoso]: ", "Contoso Ltd");
      terminal.answer("Cloud: global, us-gov, us-gov-dod, china [global]: ", "");
      terminal.answer("Reports, by commas [signIns,directoryAudits]: ", "signIns , provisioning");
      assertThat(terminal.end()).as(terminal.shown()).isZero();
      assertThat(terminal.shown()).doesNotContain("Application (client) ID");
    }
    assertThat(integrations().resolve("contoso.yaml"))
        .hasContent(
            """
            display-name: Contoso Ltd
            tenant-id: 7f3f5d6c-3a5b-4c59-9a44-6d1f6f7f0a01
            client-id: c0ffee00-1111-4222-8333-944455556666
            cloud: global
            credential:
              certificate: contoso/certificate.pem
              private-key: contoso/key.pem
            reports:
            - signIns
            - provisioning
            """);
  }

  @Test
  void whatIsStillMissingAndWhatIsWrongIsNamed() throws Exception {
    makeCertificate();
    try (Terminal terminal = terminal("integration add contoso --cloud global --display-name C")) {
      terminal.answer("Directory (tenant) ID: ", "contoso.example");
      terminal.answer("Application (client) ID: ", CLIENT);
      terminal.answer("Reports, by commas [signIns,directoryAudits]: ", "");
      assertThat(terminal.end()).isEqualTo(2);
      assertThat(terminal.shown()).contains("tenant-id", "is not a GUID");
    }
    try (Terminal terminal = terminal("integration add contoso --cloud global --display-name C")) {
      terminal.answer("Directory (tenant) ID: ", "");
      terminal.answer("Application (client) ID: ", CLIENT);
      terminal.answer("Reports, by commas [signIns,directoryAudits]: ", "");
      assertThat(terminal.end()).isEqualTo(2);
      assertThat(terminal.shown()).contains("--tenant-id is missing");
    }
    assertThat(integrations().resolve("contoso.yaml")).doesNotExist();
  }

  @Test
  void nothingIsRemovedUnlessThePersonSaysYes() throws Exception {
    Path file = Files.createDirectories(integrations()).resolve("contoso.yaml");
    Files.writeString(file, "tenant-id: " + TENANT + "\nclient-id: " + CLIENT + "\n");
    try (Terminal terminal = terminal("integration remove contoso")) {
      terminal.answer("? [y/N]: ", "");
      assertThat(terminal.end()).isEqualTo(2);
      assertThat(terminal.shown()).contains("Nothing was removed");
    }
    assertThat(file).exists();
    try (Terminal terminal = terminal("integration remove contoso")) {
      terminal.answer("? [y/N]: ", "yes");
      assertThat(terminal.end()).as(terminal.shown()).isZero();
    }
    assertThat(file).doesNotExist();
  }

  /** A command at a terminal of its own. */
  private static final class Terminal implements AutoCloseable {
    private final Process process;
    private final Reader output;
    private final Writer input;
    private final StringBuilder shown = new StringBuilder();
    private int answered;

    Terminal(String command, Path folder) throws IOException {
      ProcessBuilder builder =
          new ProcessBuilder(List.of("script", "-qec", command, "/dev/null"))
              .directory(folder.toFile());
      builder.environment().keySet().removeIf(name -> name.startsWith("RELAY_"));
      builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
      process = builder.redirectErrorStream(true).start();
      output = process.inputReader(UTF_8);
      input = process.outputWriter(UTF_8);
    }

    /** Waits for a question, then types a line. */
    void answer(String question, String text) throws IOException {
      await(question)
          .atMost(PATIENCE)
          .pollInterval(Duration.ofMillis(20))
          .until(() -> read().indexOf(question, answered) >= 0);
      answered = shown.length();
      input.write(text + "\n");
      input.flush();
    }

    /** What is on the screen by now. */
    private StringBuilder read() throws IOException {
      while (output.ready()) {
        shown.append((char) output.read());
      }
      return shown;
    }

    /** Waits until the command has ended: its exit code. */
    int end() throws IOException, InterruptedException {
      int next;
      while ((next = output.read()) != -1) {
        shown.append((char) next);
      }
      return process.waitFor();
    }

    String shown() {
      return shown.toString();
    }

    @Override
    public void close() throws InterruptedException {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly().waitFor();
    }
  }
}
