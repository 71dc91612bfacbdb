package io.entrarelay.faults;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The table: each row has a file under {@code target/faults.d/}, and {@code target/faults.md} is
 * made of them anew with each.
 */
final class FaultTable {
  private static final Path ROWS = Path.of("target", "faults.d");
  private static final Path TABLE = Path.of("target", "faults.md");

  /** Lines of a row's file before those of its sinks: fault, note, visible. */
  private static final int HEAD = 3;

  private static final List<String> SINKS =
      List.of("files", "kafka, transactional", "kafka", "syslog", "outbox");

  private FaultTable() {}

  /**
   * A sink's part of a row: delivered, lost, twice, seconds.
   *
   * @param seconds from the end of the fault to the delivery of all that was visible then
   */
  record Cell(Visible.Tallied tallied, double seconds) {
    @Override
    public String toString() {
      return String.format(
          Locale.ROOT,
          "%d / %d / %d, %s",
          tallied.delivered(),
          tallied.lost(),
          tallied.twice(),
          Double.isNaN(seconds) ? "never" : String.format(Locale.ROOT, "%.1f s", seconds));
    }
  }

  /** Notes a row, in place of the one that was there. */
  static synchronized void put(
      String number, String fault, String note, long visible, Map<String, Cell> cells)
      throws IOException {
    Files.createDirectories(ROWS);
    List<String> lines = new ArrayList<>(List.of(fault, note, Long.toString(visible)));
    cells.forEach((sink, cell) -> lines.add(sink + "\t" + cell));
    Path row = Files.write(Files.createTempFile(ROWS, number, ".part"), lines);
    Files.move(
        row,
        ROWS.resolve(number + ".txt"),
        StandardCopyOption.ATOMIC_MOVE,
        StandardCopyOption.REPLACE_EXISTING);
    write();
  }

  private static void write() throws IOException {
    Map<String, List<String>> rows =
        new TreeMap<>(
            Comparator.<String>comparingInt(it -> Integer.parseInt(it.replaceAll("\\D", "")))
                .thenComparing(it -> it));
    Set<String> sinks = new LinkedHashSet<>();
    try (Stream<Path> files = Files.list(ROWS)) {
      for (Path file : (Iterable<Path>) files::iterator) {
        String name = file.getFileName().toString();
        if (name.endsWith(".txt")) {
          List<String> lines = Files.readAllLines(file);
          rows.put(name.substring(0, name.length() - 4), lines);
          lines.stream().skip(HEAD).forEach(line -> sinks.add(line.split("\t", -1)[0]));
        }
      }
    }
    List<String> columns = SINKS.stream().filter(sinks::contains).toList();
    StringBuilder table = new StringBuilder("| # | fault | visible |");
    columns.forEach(sink -> table.append(' ').append(sink).append(" |"));
    table.append("\n|---|---|---:|").append("---|".repeat(columns.size())).append('\n');
    rows.forEach(
        (number, lines) -> {
          Map<String, String> cells =
              lines.stream()
                  .skip(HEAD)
                  .map(line -> line.split("\t", -1))
                  .collect(Collectors.toMap(parts -> parts[0], parts -> parts[1]));
          String note = lines.get(1).isEmpty() ? "" : " – " + lines.get(1);
          table
              .append("| ")
              .append(number)
              .append(" | ")
              .append(lines.get(0))
              .append(note)
              .append(" | ")
              .append(lines.get(2));
          columns.forEach(sink -> table.append(" | ").append(cells.getOrDefault(sink, "")));
          table.append(" |\n");
        });
    Path whole = Files.createTempFile(ROWS, "table", ".md");
    Files.writeString(
        whole,
        "Each cell: delivered / lost / twice, and the seconds from the end of the fault until all"
            + " that was visible then had been delivered.\n\n"
            + table);
    // another process of tests may be writing it as well
    Files.move(whole, TABLE, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }
}
