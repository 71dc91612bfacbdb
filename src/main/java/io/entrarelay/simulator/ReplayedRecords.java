package io.entrarelay.simulator;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Records from files: each line of {@code *.ndjson} is one, and which report it belongs to follows
 * from its properties. The newest is moved to the simulator's start by whole seconds, and the
 * others with it. A line whose id has been before is a later content of that record, shown 10 s
 * (divided by {@code compress}) after the one before; of the times that move it is then.
 */
final class ReplayedRecords implements RecordSource {
  private static final long BETWEEN_CONTENTS = 10 * Ticks.SECOND;
  private static final JsonMapper JSON = new JsonMapper();

  private final long start;
  private final double compress;
  private final boolean moves;
  private final List<Replayed> records;

  private record Replayed(String id, long time, List<String> contents) {}

  private ReplayedRecords(ReportKind kind, long start, double compress, List<Replayed> records) {
    this.moves = kind.isRisk();
    this.start = start;
    this.compress = compress;
    this.records = records;
  }

  /**
   * Reads a folder.
   *
   * @throws IllegalArgumentException naming the file, the line and what is wrong
   */
  static Map<ReportKind, RecordSource> read(Path folder, long start, double compress) {
    Map<ReportKind, Map<String, Replayed>> found = new EnumMap<>(ReportKind.class);
    for (ReportKind kind : ReportKind.values()) {
      found.put(kind, new LinkedHashMap<>());
    }
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file :
          files.filter(path -> path.toString().endsWith(".ndjson")).sorted().toList()) {
        List<String> lines = Files.readAllLines(file, StandardCharsets.UTF_8);
        for (int i = 0; i < lines.size(); i++) {
          if (!lines.get(i).isBlank()) {
            take(found, lines.get(i), file + ", line " + (i + 1));
          }
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("The simulator can't read " + folder + " to replay it.", e);
    }
    long newest =
        found.values().stream()
            .flatMap(records -> records.values().stream())
            .mapToLong(Replayed::time)
            .max()
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "The simulator finds no record to replay in "
                            + folder
                            + ". Put files there that end in .ndjson, with a record of Graph on"
                            + " each line."));
    long shift = Math.floorDiv(start - newest, Ticks.SECOND) * Ticks.SECOND;
    Map<ReportKind, RecordSource> sources = new EnumMap<>(ReportKind.class);
    found.forEach(
        (kind, records) -> {
          List<Replayed> moved = new ArrayList<>();
          records.values().forEach(record -> moved.add(move(kind, record, shift, start, compress)));
          moved.sort(Comparator.comparingLong(Replayed::time));
          sources.put(kind, new ReplayedRecords(kind, start, compress, moved));
        });
    return sources;
  }

  private static void take(
      Map<ReportKind, Map<String, Replayed>> found, String line, String place) {
    JsonNode record;
    try {
      record = JSON.readTree(line);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(
          place + ": this is not JSON. Replay takes one record of Graph per line.", e);
    }
    String id = record.path("id").asText();
    ReportKind kind = ReportKind.ofRecord(record);
    String time = kind == null ? "" : record.path(kind.time()).asText();
    Map<String, Replayed> records = kind == null ? null : found.get(kind);
    if (kind == null || records == null || id.isEmpty() || time.isEmpty()) {
      throw new IllegalArgumentException(
          place
              + ": the record has no id, or none of the times by which Graph's reports are read,"
              + " such as createdDateTime (a sign-in) or activityDateTime (a directory audit).");
    }
    try {
      Replayed replayed =
          new Replayed(id, Ticks.of(Instant.parse(time)), new ArrayList<>(List.of(line)));
      Replayed before = records.putIfAbsent(id, replayed);
      if (before != null) {
        before.contents.add(line);
      }
    } catch (DateTimeException e) {
      throw new IllegalArgumentException(
          place + ": " + kind.time() + " is not a time, such as 2026-11-22T10:00:00.1234567Z.", e);
    }
  }

  private static Replayed move(
      ReportKind kind, Replayed record, long shift, long start, double compress) {
    long time = record.time + shift;
    Pattern property = Pattern.compile("(\"" + kind.time() + "\"\\s*:\\s*\")([^\"]*)\"");
    List<String> contents = new ArrayList<>();
    for (String content : record.contents) {
      int number = contents.size();
      long own = kind.isRisk() && number > 0 ? shown(start, compress, number) : time;
      Matcher matcher = property.matcher(content);
      contents.add(matcher.replaceFirst("$1" + Ticks.text(own) + "\""));
    }
    return new Replayed(record.id, time, contents);
  }

  private static long shown(long start, double compress, int content) {
    return start + (long) (content * BETWEEN_CONTENTS / compress);
  }

  @Override
  public long time(long index, int content) {
    return moves && content > 0 ? shown(start, compress, content) : time(index);
  }

  @Override
  public long reach() {
    return moves ? Long.MAX_VALUE : 0; // as old as they are
  }

  @Override
  public long count(long now) {
    return firstNotBefore(now + 1, records.size());
  }

  @Override
  public long time(long index) {
    return records.get((int) index).time;
  }

  @Override
  public String id(long index) {
    return records.get((int) index).id;
  }

  @Override
  public int contents(long index) {
    return records.get((int) index).contents.size();
  }

  @Override
  public long visible(long index, int content) {
    return content == 0 ? time(index) : shown(start, compress, content);
  }

  @Override
  public void write(long index, int content, ByteArrayOutputStream out) {
    out.writeBytes(records.get((int) index).contents.get(content).getBytes(StandardCharsets.UTF_8));
  }
}
