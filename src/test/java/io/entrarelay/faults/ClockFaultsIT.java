package io.entrarelay.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.SimpleTimeZone;
import java.util.TimeZone;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * A relay whose clock is wrong: Graph and Entra have the real time. Quartz has its own clock, the
 * system's, which a test can't move.
 */
class ClockFaultsIT extends FaultRows {
  private static final Duration SOON = Duration.ofMinutes(3);
  private static final Duration OFF = Duration.ofMinutes(10);
  private static final long FAULT = 8_000;
  private static final int HOUR = 3_600_000;

  ClockFaultsIT() {
    super(4);
  }

  @TestFactory
  Stream<DynamicTest> clockFaults() {
    return rows()
        .add("16", "clock jumps ten minutes ahead, back, behind, back", this::jumps)
        .add(
            "22a",
            "clock ten minutes behind at the start, set right after 8 s",
            () -> off("22a", OFF.negated()))
        .add(
            "22b",
            "clock ten minutes ahead at the start, set right after 8 s",
            () -> off("22b", OFF))
        .add("16b", "daylight saving time begins and ends", this::daylightSaving)
        .tests();
  }

  private Site site(String number) throws Exception {
    return site(number, Site.graph().seed(16));
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

  /** The zone of this process has both changes within seconds; whoever asks for it sees them. */
  private void daylightSaving() throws Exception {
    TimeZone before = TimeZone.getDefault();
    try (Site site = site("16b")) {
      Instant begins = Instant.now().plusMillis(FAULT).truncatedTo(ChronoUnit.SECONDS);
      Instant ends = begins.plusMillis(FAULT);
      TimeZone zone = summer(begins, ends);
      TimeZone.setDefault(zone);
      site.start();
      Row row =
          site.row(
                  "16b",
                  "daylight saving time begins, and ends 8 s later: local time an hour ahead, back")
              .underWay();
      await().atMost(SOON).until(() -> Instant.now().isAfter(begins));
      assertThat(zone.getOffset(begins.toEpochMilli())).isEqualTo(2 * HOUR);
      await().atMost(SOON).until(() -> Instant.now().isAfter(ends));
      assertThat(zone.getOffset(ends.toEpochMilli())).isEqualTo(HOUR);
      row.over().settle(SOON);
    } finally {
      TimeZone.setDefault(before);
    }
  }

  /** An hour east of Greenwich, and two between these moments of the year. */
  private static TimeZone summer(Instant begins, Instant ends) {
    OffsetDateTime from = begins.atOffset(ZoneOffset.UTC);
    OffsetDateTime to = ends.atOffset(ZoneOffset.UTC);
    return new SimpleTimeZone(
        HOUR,
        "Europe/Berlin",
        from.getMonthValue() - 1,
        from.getDayOfMonth(),
        0,
        from.toLocalTime().toSecondOfDay() * 1_000,
        SimpleTimeZone.UTC_TIME,
        to.getMonthValue() - 1,
        to.getDayOfMonth(),
        0,
        to.toLocalTime().toSecondOfDay() * 1_000,
        SimpleTimeZone.UTC_TIME,
        HOUR);
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
