package io.entrarelay.graph;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Microsoft's clouds by name, as its page on national clouds lists them. */
class CloudTest {
  @ParameterizedTest
  @CsvSource({
    "global, https://login.microsoftonline.com, https://graph.microsoft.com",
    "us-gov, https://login.microsoftonline.us, https://graph.microsoft.us",
    "us-gov-dod, https://login.microsoftonline.us, https://dod-graph.microsoft.us",
    "china, https://login.chinacloudapi.cn, https://microsoftgraph.chinacloudapi.cn",
  })
  void isKnownByName(String name, URI authority, URI graph) {
    Cloud cloud = Cloud.named(name).orElseThrow();
    assertThat(cloud).isEqualTo(new Cloud(name, authority, graph));
    assertThat(cloud.scope()).isEqualTo(graph + "/.default");
    assertThat(Cloud.names()).contains(name).hasSize(4);
  }

  @Test
  void anotherNameIsNone() {
    assertThat(Cloud.named("custom")).isEmpty();
    assertThat(Cloud.named("GLOBAL")).isEmpty();
  }
}
