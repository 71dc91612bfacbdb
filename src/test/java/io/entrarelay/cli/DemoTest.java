package io.entrarelay.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.entrarelay.config.ConfigurationException;
import io.entrarelay.config.RelaySettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A demo writes every form, or those that the environment names. */
class DemoTest {
  @TempDir private Path config = Path.of("");

  private RelaySettings settings(String... variables) {
    Map<String, String> environment = new TreeMap<>();
    environment.put("RELAY_CONSOLE_ENABLED", "false");
    for (String variable : variables) {
      int equals = variable.indexOf('=');
      environment.put(variable.substring(0, equals), variable.substring(equals + 1));
    }
    return Demo.settings(config, environment);
  }

  @Test
  void everyFormIsWritten() {
    assertThat(settings().forms()).containsExactly("vendor", "ocsf", "ecs", "taegis");
    assertThat(settings("RELAY_FORMS= ").forms()).hasSize(4);
  }

  @Test
  void theEnvironmentNamesTheFormsBeforeTheFile() throws IOException {
    Files.writeString(config.resolve("application.yaml"), "relay: {forms: [taegis]}\n");
    assertThat(settings().forms()).containsExactly("taegis");
    assertThat(settings("RELAY_FORMS=vendor,ecs").forms()).containsExactly("vendor", "ecs");
    assertThatThrownBy(() -> settings("RELAY_FORMS=Vendor"))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageStartingWith("environment: RELAY_FORMS: \"Vendor\" is not the name of a form");
  }

  @Test
  void recordsThatAreMadeUpReachNoSinkOrDatabaseOfARealRelay() {
    RelaySettings settings =
        settings(
            "RELAY_FORMS=ocsf",
            "RELAY_COLLECT_EVERY=1h",
            "RELAY_STATE_URL=jdbc:postgresql://db:5432/relay",
            "RELAY_SINKS_KAFKA_ENABLED=true",
            "RELAY_SINKS_KAFKA_BROKERS=kafka:9092",
            "RELAY_SINKS_FILES_DIRECTORY=/srv/out");
    assertThat(settings.console().enabled()).isFalse();
    assertThat(settings.forms()).containsExactly("ocsf");
    assertThat(settings).isEqualTo(settings("RELAY_FORMS=ocsf"));
  }
}
