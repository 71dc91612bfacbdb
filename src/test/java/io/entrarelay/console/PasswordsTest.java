package io.entrarelay.console;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** What is compared where a name is nobody's. */
class PasswordsTest {
  /** Algorithm, cost and the length of salt and hash: what tells how long a comparison takes. */
  @Test
  void nobodysHashCostsWhatAnotherCosts() {
    String somebodys = Passwords.hash("correct-horse-battery");
    String nobodys = Passwords.nobodysHash();
    assertThat(somebodys).startsWith("{bcrypt}$2a$10$");
    assertThat(nobodys).startsWith("{bcrypt}$2a$10$").hasSameSizeAs(somebodys);
    assertThat(Passwords.encoder().matches("correct-horse-battery", somebodys)).isTrue();
    assertThat(Passwords.encoder().matches("correct-horse-battery", nobodys)).isFalse();
    assertThat(Passwords.nobodysHash()).isNotEqualTo(nobodys);
  }
}
