package io.entrarelay.state;

import static org.assertj.core.api.Assertions.assertThat;

import io.entrarelay.state.Figures.OfReport;
import io.entrarelay.state.Figures.Sweep;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is told of an integration's day. */
class FiguresTest {
  private static final long DAY = Instant.parse("2026-03-01T00:00:00Z").toEpochMilli();
  private static final long NOON = Instant.parse("2026-03-01T12:00:00Z").toEpochMilli();
  private static final long NEXT = Instant.parse("2026-03-02T00:00:01Z").toEpochMilli();

  private static Figures figures(long at, long before, long taken, long asked, long askedOf) {
    return new Figures(
        at,
        Figures.day(at),
        before,
        List.of(
            new OfReport("signIns", at - 10, 40, taken, 2, asked, askedOf, null, List.of(), null)));
  }

  @Test
  void aDayBeginsWithWhatWasTakenBefore() {
    Figures noon = figures(NOON, 100, 130, 0, 0);
    assertThat(noon.day()).isEqualTo(DAY);
    assertThat(noon.sums().today(NOON)).isEqualTo(30);
    assertThat(noon.sums().today(NEXT)).as("nothing was noted on the next day").isZero();
    assertThat(noon.takenBefore(DAY)).isEqualTo(100);
    assertThat(noon.takenBefore(Figures.day(NEXT))).isEqualTo(130);
    assertThat(figures(NOON, 100, 60, 0, 0).sums().today(NOON))
        .as("a report with many records was taken out")
        .isZero();
  }

  @Test
  void theLagGrowsWhileNothingIsNoted() {
    assertThat(figures(NOON, 0, 0, 0, 0).sums().lag(NOON + 60)).isEqualTo(100);
    assertThat(figures(NOON, 0, 0, 0, 0).sums().lag(NOON - 60)).as("another's clock").isEqualTo(40);
  }

  @Test
  void aSpanToReadAgainIsMeasuredAgainstWhatItWasAtFirst() {
    Figures half = figures(NOON, 0, 0, 50, 100);
    assertThat(half.askedOf("signIns", 30)).isEqualTo(100);
    assertThat(half.askedOf("signIns", 300)).as("one more span").isEqualTo(300);
    assertThat(half.askedOf("signIns", 0)).isZero();
    assertThat(half.askedOf("riskyUsers", 20)).isEqualTo(20);
  }

  @Test
  void theTimeAloneIsNoChange() {
    Figures noon = figures(NOON, 0, 1, 0, 0);
    Figures later =
        new Figures(
            NOON + 5,
            noon.day(),
            0,
            List.of(new OfReport("signIns", NOON - 10, 45, 1, 2, 0, 0, null, List.of(), null)));
    assertThat(later.isAs(noon)).isTrue();
    assertThat(figures(NOON, 0, 2, 0, 0).isAs(noon)).isFalse();
    assertThat(figures(NEXT, 0, 1, 0, 0).isAs(noon)).isFalse();
  }

  @Test
  void requestsAreKnownWhereTheyAreOfEachReport() {
    OfReport signIns =
        new OfReport("signIns", 0, 0, 0, 0, 0, 0, null, List.of(new Sweep(0, 4)), 7L);
    OfReport fresh = new OfReport("directoryAudits", 0, 0, 0, 0, 0, 0, null, List.of(), null);
    assertThat(new Figures(NOON, 0, 0, List.of(signIns, signIns)).requests()).isEqualTo(14);
    assertThat(new Figures(NOON, 0, 0, List.of(signIns, fresh)).requests()).isNull();
    assertThat(new Figures(NOON, 0, 0, List.of()).requests()).isNull();
  }
}
