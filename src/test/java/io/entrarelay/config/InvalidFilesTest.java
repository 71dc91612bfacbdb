package io.entrarelay.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every refusal and its message: a folder {@code invalid/<rule>/} holds one broken file and {@code
 * message.txt}, in which {@code FILE} stands for the broken file's path. {@code application.yaml}
 * is read as settings, any other file as an integration.
 */
@NullUnmarked
class InvalidFilesTest {
  private static final Path FOLDER = Path.of("src/test/resources/invalid");
  private static final Set<String> REPORTS = new TreeSet<>(Set.of("directoryAudits", "signIns"));

  static Stream<Path> rules() throws IOException {
    return Files.list(FOLDER).filter(Files::isDirectory).sorted();
  }

  @ParameterizedTest
  @MethodSource("rules")
  void isRefusedWithItsMessage(Path rule) throws IOException {
    Path broken;
    try (Stream<Path> files = Files.list(rule)) {
      List<Path> others =
          files.filter(file -> !file.getFileName().toString().equals("message.txt")).toList();
      assertThat(others).as("the broken file in " + rule).hasSize(1);
      broken = others.get(0);
    }
    ConfigurationException refusal =
        catchThrowableOfType(ConfigurationException.class, () -> read(broken));

    assertThat(refusal).as(rule + " is taken").isNotNull();
    assertThat(refusal.getMessage().replace(broken.toString(), "FILE"))
        .isEqualTo(Files.readString(rule.resolve("message.txt")).strip());
    assertThat(refusal.exitCode()).isEqualTo(2);
  }

  private static void read(Path broken) {
    if (broken.endsWith("application.yaml")) {
      SettingsReader.read(broken.getParent(), Map.of("NAME", "vendor"), Map.of());
    } else {
      boolean demo = broken.getParent().getFileName().toString().startsWith("demo-");
      new IntegrationReader(REPORTS, demo).read(broken);
    }
  }
}
