package io.entrarelay.cli;

import io.entrarelay.config.Integration;
import io.entrarelay.onboard.NextStep;
import io.entrarelay.state.Standing;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An integration as commands print it with {@code --json}. */
final class IntegrationJson {
  /** Where an integration comes from that is in no file. */
  static final String CONSOLE = "console";

  private IntegrationJson() {}

  static Map<String, Object> of(Integration integration, @Nullable Standing standing) {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("name", integration.name());
    object.put("displayName", integration.displayName());
    object.put("tenantId", integration.tenantId());
    object.put("clientId", integration.clientId());
    object.put("cloud", integration.cloud().name());
    object.put("reports", integration.reports());
    object.put("from", from(integration));
    object.put("file", integration.file() == null ? null : integration.file().toString());
    if (standing != null) {
      object.putAll(of(standing));
      object.put("nextStep", NextStep.of(standing, integration.name()));
    }
    return object;
  }

  /** Where an integration comes from. */
  static String from(Integration integration) {
    return integration.isDeclared() ? "file" : CONSOLE;
  }

  static Map<String, Object> of(Standing standing) {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("state", standing.state().words());
    object.put("since", standing.since().toString());
    object.put("reasons", standing.reasons());
    return object;
  }
}
