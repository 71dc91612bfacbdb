package io.entrarelay.mapping;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.csv.CsvMapper;
import com.fasterxml.jackson.dataformat.csv.CsvParser;
import com.schibsted.spt.data.jslt.Callable;
import com.schibsted.spt.data.jslt.JsltException;
import com.schibsted.spt.data.jslt.Module;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A CSV file (RFC 4180, UTF-8) that mappings look up in: its first line names the columns, its
 * first column is the key. It is a module with one function, {@code row(key)}: the row as an object
 * of texts, without its empty cells, or null. It is read when a mapping that imports it is
 * compiled.
 */
final class CsvTable implements Module {
  private static final CsvMapper CSV =
      CsvMapper.builder()
          .enable(CsvParser.Feature.WRAP_AS_ARRAY)
          .enable(CsvParser.Feature.SKIP_EMPTY_LINES)
          .enable(CsvParser.Feature.TRIM_SPACES)
          .build();

  private final Path file;
  private @Nullable Map<String, JsonNode> rows;

  private CsvTable(Path file) {
    this.file = file;
  }

  /** The CSV files anywhere under a folder, by the names that imports give them. */
  static Map<String, Module> under(Path root) {
    if (!Files.isDirectory(root)) {
      return Map.of();
    }
    try (Stream<Path> files = Files.walk(root)) {
      return files
          .filter(file -> file.toString().endsWith(".csv"))
          .collect(
              Collectors.toMap(
                  file -> root.relativize(file).toString().replace('\\', '/'), CsvTable::new));
    } catch (IOException e) {
      throw new MappingsException(List.of(root + " can't be read: " + e));
    }
  }

  /**
   * @throws JsltException where the file can't be used; the message says what to do
   */
  @Override
  public @Nullable Callable getCallable(String name) {
    if (!name.equals("row")) {
      return null;
    }
    Map<String, JsonNode> read = rows;
    if (read == null) {
      read = read();
      rows = read;
    }
    Map<String, JsonNode> table = read;
    return new Functions.Named("row", 1, given -> table.get(given[0].asText()));
  }

  private Map<String, JsonNode> read() {
    Map<String, JsonNode> table = new HashMap<>();
    try (MappingIterator<String[]> lines =
        CSV.readerFor(String[].class).readValues(Files.newBufferedReader(file))) {
      String[] columns = lines.hasNext() ? columns(lines.next()) : new String[0];
      if (columns.length < 2) {
        throw unusable(1, "it needs a key and at least one more column, separated by commas");
      }
      for (int line = 2; lines.hasNext(); line++) {
        String[] cells = lines.next();
        if (cells.length > columns.length) {
          throw unusable(line, "it has more cells than there are columns");
        }
        if (cells[0].isEmpty() || table.put(cells[0], row(columns, cells)) != null) {
          throw unusable(
              line, "its key is " + (cells[0].isEmpty() ? "empty" : "there twice: " + cells[0]));
        }
      }
    } catch (IOException | IllegalStateException e) {
      Throwable cause = e instanceof IllegalStateException ? e.getCause() : e;
      String reason =
          cause instanceof JsonProcessingException json ? json.getOriginalMessage() : "" + cause;
      throw new JsltException(file + " can't be read as CSV in UTF-8: " + reason);
    }
    return table;
  }

  private String[] columns(String[] names) {
    if (names[0].startsWith("\uFEFF")) { // as spreadsheets begin a file in UTF-8
      names[0] = names[0].substring(1);
    }
    Set<String> known = new HashSet<>();
    for (String name : names) {
      if (name.isEmpty() || !known.add(name)) {
        throw unusable(
            1, "a column's name is " + (name.isEmpty() ? "empty" : "there twice: " + name));
      }
    }
    return names;
  }

  private static ObjectNode row(String[] columns, String[] cells) {
    ObjectNode row = JsonNodeFactory.instance.objectNode();
    for (int i = 0; i < cells.length; i++) {
      if (!cells[i].isEmpty()) {
        row.put(columns[i], cells[i]);
      }
    }
    return row;
  }

  private JsltException unusable(int row, String reason) {
    return new JsltException(file + ", row " + row + ": " + reason);
  }
}
