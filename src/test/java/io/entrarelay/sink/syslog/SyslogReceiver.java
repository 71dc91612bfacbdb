package io.entrarelay.sink.syslog;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.entrarelay.FreePort;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;

/**
 * A syslog receiver in a process of its own, on a free port of the loopback interface that it keeps
 * over restarts. It appends each message as a line of JSON to a file. What it is told by its
 * configuration, its state and its output lie in one directory.
 */
public abstract class SyslogReceiver implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration START = Duration.ofSeconds(30);

  /** How messages get to a receiver. */
  public enum Transport {
    TCP,
    TLS,
    UDP
  }

  /**
   * The files of a receiver's side of TLS; it asks for a client certificate of the same authority.
   */
  public record Tls(Path authority, Path certificate, Path privateKey) {}

  protected final Path directory;
  protected final Transport transport;
  protected final @Nullable Tls tls;
  private final int port;
  private @Nullable Process process;

  protected SyslogReceiver(Path directory, Transport transport, @Nullable Tls tls)
      throws IOException {
    this.directory = Files.createDirectories(directory);
    this.transport = transport;
    this.tls = tls;
    this.port = FreePort.find();
  }

  /**
   * The program's path. Without it the test is skipped; not where {@code CI=true} is set, since it
   * must run there.
   */
  protected static String program(String name, String packages) {
    Stream<Path> path =
        Stream.of((System.getenv("PATH") + ":/usr/sbin:/sbin").split(File.pathSeparator))
            .map(each -> Path.of(each).resolve(name));
    String found = path.filter(Files::isExecutable).findFirst().map(Path::toString).orElse(null);
    String missing =
        "there is no "
            + name
            + ": install the packages "
            + packages
            + ", or let .ci/receivers unpack them";
    if (found == null && "true".equals(System.getenv("CI"))) {
      throw new AssertionError(missing);
    }
    Assumptions.assumeTrue(found != null, missing);
    return String.valueOf(found);
  }

  /** Writes the configuration and gives the command that starts the program with it. */
  protected abstract List<String> command() throws IOException;

  /** A line of the output. */
  protected abstract Received received(JsonNode line);

  public int port() {
    return port;
  }

  /** Starts it and waits until it listens. */
  public void start() throws IOException {
    Path log = directory.resolve("log");
    Process started =
        new ProcessBuilder(command())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
            .start();
    process = started;
    Awaitility.await()
        .atMost(START)
        .pollInterval(Duration.ofMillis(20))
        .until(
            () -> {
              if (!started.isAlive()) {
                throw new AssertionError("the receiver ended: " + Files.readString(log));
              }
              return listens();
            });
  }

  /** By TCP: with UDP it listens there as well, so that a test knows when it does. */
  private boolean listens() {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1000);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  public boolean isRunning() {
    return process != null && process.isAlive();
  }

  /** The process that runs. */
  public Process process() {
    if (process == null) {
      throw new IllegalStateException("not started");
    }
    return process;
  }

  /** SIGTERM, and waits for its end. */
  public void stop() throws InterruptedException {
    if (process != null) {
      process.destroy();
      if (!process.waitFor(60, TimeUnit.SECONDS)) {
        kill();
        throw new AssertionError("the receiver did not end within 60 s of SIGTERM");
      }
    }
  }

  /** SIGKILL, and waits for its end. */
  public void kill() throws InterruptedException {
    if (process != null) {
      process.destroyForcibly().waitFor();
    }
  }

  /** The file that it appends to. */
  public Path output() {
    return directory.resolve("received.json");
  }

  /** What it has written so far; a line that it is writing is left out. */
  public List<Received> messages() {
    List<Received> messages = new ArrayList<>();
    try {
      if (Files.exists(output())) {
        byte[] bytes = Files.readAllBytes(output());
        for (int start = 0, at = 0; at < bytes.length; at++) {
          if (bytes[at] == '\n') {
            messages.add(received(JSON.readTree(new String(bytes, start, at - start, UTF_8))));
            start = at + 1;
          }
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return messages;
  }

  /** How many lines it has written. */
  public long count() {
    try {
      if (!Files.exists(output())) {
        return 0;
      }
      try (Stream<String> lines =
          Files.lines(output(), java.nio.charset.StandardCharsets.ISO_8859_1)) {
        return lines.count();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What it said of itself. */
  public String log() throws IOException {
    return Files.readString(directory.resolve("log"));
  }

  /** A text without the byte order mark before it. */
  protected static String withoutMark(String text) {
    return text.startsWith("\uFEFF") ? text.substring(1) : text;
  }

  @Override
  public void close() throws InterruptedException {
    kill();
  }
}
