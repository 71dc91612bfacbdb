package io.entrarelay.fuzz;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** What is fuzzed. Inputs of past findings are in {@code src/test/resources/fuzz/<name>/}. */
enum Fuzzed {
  PAGE(PageTarget::new, "page"),
  NEXT_LINK(NextLinkTarget::new, "next-link"),
  PEM(PemTarget::new, "pem"),
  INTEGRATION(ConfigurationTarget::integrations, "yaml"),
  SETTINGS(ConfigurationTarget::settings, "yaml"),
  ROUTES(RoutesTarget::new, "yaml"),
  SYSLOG(SyslogTarget::new, "syslog");

  private static final Path KEPT = Path.of("src/test/resources/fuzz");

  private final Supplier<FuzzTarget> target;
  private final String language;

  Fuzzed(Supplier<FuzzTarget> target, String language) {
    this.target = target;
    this.language = language;
  }

  FuzzTarget target() {
    return target.get();
  }

  /** The name of the target's folder: {@code next-link}. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** The words of the input's language, in libFuzzer's form. */
  Path dictionary() {
    return KEPT.resolve(language + ".dict");
  }

  /** Where inputs of past findings are. */
  Path kept() {
    return KEPT.resolve(toString());
  }

  /** Inputs of past findings, each of which must stay harmless. */
  List<Path> findings() throws IOException {
    if (!Files.isDirectory(kept())) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(kept())) {
      return files.sorted().toList();
    }
  }
}
