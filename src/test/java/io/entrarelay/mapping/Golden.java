package io.entrarelay.mapping;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.core.util.Separators;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A record of Graph and the document that a form makes of it. The records are {@code
 * golden/vendor/<report>/<case>/record.json}, once for all forms; a form's documents are {@code
 * golden/<form>/<report>/<case>/expected.json}.
 */
record Golden(String form, String report, String story) {
  static final Path ROOT = Path.of("src/test/resources/golden");
  static final Path MAPPINGS = Path.of("routes/mappings");
  static final String TENANT = "7f3f5d6c-3a5b-4c59-9a44-6d1f6f7f0a01";
  private static final ObjectMapper JSON = new ObjectMapper();

  /** The forms that have mappings. */
  static List<String> forms() {
    return names(MAPPINGS).stream()
        .filter(form -> !form.equals(Mappings.LIBRARY) && !form.equals(Mappings.VENDOR))
        .toList();
  }

  /** The cases of a form: for each report that it maps, each record. */
  static List<Golden> cases(String form) {
    List<Golden> cases = new ArrayList<>();
    for (Path mapping : Mappings.files(MAPPINGS.resolve(form))) {
      String report = String.valueOf(mapping.getFileName()).replace(".jslt", "");
      for (String story : names(ROOT.resolve(Mappings.VENDOR).resolve(report))) {
        cases.add(new Golden(form, report, story));
      }
    }
    return cases;
  }

  /** The names of the folders in a folder; none where it isn't there. */
  static List<String> names(Path folder) {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> folders = Files.list(folder)) {
      return folders
          .filter(Files::isDirectory)
          .map(each -> String.valueOf(each.getFileName()))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Path file() {
    return ROOT.resolve(form).resolve(report).resolve(story).resolve("expected.json");
  }

  JsonNode record() throws IOException {
    byte[] bytes =
        Files.readAllBytes(
            ROOT.resolve(Mappings.VENDOR).resolve(report).resolve(story).resolve("record.json"));
    return Jslt.tree(bytes, 0, bytes.length);
  }

  /** What the relay tells a mapping about these records, which are the first of their ids. */
  Map<String, JsonNode> variables() {
    return variables(report, 0);
  }

  /** What the relay tells a mapping about a record that comes after that many of its id. */
  static Map<String, JsonNode> variables(String report, int revision) {
    return Jslt.variables(
        "contoso", report, TENANT, Instant.parse("2026-05-01T10:06:00.123Z"), revision);
  }

  JsonNode document(Mappings mappings) throws IOException, MappingFailure {
    byte[] document = mappings.of(form, report).map(record(), variables());
    return Jslt.tree(document, 0, document.length);
  }

  /** A property a line, so that a change is seen where it is. */
  static String pretty(JsonNode document) throws JsonProcessingException {
    DefaultIndenter lines = new DefaultIndenter("  ", "\n");
    DefaultPrettyPrinter printer =
        new DefaultPrettyPrinter(
                Separators.createDefaultInstance()
                    .withObjectFieldValueSpacing(Separators.Spacing.AFTER))
            .withArrayIndenter(lines)
            .withObjectIndenter(lines);
    byte[] bytes;
    try {
      bytes = JSON.writer(printer).writeValueAsBytes(document);
    } catch (JsonProcessingException e) {
      // half a surrogate pair
      bytes =
          JSON.writer(printer)
              .with(com.fasterxml.jackson.core.json.JsonWriteFeature.ESCAPE_NON_ASCII)
              .writeValueAsBytes(document);
    }
    return new String(bytes, UTF_8) + "\n";
  }

  @Override
  public String toString() {
    return form + "/" + report + "/" + story;
  }
}
