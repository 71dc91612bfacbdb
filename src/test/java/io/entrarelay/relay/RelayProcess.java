package io.entrarelay.relay;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The relay in a process of its own, so that it can be killed. */
public final class RelayProcess implements AutoCloseable {
  private final Process process;
  private final Path log;

  private RelayProcess(Process process, Path log) {
    this.process = process;
    this.log = log;
  }

  /**
   * Starts a command.
   *
   * @param settings as environment variables: {@code RELAY_COLLECT_EVERY}
   * @param log where its output is appended
   */
  public static RelayProcess start(
      Path config, Path data, Map<String, String> settings, Path log, String... command)
      throws IOException {
    return start(Path.of("routes"), config, data, settings, log, command);
  }

  /** Starts a command with routes of the test's own. */
  public static RelayProcess start(
      Path routes,
      Path config,
      Path data,
      Map<String, String> settings,
      Path log,
      String... command)
      throws IOException {
    List<String> line = new ArrayList<>();
    line.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    line.addAll(List.of("-XX:+UseSerialGC", "-Xmx256m", "-XX:TieredStopAtLevel=1"));
    line.addAll(program());
    line.addAll(List.of(command));
    line.addAll(List.of("--config", config.toString(), "--data", data.toString()));
    line.addAll(List.of("--routes", routes.toAbsolutePath().toString()));
    ProcessBuilder builder = new ProcessBuilder(line);
    builder.environment().keySet().removeIf(name -> name.startsWith("RELAY_"));
    // a console is for the tests that ask for one
    builder.environment().put("RELAY_CONSOLE_ENABLED", "false");
    builder.environment().putAll(settings);
    builder.redirectErrorStream(true);
    builder.redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
    return new RelayProcess(builder.start(), log);
  }

  /**
   * The jar where it is what is tested, with the class archive that a first start of {@code
   * bin/entra-relay} has made; otherwise the classes.
   */
  private static List<String> program() throws IOException {
    Path jar = Path.of("target/entra-relay.jar").toAbsolutePath();
    String classes = System.getProperty("java.class.path");
    if (!List.of(classes.split(File.pathSeparator, -1)).contains(jar.toString())) {
      return List.of("-cp", classes, "io.entrarelay.cli.EntraRelay");
    }
    List<String> program = new ArrayList<>(List.of("-Xlog:disable", "-Xlog:all=error:stderr"));
    Path archive = jar.resolveSibling("entra-relay-" + System.getProperty("java.version") + ".jsa");
    if (Files.exists(archive) && Files.size(archive) > 0) {
      program.add("-XX:SharedArchiveFile=" + archive);
    }
    program.addAll(List.of("-jar", jar.toString()));
    return program;
  }

  public long pid() {
    return process.pid();
  }

  public boolean isAlive() {
    return process.isAlive();
  }

  /** SIGKILL. */
  public void kill() throws InterruptedException {
    process.destroyForcibly();
    process.waitFor();
  }

  /** SIGSTOP: nothing of it runs until {@link #resume}. */
  public void pause() throws IOException, InterruptedException {
    signal("STOP");
  }

  /** Writes into the log what its threads are at (SIGQUIT). */
  public void printThreads() throws IOException, InterruptedException {
    signal("QUIT");
  }

  /** SIGCONT. */
  public void resume() throws IOException, InterruptedException {
    signal("CONT");
  }

  private void signal(String name) throws IOException, InterruptedException {
    Process kill = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start();
    if (kill.waitFor() != 0) {
      throw new AssertionError("no SIG" + name + " for process " + process.pid());
    }
  }

  /** SIGTERM, and the exit code. */
  public int stop() throws InterruptedException {
    process.destroy();
    return waitFor(60);
  }

  /** The exit code; fails where the process is still there after so many seconds. */
  public int waitFor(int seconds) throws InterruptedException {
    if (!process.waitFor(seconds, TimeUnit.SECONDS)) {
      kill();
      throw new AssertionError("the relay did not end within " + seconds + " s, see " + log);
    }
    return process.exitValue();
  }

  @Override
  public void close() throws InterruptedException {
    kill();
  }
}
