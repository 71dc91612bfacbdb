package io.entrarelay.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** How those who try passwords are slowed down, by a clock that the test moves. */
class SignInLimitTest {
  private long nanos = 1;
  private final SignInLimit limit = new SignInLimit(() -> nanos);

  private void pass(Duration time) {
    nanos += time.toNanos();
  }

  private int tries(String name, String address, Duration every, int of) {
    int made = 0;
    for (int i = 0; i < of; i++) {
      if (limit.begin(name, address).isZero()) {
        made++;
      }
      pass(every);
    }
    return made;
  }

  @Test
  void theWaitOfANameGrowsToAMinute() {
    for (int i = 0; i < SignInLimit.FREE_BY_NAME; i++) {
      assertThat(limit.begin("admin", "192.0.2." + i)).isZero();
    }
    for (int seconds : new int[] {1, 2, 4, 8, 16, 32, 60, 60}) {
      assertThat(limit.begin("admin", "192.0.2.99")).isEqualTo(Duration.ofSeconds(seconds));
      pass(Duration.ofSeconds(seconds));
      assertThat(limit.begin("Admin ", "192.0.2.1")).isZero();
    }
  }

  @Test
  void aDayOfTryingIsNoMoreThanOneAMinute() {
    assertThat(tries("admin", "192.0.2.1", Duration.ofSeconds(1), 24 * 3600))
        .isLessThan(24 * 60 + 20);
  }

  @Test
  void anAddressThatTriesManyNamesWaitsAsWell() {
    int made = 0;
    for (int i = 0; i < 3_600; i++) {
      if (limit.begin("name" + i, "192.0.2.1").isZero()) {
        made++;
      }
      pass(Duration.ofSeconds(1));
    }
    assertThat(made).isLessThan(SignInLimit.FREE_BY_ADDRESS + 15);
    assertThat(limit.begin("someone", "192.0.2.2")).isZero();
  }

  @Test
  void anIpv6NetworkIsOneAddress() {
    for (int i = 0; i < SignInLimit.FREE_BY_ADDRESS; i++) {
      assertThat(limit.begin("name" + i, "2001:db8::" + i)).isZero();
    }
    assertThat(limit.begin("other", "2001:db8::ffff")).isPositive();
    assertThat(limit.begin("other", "2001:db8:0:1::1")).isZero();
  }

  @Test
  void manyAtOnceAreNoWayAround() {
    int made = 0;
    for (int i = 0; i < 100; i++) {
      if (limit.begin("admin", "192.0.2." + i).isZero()) {
        made++;
      }
    }
    assertThat(made).isEqualTo(SignInLimit.FREE_BY_NAME);
  }

  @Test
  void theRightPasswordBeginsAnew() {
    tries("admin", "192.0.2.1", Duration.ofSeconds(1), 10);
    pass(Duration.ofMinutes(1));
    assertThat(limit.begin("admin", "192.0.2.1")).isZero();
    limit.right("admin", "192.0.2.1");
    assertThat(tries("admin", "192.0.2.3", Duration.ofMillis(1), 10))
        .isEqualTo(SignInLimit.FREE_BY_NAME);
  }

  @Test
  void whatIsRememberedIsBounded() {
    for (int i = 0; i < 60_000; i++) {
      limit.begin("name" + i, "10." + (i >> 16) + "." + (i >> 8 & 255) + "." + (i & 255));
    }
    assertThat(limit.remembered()).isLessThan(41_000);
  }
}
