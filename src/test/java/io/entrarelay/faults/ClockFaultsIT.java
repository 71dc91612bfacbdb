package io.entrarelay.faults;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * A relay whose clock is wrong: Graph and Entra have the real time. Quartz has its own clock, the
 * system's, which a test can't move.
 */
class ClockFaultsIT {
  private static final Duration SOON = Duration.ofSeconds(90);
  private static final Duration OFF = Duration.ofMinutes(10);
  private static final long FAULT = 8_000;

  @SuppressWarnings("NullAway.Init") // JUnit sets it
  @TempDir
  Path directory;

  private final Rows rows = new Rows(4);

  @AfterEach
  void end() {
    rows.close();
  }

  @TestFactory
  Stream<DynamicTest> clockFaults() {
    return rows.add("16", "clock jumps ten minutes ahead, back, behind, back", this::jumps)
        .add(
            "22a",
            "clock ten minutes behind at the start, set right after 8 s",
            () -> off("22a", OFF.negated()))
        .add(
            "22b",
            "clock ten minutes ahead at the start, set right after 8 s",
            () -> off("22b", OFF))
        .tests();
  }

  private Site site(String number) throws Exception {
    return new Site(
        "faults-" + number, directory.resolve(number), Site.graph().seed(16).build(), Map.of());
  }

  private void jumps() throws Exception {
    ShiftedClock clock = new ShiftedClock();
    try (Site site = site("16")) {
      site.clock(clock);
      site.start();
      Row row =
          site.row(
                  "16",
                  "clock jumps ten minutes ahead, back, behind, back; event times of 0 to 7"
                      + " fractional digits")
              .underWay();
      for (Duration ahead : new Duration[] {OFF, Duration.ZERO, OFF.negated()}) {
        clock.ahead(ahead);
        Thread.sleep(FAULT);
      }
      clock.ahead(Duration.ZERO);
      row.over().settle(SOON);
    }
  }

  private void off(String number, Duration ahead) throws Exception {
    ShiftedClock clock = new ShiftedClock();
    clock.ahead(ahead);
    try (Site site = site(number)) {
      site.clock(clock);
      site.start();
      Row row =
          site.row(
              number,
              "clock ten minutes "
                  + (ahead.isNegative() ? "behind" : "ahead")
                  + " at the start, set right after 8 s");
      Thread.sleep(FAULT);
      System.out.println(number + ": " + site.problems());
      clock.ahead(Duration.ZERO);
      row.over().settle(SOON);
    }
  }
}
