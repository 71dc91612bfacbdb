package io.entrarelay.relay;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RequestRateTest {
  @Test
  void wholeMinutesAreTold() {
    RequestRate rate = new RequestRate(100, 0);
    assertThat(rate.perMinute(105, 5_000)).isNull();
    assertThat(rate.perMinute(112, 59_999)).isNull();
    assertThat(rate.perMinute(112, 60_000)).isEqualTo(12);
    assertThat(rate.perMinute(140, 90_000)).as("the last whole one").isEqualTo(12);
    assertThat(rate.perMinute(142, 120_000)).isEqualTo(30);
    assertThat(rate.perMinute(162, 240_000)).as("a mean of two").isEqualTo(10);
  }
}
