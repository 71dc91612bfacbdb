package io.entrarelay.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.entrarelay.credential.CredentialReader;
import io.entrarelay.relay.RoutesFolder;
import io.entrarelay.simulator.EnterpriseApplication;
import io.entrarelay.simulator.SimulatedTenant;
import io.entrarelay.simulator.Simulator;
import io.entrarelay.simulator.SimulatorOptions;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * README's steps for a real tenant: its very commands, in their order, in one shell, as someone new
 * types them. The simulator is the tenant, and a stand-in for {@code az} does there what its
 * commands do at Microsoft.
 */
@Timeout(value = 240, threadMode = ThreadMode.SEPARATE_THREAD) // a pipe is read
class FirstStepsIT {
  /** A block in a step: commands, or a file where a language is named. */
  private static final Pattern BLOCK = Pattern.compile("(?ms)^ {3}```(\\w*)\\n(.*?)^ {3}```$");

  private static final Pattern ID_OF_A_ROLE = Pattern.compile("([0-9a-f-]{36})=Role");

  /** Five minutes, without those that a person and the build take. */
  private static final Duration ALLOWED = Duration.ofMinutes(2);

  @TempDir
  @SuppressWarnings("NullAway.Init") // JUnit sets it
  private Path work;

  /** The commands, and the one before them that builds. */
  private static List<String> commands() throws IOException {
    String readme = Files.readString(Path.of("README.md"));
    int begin = readme.indexOf("## A real tenant in five steps");
    String steps = readme.substring(begin, readme.indexOf("\n### ", begin));
    return Stream.concat(
            Stream.of("mvn -q -DskipTests package"),
            BLOCK
                .matcher(steps)
                .results()
                .filter(block -> block.group(1).isEmpty())
                .flatMap(block -> block.group(2).replaceAll("\\\\\\n *", "").lines())
                .map(String::strip))
        .toList();
  }

  @Test
  void fewerThanTenCommandsLeadToTheFirstRecordInAFile() throws Exception {
    List<String> commands = commands();
    assertThat(commands).hasSize(9).endsWith("bin/entra-relay run");
    SimulatorOptions options =
        SimulatorOptions.builder().scheme("https").records(60).rate(5).build();
    try (Simulator simulator = Simulator.start(options)) {
      SimulatedTenant tenant = simulator.tenants().get(0);
      EnterpriseApplication application = simulator.enterpriseApplication(tenant.tenantId());
      application.delete();
      Path authority =
          Files.writeString(work.resolve("ca.pem"), String.valueOf(simulator.caCertificate()));
      long begun = System.nanoTime();
      try (Shell shell = new Shell(work, tenant.clientId())) {
        for (String command : commands.subList(1, commands.size() - 1)) {
          String typed = command.replace("TENANT_ID", tenant.tenantId());
          if (typed.startsWith("bin/entra-relay integration add")) {
            typed += // what is Microsoft's own in README
                " --cloud custom --authority %s --graph %1$s --ca-certificate %s"
                    .formatted(simulator.base(), authority);
          }
          assertThat(shell.run(typed)).as("%s%n%s", typed, shell.said()).isZero();
          if (command.contains("create-for-rbac")) {
            String given = shell.asked().replaceFirst("(?s).*--cert @(\\S+).*", "$1");
            simulator.registerCertificate(
                tenant.tenantId(),
                CredentialReader.certificates(Files.readString(work.resolve(given))).get(0));
          } else if (command.contains("permission add")) {
            assertThat(ID_OF_A_ROLE.matcher(shell.asked()).results().map(found -> found.group(1)))
                .as("AuditLog.Read.All and Directory.Read.All")
                .containsExactly(
                    "b0afded3-3588-46d8-8b3d-9842eff778da", "7ab1d382-f21e-4acd-a863-ba3e13f7da61");
          } else if (command.contains("admin-consent")) {
            application.consent();
          }
        }
        assertThat(shell.said()).as("what check has said").contains("ok", "signIns");
        shell.type("RELAY_CONSOLE_PORT=0 " + commands.get(commands.size() - 1) + " >run.log 2>&1");
        await()
            .atMost(ALLOWED)
            .pollInterval(Duration.ofMillis(50))
            .until(() -> hasRecord(work.resolve("data/out/vendor")));
      }
      Duration took = Duration.ofNanos(System.nanoTime() - begun);
      System.out.printf(
          "README's steps: %d commands, the build among them; from the second to the first record"
              + " in a file %d ms%n",
          commands.size(), took.toMillis());
      assertThat(took).isLessThan(ALLOWED);
    }
  }

  /** Whether a line is complete in any file, rolled or not. */
  private static boolean hasRecord(Path forms) {
    if (!Files.isDirectory(forms)) {
      return false;
    }
    try (Stream<Path> files = Files.walk(forms)) {
      for (Path file : (Iterable<Path>) files.filter(Files::isRegularFile)::iterator) {
        if (Files.readString(file).contains("}\n")) {
          return true;
        }
      }
      return false;
    } catch (IOException | UncheckedIOException e) {
      return false; // a file got its final name meanwhile
    }
  }

  /** A shell in a folder that looks like a checkout. */
  private static final class Shell implements AutoCloseable {
    private static final Pattern DONE = Pattern.compile("^done with (\\d+)$");

    private final Path asked;
    private final Process process;
    private final BufferedReader output;
    private final Writer input;
    private String said = "";

    Shell(Path work, String clientId) throws IOException {
      RoutesFolder.copy(work);
      asked = work.resolve("asked");
      Path tools = work.resolve("tools");
      script(
          tools.resolve("az"),
          """
          printf '%%s\\n' "$*" >'%s'
          case "$*" in 'ad sp create-for-rbac '*) echo %s ;; esac
          """
              .formatted(asked, clientId));
      script(
          work.resolve("bin/entra-relay"),
          "exec '%s' \"$@\"\n".formatted(Path.of("bin/entra-relay").toAbsolutePath()));
      ProcessBuilder builder = new ProcessBuilder("bash").directory(work.toFile());
      builder.environment().keySet().removeIf(name -> name.startsWith("RELAY_"));
      builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
      builder.environment().merge("PATH", tools.toString(), (path, first) -> first + ":" + path);
      process = builder.redirectErrorStream(true).start();
      output = process.inputReader(UTF_8);
      input = process.outputWriter(UTF_8);
    }

    private static void script(Path file, String text) throws IOException {
      Files.createDirectories(file.getParent());
      Files.writeString(file, "#!/bin/sh\n" + text);
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    void type(String command) throws IOException {
      input.write(command + "\n");
      input.flush();
    }

    /** Runs a command to its end: its exit code. */
    int run(String command) throws IOException {
      type(command + " </dev/null");
      type("code=$?; echo; echo done with $code");
      StringBuilder lines = new StringBuilder();
      String line;
      while ((line = output.readLine()) != null) {
        Matcher done = DONE.matcher(line);
        if (done.matches()) {
          said = lines.toString();
          return Integer.parseInt(done.group(1));
        }
        lines.append(line).append('\n');
      }
      throw new AssertionError("The shell has ended: " + lines);
    }

    /** What the last command has printed. */
    String said() {
      return said;
    }

    /** What {@code az} was asked for last. */
    String asked() throws IOException {
      return Files.readString(asked);
    }

    @Override
    public void close() throws InterruptedException {
      List<ProcessHandle> started = process.descendants().toList();
      process.destroyForcibly().waitFor();
      started.forEach(ProcessHandle::destroyForcibly);
      started.forEach(each -> each.onExit().join()); // it writes into the folder no more
    }
  }
}
