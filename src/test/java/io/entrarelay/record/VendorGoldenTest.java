package io.entrarelay.record;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.entrarelay.onboard.Sources;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Each case under {@code golden/vendor/<report>/<case>/} with a line in vendor form: a record and
 * the line it becomes. The others are there for the forms that mappings make.
 */
class VendorGoldenTest {
  private static final Path GOLDEN = Path.of("src/test/resources/golden/vendor");
  private static final Map<String, Report> REPORTS = Sources.reports(Path.of("routes"));

  @TestFactory
  Stream<DynamicTest> cases() throws IOException {
    List<DynamicTest> tests = new ArrayList<>();
    for (Map.Entry<String, Report> report : REPORTS.entrySet()) {
      try (Stream<Path> cases = Files.list(GOLDEN.resolve(report.getKey()))) {
        cases
            .filter(folder -> Files.exists(folder.resolve("expected.ndjson")))
            .sorted()
            .forEach(
                folder ->
                    tests.add(
                        DynamicTest.dynamicTest(
                            report.getKey() + "/" + folder.getFileName(),
                            () -> check(report.getValue(), folder))));
      }
    }
    assertThat(tests).hasSizeGreaterThan(26);
    return tests.stream();
  }

  private static void check(Report report, Path folder) throws IOException, PageException {
    String record = Files.readString(folder.resolve("record.json")).strip();
    byte[] page = ("{\"value\":[{}, " + record + " ,{}]}").getBytes(UTF_8);
    RecordBatch batch = new PageCutter(report, 1).cut(page, page.length);
    Selection second = new Selection();
    second.add(1, 2);
    FormLines lines =
        new VendorForm(report)
            .write(
                batch,
                second,
                "7f3f5d6c-3a5b-4c59-9a44-6d1f6f7f0a01",
                "contoso",
                Instant.parse("2026-05-01T10:06:00.123999Z"));
    assertThat(new String(lines.toBytes(), UTF_8))
        .isEqualTo(Files.readString(folder.resolve("expected.ndjson")));
    assertThat(new ObjectMapper().readTree(lines.line(0)).get("relay").get("revision").intValue())
        .isEqualTo(2);
  }
}
