package io.entrarelay.faults;

import io.entrarelay.simulator.SimulatorOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;

/** Rows of the table that run beside each other, with one broker of Kafka for all sites. */
abstract class FaultRows {
  @SuppressWarnings("NullAway.Init") // JUnit sets it
  @TempDir
  Path directory;

  private final Rows rows;
  private @Nullable FarEnds farEnds;

  FaultRows(int atOnce) {
    this.rows = new Rows(atOnce);
  }

  Rows rows() {
    return rows;
  }

  /** Made with the first row that asks for it. */
  synchronized FarEnds farEnds() {
    FarEnds made = farEnds;
    if (made == null) {
      made = FarEnds.shared(directory.resolve("far-ends"));
      farEnds = made;
    }
    return made;
  }

  /** A site that delivers to all sinks. */
  Site site(String number, SimulatorOptions.Builder options, Map<String, String> settings)
      throws IOException, InterruptedException {
    Site site = alone(number, options, settings);
    farEnds().join(site, "row-" + number);
    return site;
  }

  Site site(String number, SimulatorOptions.Builder options)
      throws IOException, InterruptedException {
    return site(number, options, Map.of());
  }

  /** A site that delivers to files alone, as long as no far end is joined. */
  Site alone(String number, SimulatorOptions.Builder options, Map<String, String> settings)
      throws IOException {
    return new Site("faults-" + number, directory.resolve(number), options.build(), settings);
  }

  @AfterEach
  void end() throws InterruptedException {
    rows.close();
    if (farEnds != null) {
      farEnds.close();
    }
  }
}
