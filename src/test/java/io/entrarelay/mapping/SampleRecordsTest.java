package io.entrarelay.mapping;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The forms of records from elsewhere: {@code -Dsamples=FOLDER} with Graph's answers (*.json) and
 * records (*.ndjson), whose names begin with their report's: {@code signins}, {@code
 * v1.0-riskdetection-list-1}.
 */
class SampleRecordsTest {
  private static final String FOLDER = System.getProperty("samples", "");

  private record Sample(String report, JsonNode record) {}

  private static String report(Path file) {
    String name = String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT);
    return name.contains("signin")
        ? "signIns"
        : name.contains("directoryaudit")
            ? "directoryAudits"
            : name.contains("provisioning")
                ? "provisioning"
                : name.contains("riskdetection")
                    ? "riskDetections"
                    : name.contains("riskyuser") ? "riskyUsers" : "";
  }

  private static List<Sample> samples() throws IOException {
    List<Sample> samples = new ArrayList<>();
    try (Stream<Path> files = Files.walk(Path.of(FOLDER))) {
      for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
        if (report(file).isEmpty() || file.toString().contains("expected")) {
          continue;
        }
        if (file.toString().endsWith(".ndjson")) {
          for (String line : Files.readAllLines(file)) {
            samples.add(new Sample(report(file), Leaves.tree(line)));
          }
        } else if (file.toString().endsWith(".json")) {
          JsonNode answer = Leaves.tree(Files.readString(file));
          JsonNode value = answer.has("value") ? answer.get("value") : answer;
          for (JsonNode record : value.isArray() ? value : List.of(value)) {
            samples.add(new Sample(report(file), record));
          }
        }
      }
    }
    return samples;
  }

  @Test
  void haveTheirForms() throws Exception {
    assumeTrue(!FOLDER.isEmpty(), "no folder given");
    List<String> forms = Golden.forms();
    Mappings mappings = Mappings.compile(Golden.MAPPINGS, forms);
    List<Sample> samples = samples();
    assertThat(samples).isNotEmpty();
    for (Sample sample : samples) {
      for (String form : forms) {
        byte[] bytes =
            mappings.of(form, sample.report).map(sample.record, Golden.variables(sample.report, 0));
        assertThat(
                FormRules.findings(
                    form, sample.report, sample.record, Jslt.tree(bytes, 0, bytes.length)))
            .as(form + " of " + sample.record)
            .isEmpty();
      }
    }
  }
}
