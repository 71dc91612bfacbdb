package io.entrarelay.relay;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** A copy of the shipped routes that a test edits as routes/README.md shows it. */
public final class RoutesFolder {
  private static final Path SHIPPED = Path.of("routes");
  private static final Pattern BLOCK =
      Pattern.compile(
          "^```(?:yaml|jslt|csv)\n(?:#|//) (\\S+)\n(.*?)^```$", Pattern.DOTALL | Pattern.MULTILINE);

  private final Path root;

  private RoutesFolder(Path root) {
    this.root = root;
  }

  /**
   * Copies the shipped routes.
   *
   * @param root what {@code routes/} and {@code config/} of the README are relative to
   */
  public static RoutesFolder copy(Path root) throws IOException {
    try (Stream<Path> files = Files.walk(SHIPPED)) {
      for (Path file : (Iterable<Path>) files.filter(Files::isRegularFile)::iterator) {
        Path to = root.resolve("routes").resolve(SHIPPED.relativize(file).toString());
        Files.createDirectories(to.getParent());
        Files.copy(file, to);
      }
    }
    return new RoutesFolder(root);
  }

  public Path routes() {
    return root.resolve("routes");
  }

  /** Makes the edits of the README's section with this heading. */
  public void edit(String heading) throws IOException {
    String readme = Files.readString(SHIPPED.resolve("README.md"));
    int from = readme.indexOf("\n### " + heading);
    if (from < 0) {
      throw new AssertionError("routes/README.md has no section " + heading);
    }
    int end = readme.indexOf("\n##", from + 4);
    Matcher block = BLOCK.matcher(readme.substring(from, end));
    int blocks = 0;
    while (block.find()) {
      put(block.group(1), block.group(2));
      blocks++;
    }
    if (blocks == 0) {
      throw new AssertionError("section " + heading + " of routes/README.md has no block");
    }
  }

  /** Puts a block into a file: all of it, or the part that begins with the same line. */
  public void put(String file, String block) throws IOException {
    Path path = root.resolve(file);
    if (!block.startsWith(" ")) {
      Files.createDirectories(path.getParent());
      Files.writeString(path, block);
      return;
    }
    List<String> lines = new ArrayList<>(Files.readAllLines(path));
    String first = block.lines().findFirst().orElseThrow();
    int at = lines.indexOf(first);
    if (at < 0) {
      throw new AssertionError(file + " has no line '" + first + "'");
    }
    int indent = indent(first);
    lines.remove(at);
    while (at < lines.size() && (lines.get(at).isBlank() || indent(lines.get(at)) > indent)) {
      lines.remove(at);
    }
    lines.addAll(at, block.lines().toList());
    Files.write(path, lines);
  }

  private static int indent(String line) {
    return line.length() - line.stripLeading().length();
  }
}
