package io.entrarelay.mapping;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class JsltTest {
  /** Digits made for it took minutes of a core, and a record may have eight million of them. */
  @Test
  void manyDigitsTakeNoLongerThanTheyShould() throws IOException {
    byte[] record = ("{\"x\":" + "9".repeat(1_000_000) + "}").getBytes(UTF_8);
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    long begun = threads.getCurrentThreadCpuTime();

    assertThat(Jslt.tree(record, 0, record.length).get("x").isBigInteger()).isTrue();

    assertThat(Duration.ofNanos(threads.getCurrentThreadCpuTime() - begun))
        .isLessThan(Duration.ofSeconds(5));
  }

  @Test
  void aMappingMayHoldALongText() throws JsltFault {
    assertThat(Jslt.compile("long.jslt", "\"" + "a".repeat(100_000) + "\"", null)).isNotNull();
  }
}
