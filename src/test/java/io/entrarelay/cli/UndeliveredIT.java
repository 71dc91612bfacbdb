package io.entrarelay.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.entrarelay.simulator.Simulator;
import io.entrarelay.simulator.SimulatorOptions;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A {@code collect} whose files can't be written says so, and the next one delivers. */
@Timeout(120)
class UndeliveredIT {
  @SuppressWarnings("NullAway.Init") // JUnit sets it
  @TempDir
  Path work;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int collect() {
    return EntraRelay.commandLine()
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(
            "collect",
            "--config",
            work.resolve("config").toString(),
            "--data",
            work.resolve("data").toString(),
            "--timeout",
            "20s");
  }

  @Test
  void whatStandsInTheWayIsNamedAndNothingIsLost() throws Exception {
    Path vendor = Files.createDirectories(work.resolve("data/out")).resolve("vendor");
    Files.writeString(vendor, "in the way");
    Path settings = Files.createDirectories(work.resolve("config")).resolve("application.yaml");
    Files.writeString(
        settings, "relay: {forms: [vendor], graph: {budget: off}, collect: {sweeps: [0s]}}\n");
    try (Simulator simulator =
        Simulator.start(
            SimulatorOptions.builder()
                .records(50)
                .span(Duration.ofMinutes(5))
                .rate(0)
                .throttle(false)
                .late(0)
                .revised(0)
                .build())) {
      simulator.writeConfig(work.resolve("config"));
      assertThat(collect()).isEqualTo(3);
      assertThat(err)
          .hasToString(
              "sink files: not all was delivered, and nothing is lost. can't write under "
                  + vendor.getParent()
                  + ": java.nio.file.FileAlreadyExistsException: "
                  + vendor
                  + ". Check that its disk has room and that this user may write there\n");
      assertThat(out.toString()).endsWith("Not all was delivered to " + vendor.getParent() + "\n");

      Files.delete(vendor);
      assertThat(collect()).isZero();
      assertThat(out.toString()).endsWith("Delivered to " + vendor.getParent() + "\n");
      try (Stream<Path> files = Files.walk(vendor)) {
        long lines = 0;
        for (Path file : files.filter(Files::isRegularFile).toList()) {
          lines += Files.readAllLines(file).size();
        }
        assertThat(lines).isEqualTo(100);
      }
    }
  }
}
