package io.entrarelay.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A proxy's address is read as written, and its password is never shown. */
class OutboundProxyTest {
  @Test
  void readsUserAndPassword() {
    OutboundProxy proxy =
        OutboundProxy.parse(" http://re%40lay:p%3Ass+w%2Frd@proxy.example:3128/ ");
    assertThat(proxy).isEqualTo(new OutboundProxy("proxy.example", 3128, "re@lay", "p:ss+w/rd"));
    assertThat(proxy.toString()).isEqualTo("http://***@proxy.example:3128");
    assertThat(OutboundProxy.parse("HTTP://10.0.0.1:8080"))
        .isEqualTo(new OutboundProxy("10.0.0.1", 8080, null, null))
        .hasToString("http://10.0.0.1:8080");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "http://relay:sec ret@proxy:3128 | the proxy's address is no URL.",
        "http://relay:sec%ret@proxy:3128 | the proxy's address is no URL.",
        "https://relay:secret@proxy:3128 | the proxy's address doesn't begin with http:// (a proxy that is itself reached by https or SOCKS is not supported).",
        "secret:secret@proxy:3128 | the proxy's address doesn't begin with http://",
        "http://relay:se@cret@proxy:3128 | the proxy's address names no host, or its user or password holds a character that must be percent-encoded (@ is %40, : is %3A, / is %2F).",
        "http://relay:secret@proxy | the proxy's address names no port.",
        "http://relay:secret@proxy:99999 | the proxy's address names no port.",
        "http://relay:secret@proxy:3128/path | the proxy's address goes on after the port.",
        "http://relay:secret@proxy:3128?a | the proxy's address goes on after the port.",
      })
  void refusesWithTheCauseAndWithoutThePassword(String text, String cause) {
    assertThatThrownBy(() -> OutboundProxy.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(cause)
        .hasMessageContaining("Write it as http://proxy.example:3128 or http://user:password@proxy")
        .hasMessageNotContainingAny("secret", "sec ret", "sec%ret", "cret@proxy:")
        .hasNoCause();
  }

  @Test
  void saysHowToWriteWhatNoUrlCanHold() {
    assertThatThrownBy(() -> OutboundProxy.parse("http://relay:sec ret@proxy:3128"))
        .hasMessage(
            "the proxy's address is no URL. Write it as http://proxy.example:3128 or"
                + " http://user:password@proxy.example:3128, with @ : / and blanks in user and"
                + " password percent-encoded (%40 %3A %2F %20).");
  }
}
