package io.entrarelay.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.entrarelay.config.SettingsReader;
import io.entrarelay.routes.Finding;
import io.entrarelay.routes.RoutesCheck.Listed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every rule of {@code routes check} finds what breaks it, and the shipped routes break none. */
@Timeout(60)
class RoutesAuditIT {
  private static final Path INVALID = Path.of("src/test/resources/invalid-routes");

  @TempDir
  @SuppressWarnings("NullAway.Init") // JUnit sets it
  private Path folder;

  private static RoutesAudit audit(Path routes, Path config) {
    return RoutesAudit.of(routes, config, SettingsReader.read(config, Map.of(), Map.of()));
  }

  @Test
  void shippedRoutesBreakNoRule() {
    assertThat(audit(Path.of("routes"), Path.of("config")).full()).isEmpty();
  }

  static List<String> cases() throws IOException {
    try (Stream<Path> cases = Files.list(INVALID)) {
      return cases.map(path -> path.getFileName().toString()).sorted().toList();
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void eachRuleFindsWhatBreaksIt(String name) throws IOException {
    RoutesFolder routes = RoutesFolder.copy(folder);
    Path broken = INVALID.resolve(name);
    try (Stream<Path> files = Files.walk(broken)) {
      for (Path file : (Iterable<Path>) files.filter(Files::isRegularFile)::iterator) {
        if (!file.endsWith("message.txt")) {
          routes.put(broken.relativize(file).toString(), Files.readString(file));
        }
      }
    }
    String found =
        audit(routes.routes(), folder.resolve("config")).full().stream()
            .map(Finding::toString)
            .map(line -> line.replace(folder + "/", ""))
            .collect(Collectors.joining("\n", "", "\n"));
    assertThat(found).isEqualTo(Files.readString(broken.resolve("message.txt")));
  }

  @Test
  void aFileThatCannotBeReadIsNamed() throws IOException {
    Path unreadable = Path.of("/proc/self/mem"); // also for root
    assumeTrue(Files.isRegularFile(unreadable));
    RoutesFolder routes = RoutesFolder.copy(folder);
    Path file = routes.routes().resolve("sinks/other.camel.yaml");
    Files.createSymbolicLink(file, unreadable);
    assertThat(audit(routes.routes(), folder.resolve("config")).quick())
        .extracting(Finding::toString)
        .containsExactly(file + ": [yaml] it can't be read. Check who may read it.");
  }

  @Test
  void readmeMapsEveryRoute() throws IOException {
    String readme = Files.readString(Path.of("routes/README.md"));
    for (Listed listed : audit(Path.of("routes"), Path.of("config")).list()) {
      assertThat(readme).contains("| `" + listed.id() + "` | `" + listed.file() + "` |");
    }
  }
}
