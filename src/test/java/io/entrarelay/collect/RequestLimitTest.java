package io.entrarelay.collect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class RequestLimitTest {
  @Test
  void allowsSomething() {
    assertThat(new RequestLimit(5, Duration.ofSeconds(10)).overAllTenants())
        .hasToString("122/10.0s");
    assertThat(new RequestLimit(5, Duration.ofSeconds(10)).ofIdentityProtection())
        .as("Graph's own")
        .isEqualTo(new RequestLimit(1, Duration.ofSeconds(1)));
    assertThat(new RequestLimit(50, Duration.ofSeconds(1)).ofIdentityProtection())
        .as("of a simulator, in proportion")
        .isEqualTo(new RequestLimit(1, Duration.ofMillis(10)));
    assertThat(new RequestLimit(5_000, Duration.ofSeconds(1)).ofIdentityProtection())
        .isEqualTo(new RequestLimit(1, Duration.ofMillis(1)));
    assertThatThrownBy(() -> new RequestLimit(0, Duration.ofSeconds(10)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a limit allows something: 0/PT10S");
    assertThatThrownBy(() -> new RequestLimit(5, Duration.ZERO))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a limit allows something: 5/PT0S");
  }
}
