package io.entrarelay.onboard;

import static org.assertj.core.api.Assertions.assertThat;

import io.entrarelay.config.RelaySettings;
import io.entrarelay.config.SettingsReader;
import io.entrarelay.onboard.IntegrationCheck.Line;
import io.entrarelay.onboard.IntegrationCheck.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What hinders the files sink is said before it does. */
class FilesCheckTest {
  @SuppressWarnings("NullAway.Init") // JUnit sets it
  @TempDir
  Path data;

  private Line check(Map<String, Object> settings) {
    RelaySettings read = SettingsReader.read(data.resolve("config"), Map.of(), settings);
    return FilesCheck.of(read.sinks().files(), data);
  }

  @Test
  void aDirectoryThatCanBeMadeIsWell() {
    assertThat(check(Map.of()).outcome()).isNotEqualTo(Outcome.FAILED);
    assertThat(data.resolve("out")).doesNotExist();
  }

  @Test
  void aFileInTheWayIsNamed() throws IOException {
    Files.writeString(data.resolve("out"), "");
    assertThat(check(Map.of()))
        .isEqualTo(
            new Line(
                "sink files",
                Outcome.FAILED,
                data.resolve("out")
                    + " is a file. Give a directory that the user "
                    + System.getProperty("user.name")
                    + " may write: relay.sinks.files.directory, or --data."));
  }

  @Test
  void aGroupThatTheMachineDoesNotKnowIsNamed() {
    assertThat(check(Map.of("relay.sinks.files.group", "nobody-has-this")).text())
        .isEqualTo(
            "this machine has no group nobody-has-this. Make it (groupadd nobody-has-this), or"
                + " correct relay.sinks.files.group.");
  }

  @Test
  void offIsSaid() {
    assertThat(check(Map.of("relay.sinks.files.enabled", "false")))
        .isEqualTo(
            new Line("sink files", Outcome.ATTENTION, "is off (relay.sinks.files.enabled)."));
  }

  @Test
  void littleSpaceIsSaid() {
    assertThat(FilesCheck.space(Path.of("/out"), 200_000_000))
        .isEqualTo(
            new Line(
                "sink files",
                Outcome.ATTENTION,
                "/out: only 0.2 GB free. Make room, or have old files removed with"
                    + " relay.sinks.files.retain."));
    assertThat(FilesCheck.space(Path.of("/out"), 20_000_000_000L))
        .isEqualTo(new Line("sink files", Outcome.OK, "/out, 20.0 GB free"));
  }
}
