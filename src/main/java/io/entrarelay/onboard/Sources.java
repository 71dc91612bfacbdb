package io.entrarelay.onboard;

import io.entrarelay.config.ConfigurationException;
import io.entrarelay.config.PlainYaml;
import io.entrarelay.config.Problem;
import io.entrarelay.record.Report;
import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.yaml.snakeyaml.error.YAMLException;

/** The reports that the routes declare, read from their files without starting them. */
public final class Sources {
  private Sources() {}

  /**
   * Each report by its name.
   *
   * @throws ConfigurationException where there are no routes, or a file is no YAML
   */
  public static Map<String, Report> reports(Path routes) {
    Map<String, Report> reports = new TreeMap<>();
    try (Stream<Path> files = Files.walk(routes)) {
      for (Path file : files.filter(each -> each.toString().endsWith(".camel.yaml")).toList()) {
        read(file, reports);
      }
    } catch (IOException | UncheckedIOException e) {
      throw new ConfigurationException(
          List.of(
              new Problem(
                  routes.toString(),
                  0,
                  "",
                  "can't be read (" + e.getClass().getSimpleName() + ")",
                  "Start where routes/ is, or name its place with --routes DIR")));
    }
    return reports;
  }

  private static void read(Path file, Map<String, Report> reports) throws IOException {
    try (Reader in = Files.newBufferedReader(file)) {
      Object document = PlainYaml.read(in);
      if (document instanceof List<?> entries) {
        for (Object entry : entries) {
          if (entry instanceof Map<?, ?> keys && keys.get("beans") instanceof List<?> beans) {
            beans.forEach(bean -> report(bean, reports));
          }
        }
      }
    } catch (YAMLException | IllegalArgumentException e) {
      throw new ConfigurationException(
          List.of(
              new Problem(
                  file.toString(),
                  0,
                  "",
                  e instanceof YAMLException ? "is no YAML" : "declares a faulty report",
                  "entra-relay routes check shows what is wrong")));
    }
  }

  private static void report(Object bean, Map<String, Report> reports) {
    if (bean instanceof Map<?, ?> keys
        && Report.class.getName().equals(keys.get("type"))
        && keys.get("properties") instanceof Map<?, ?> properties) {
      Map<String, Object> named = new TreeMap<>();
      properties.forEach((key, value) -> named.put(String.valueOf(key), value));
      Report report = Report.of(named);
      reports.put(report.getName(), report);
    }
  }
}
