package io.entrarelay.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.entrarelay.config.Contoso;
import io.entrarelay.config.Integration;
import io.entrarelay.flow.Connections.Connection;
import io.entrarelay.graph.GraphHttpClientConfigurer;
import io.entrarelay.graph.Trust;
import java.time.Clock;
import org.junit.jupiter.api.Test;

class ConnectionsTest {
  private final Integration before = Contoso.INTEGRATION;
  private final Integration after =
      new Integration(
          before.name(),
          before.displayName(),
          "0badc11e-1111-4222-8333-944455556666",
          before.clientId(),
          before.cloud(),
          before.credential(),
          null,
          before.reports(),
          null);

  @Test
  void whatIsStillUnderWayForAChangedIntegrationGetsNoConnection() throws Exception {
    Trust trust = new Trust(null);
    try (GraphHttpClientConfigurer http = new GraphHttpClientConfigurer(trust, null);
        Connections connections =
            new Connections(trust, http, Runnable::run, null, Clock.systemUTC())) {
      connections.add(before);
      Connection old = connections.of(before);
      assertThat(connections.of(before)).isSameAs(old);
      connections.add(before);
      assertThat(connections.of(before)).as("unchanged").isSameAs(old);

      connections.add(after);
      Connection changed = connections.of(after);
      assertThat(changed).isNotSameAs(old);
      assertThatThrownBy(() -> connections.of(before))
          .hasMessage("the integration contoso was changed or removed meanwhile");
      assertThat(connections.of(after)).isSameAs(changed);

      connections.remove("contoso");
      assertThatThrownBy(() -> connections.of(after))
          .hasMessage("the integration contoso was changed or removed meanwhile");
    }
  }
}
