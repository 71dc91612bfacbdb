package io.entrarelay.onboard;

import io.entrarelay.config.ConfigurationException;
import io.entrarelay.config.Integration;
import io.entrarelay.config.IntegrationReader;
import io.entrarelay.config.Problem;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.Yaml;

/**
 * What {@code config/integrations/NAME.yaml} says, on its way to the file. Values are as they were
 * given: the reader of the file judges them.
 *
 * @param displayName null for the name
 * @param authority with {@code cloud: custom}; else null
 * @param graph as {@code authority}
 * @param caCertificate as {@code authority}
 */
public record IntegrationFile(
    @Nullable String displayName,
    String tenantId,
    String clientId,
    String cloud,
    @Nullable String authority,
    @Nullable String graph,
    @Nullable Path caCertificate,
    Path certificate,
    Path privateKey,
    List<String> reports) {

  /** The file's text; files that it names are relative to the folder where they lie below it. */
  public String yaml(Path folder) {
    Map<String, Object> keys = new LinkedHashMap<>();
    put(keys, "display-name", displayName);
    keys.put("tenant-id", tenantId);
    keys.put("client-id", clientId);
    keys.put("cloud", cloud);
    Map<String, Object> endpoints = new LinkedHashMap<>();
    put(endpoints, "authority", authority);
    put(endpoints, "graph", graph);
    put(endpoints, "ca-certificate", caCertificate == null ? null : named(folder, caCertificate));
    if (!endpoints.isEmpty()) {
      keys.put("endpoints", endpoints);
    }
    Map<String, Object> credential = new LinkedHashMap<>();
    credential.put("certificate", named(folder, certificate));
    credential.put("private-key", named(folder, privateKey));
    keys.put("credential", credential);
    keys.put("reports", reports);
    DumperOptions options = new DumperOptions();
    options.setDefaultFlowStyle(DumperOptions.FlowStyle.BLOCK);
    options.setIndent(2);
    options.setAllowUnicode(true);
    options.setSplitLines(false);
    return new Yaml(options).dump(keys);
  }

  private static void put(Map<String, Object> keys, String key, @Nullable String value) {
    if (value != null) {
      keys.put(key, value);
    }
  }

  private static String named(Path folder, Path file) {
    Path base = folder.toAbsolutePath().normalize();
    Path target = file.toAbsolutePath().normalize();
    return (target.startsWith(base) ? base.relativize(target) : target).toString();
  }

  /**
   * Writes the file once it was read as an integration and accepted; a relay that looks meanwhile
   * never sees a part of it.
   *
   * @param accept throws where it must not be
   * @return the integration as the file says it
   * @throws ConfigurationException with all that is wrong; then nothing is written
   * @throws FileAlreadyExistsException where another has written it meanwhile
   */
  public Integration write(Path file, IntegrationReader reader, Consumer<Integration> accept)
      throws IOException {
    Path folder = file.toAbsolutePath().getParent();
    if (folder == null) {
      throw new IOException(file + " has no folder");
    }
    // beside it, since paths in it are relative; in a folder of its own, where it has its name
    Path draft = Files.createTempDirectory(folder, ".adding-");
    Path written = draft.resolve(file.getFileName());
    try {
      Files.writeString(written, yaml(draft));
      accept.accept(reader.read(written));
      Files.writeString(written, yaml(folder));
      Files.move(written, file);
      return reader.read(file);
    } catch (ConfigurationException e) {
      throw new ConfigurationException(
          e.problems().stream().map(problem -> of(file, written, problem)).toList());
    } finally {
      Files.deleteIfExists(written);
      Files.delete(draft);
    }
  }

  /** The problem as one of the file that was to be; lines mean nothing before it is there. */
  private static Problem of(Path file, Path written, Problem problem) {
    return problem.file().equals(written.toString())
        ? new Problem(file.toString(), 0, problem.key(), problem.cause(), problem.remedy())
        : problem;
  }
}
