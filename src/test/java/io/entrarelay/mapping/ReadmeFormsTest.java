package io.entrarelay.mapping;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The README's example of the forms is a part of the golden documents of one record. */
class ReadmeFormsTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String STORY = "signIns/failure-wrong-password";

  @Test
  void showsWhatTheFormsAre() throws IOException {
    String readme = Files.readString(Path.of("README.md"));
    int from = readme.indexOf("```json\n", readme.indexOf("\n## Forms")) + 8;
    List<String> lines = readme.substring(from, readme.indexOf("```", from)).lines().toList();
    assertThat(lines).hasSize(4);
    assertPart(lines.get(0), Golden.ROOT.resolve("vendor/" + STORY + "/expected.ndjson"));
    assertPart(lines.get(1), Golden.ROOT.resolve("ocsf/" + STORY + "/expected.json"));
    assertPart(lines.get(2), Golden.ROOT.resolve("ecs/" + STORY + "/expected.json"));
    assertPart(lines.get(3), Golden.ROOT.resolve("taegis/" + STORY + "/expected.json"));
  }

  private static void assertPart(String shown, Path golden) throws IOException {
    assertPart(JSON.readTree(shown), JSON.readTree(golden.toFile()), golden.toString());
  }

  private static void assertPart(JsonNode shown, JsonNode whole, String where) {
    if (shown.isObject()) {
      for (Map.Entry<String, JsonNode> each : shown.properties()) {
        String name = each.getKey();
        assertPart(each.getValue(), whole.path(name), where + "/" + name);
      }
    } else if (shown.asText().contains("…")) {
      String begin = shown.asText().substring(0, shown.asText().indexOf('…'));
      assertThat(whole.asText()).as(where).startsWith(begin);
    } else {
      assertThat(whole).as(where).isEqualTo(shown);
    }
  }
}
