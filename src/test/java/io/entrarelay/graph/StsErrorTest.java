package io.entrarelay.graph;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class StsErrorTest {
  @Test
  void theFirstSentenceIsWithoutCodeAndIds() {
    assertThat(
            StsError.firstSentence(
                "AADSTS700027: The key is unknown. Ask.\r\nTrace ID: 1\r\nCorrelation ID: 2"))
        .isEqualTo("The key is unknown");
    assertThat(StsError.firstSentence("AADSTS1: No. Trace ID: 1")).isEqualTo("No");
  }

  /** A description may be as long as an answer: a million blanks took minutes. */
  @Test
  @Timeout(30)
  void aLongDescriptionTakesNoLonger() {
    assertThat(StsError.firstSentence("a" + " ".repeat(1_000_000) + "b")).isEqualTo("a");
  }
}
