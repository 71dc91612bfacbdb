package io.entrarelay.cli;

import io.entrarelay.config.Integration;
import io.entrarelay.state.Lease;
import java.util.Map;
import picocli.CommandLine.Command;

/** {@code integration refresh}: tries a tenant again at once. */
@Command(
    name = "refresh",
    description = {
      "Ask Entra for a new token and Graph for each report at once, whatever an earlier failure waits for.",
      "For after something was granted, uploaded or bought."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:it is tried",
      "2:wrong configuration or usage, or no relay runs",
      "3:the relay does not answer"
    },
    footer = {"  entra-relay integration refresh contoso"},
    footerHeading = "%nExamples:%n")
final class IntegrationRefresh extends OneIntegration {
  @Override
  public Integer call() {
    Integration integration = Declared.of(parent.root()).named(name);
    try (Beside state = Beside.of(parent.root())) {
      state.act("refresh", name, Lease.shard(integration.tenantId(), integration.clientId()));
    }
    if (json) {
      return Answer.json(spec, Map.of("integration", name, "refreshed", true));
    }
    return Answer.lines(
        spec, name + " is tried again. See how it fares: entra-relay integration show " + name);
  }
}
