package io.entrarelay.cli;

import io.entrarelay.config.PlainYaml;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.error.YAMLException;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * The files of a credential, as people name them on the command line: by an integration's name, or
 * by one or two paths.
 */
record CredentialFiles(Path certificate, Path privateKey) {
  /** What an integration may be called. */
  static final String NAME = "[a-z0-9-]{1,63}";

  /**
   * @param words a name, or the certificate's file and, if it is another, the key's
   */
  static CredentialFiles of(List<String> words, Path config) {
    String first = words.get(0);
    if (words.size() == 1 && first.matches(NAME) && !Files.isRegularFile(Path.of(first))) {
      return ofIntegration(first, config.resolve("integrations"));
    }
    return new CredentialFiles(Path.of(first), Path.of(words.get(words.size() - 1)));
  }

  /**
   * Where {@code certificate new} puts them, unless the integration's file names others. Nothing
   * else of that file is looked at: {@code check} is there for that.
   */
  private static CredentialFiles ofIntegration(String name, Path folder) {
    Path certificate = folder.resolve(name).resolve("certificate.pem");
    Path privateKey = folder.resolve(name).resolve("key.pem");
    try (Reader in = Files.newBufferedReader(folder.resolve(name + ".yaml"))) {
      Object file = PlainYaml.read(in);
      if (file instanceof Map<?, ?> keys && keys.get("credential") instanceof Map<?, ?> named) {
        return new CredentialFiles(
            path(folder, named.get("certificate"), certificate),
            path(folder, named.get("private-key"), privateKey));
      }
    } catch (IOException | YAMLException notYetWritten) {
      // the usual places, then
    }
    return new CredentialFiles(certificate, privateKey);
  }

  private static Path path(Path folder, @Nullable Object named, Path usual) {
    return named == null ? usual : folder.resolve(named.toString());
  }

  /**
   * The directory that {@code --config} names on this or an outer command; {@code config} if none.
   */
  static Path configDirectory(CommandSpec command) {
    for (CommandSpec spec = command; spec != null; spec = spec.parent()) {
      OptionSpec option = spec.findOption("--config");
      if (option != null && option.getValue() instanceof Path directory) {
        return directory;
      }
    }
    return Path.of("config");
  }
}
