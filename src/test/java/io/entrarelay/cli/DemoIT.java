package io.entrarelay.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The README's first command, after the build: {@code java -jar … demo --once}. */
@Tag("alone")
class DemoIT {
  private static final Duration ALLOWED = Duration.ofSeconds(30);

  @SuppressWarnings("NullAway.Init") // JUnit sets it
  @TempDir
  Path work;

  @Test
  @Timeout(120)
  void onceEndsWellInHalfAMinuteAndShowsWhatArrived() throws IOException, InterruptedException {
    Path jar = Path.of("target/entra-relay.jar");
    assumeTrue(Files.isRegularFile(jar), "the jar is built before");
    Path out = work.resolve("out.txt");
    long begun = System.nanoTime();
    Process demo =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-jar",
                jar.toString(),
                "demo",
                "--once",
                "--data",
                work.resolve("data").toString())
            .redirectError(work.resolve("err.txt").toFile())
            .redirectOutput(out.toFile())
            .start();
    try {
      assertThat(demo.waitFor(100, TimeUnit.SECONDS)).isTrue();
    } finally {
      demo.destroyForcibly();
    }
    Duration took = Duration.ofNanos(System.nanoTime() - begun);
    String text = Files.readString(out);
    System.out.println("demo --once took " + took.toMillis() + " ms and ends with\n" + text);
    assertThat(demo.exitValue()).as(Files.readString(work.resolve("err.txt"))).isZero();
    assertThat(took).isLessThan(ALLOWED);
    assertThat(text.lines())
        .anyMatch(
            line -> line.matches("report +taken +late +repeated +revised +lag +requests +budget"))
        .anyMatch(
            line ->
                line.matches(
                    "signIns +\\d,\\d{3} +\\d+ +[\\d,]+ +\\d+ +\\d+\\.\\ds +\\d+ +\\d+ of 50"))
        .anyMatch(line -> line.matches("late, by the sweep's age +1s +2s +4s +8s"))
        .anyMatch(line -> line.matches("signIns, shown +\\d+ +\\d+ +\\d+ +0"))
        .anyMatch(line -> line.matches("signIns, found +\\d+ +\\d+ +\\d+ +0"))
        .anyMatch(
            line ->
                line.matches(
                    "signIns: Graph showed [\\d,]+ records; the files hold [\\d,]+ lines of them;"
                        + " lost 0, twice 0"))
        .anyMatch(line -> line.equals("Delivered to " + work.resolve("data/out")));
  }
}
