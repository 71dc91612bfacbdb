package io.entrarelay.config;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.composer.Composer;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;
import org.yaml.snakeyaml.parser.ParserImpl;
import org.yaml.snakeyaml.reader.ReaderException;
import org.yaml.snakeyaml.reader.StreamReader;
import org.yaml.snakeyaml.reader.UnicodeReader;
import org.yaml.snakeyaml.resolver.Resolver;

/**
 * The keys of one YAML file, flattened to {@code a.b.c}, each with its line. It reads the nodes,
 * not objects, so that no type of YAML 1.1 gets in between and every error has its line. Aliases
 * are refused in what is read: they save nothing in files this small, and an alias can be made to
 * grow without bounds.
 */
final class YamlKeys {
  private static final Set<Tag> PLAIN =
      Set.of(
          Tag.STR,
          Tag.INT,
          Tag.FLOAT,
          Tag.BOOL,
          Tag.NULL,
          Tag.TIMESTAMP,
          Tag.MAP,
          Tag.SEQ,
          Tag.MERGE);

  private static final int MOST_NAME = 200;
  private static final int MOST_ENTRIES = 1_000;
  private static final String TAG_REMEDY = "Leave the tag out, or put the value into quotes";

  private final String file;
  private final Map<String, YamlValue> values = new LinkedHashMap<>();
  private final List<Problem> problems = new ArrayList<>();
  private final Set<Node> seen = Collections.newSetFromMap(new IdentityHashMap<>());
  private int entries;

  private YamlKeys(String file) {
    this.file = file;
  }

  /**
   * Reads a file; problems that leave the rest readable are kept in {@link #problems()}.
   *
   * @param group only keys of this top-level group are looked at; null for all
   * @throws ConfigurationException when nothing can be read: no file, no UTF-8, no YAML, too large
   */
  static YamlKeys read(Path path, int maxBytes, @Nullable String group) {
    YamlKeys keys = new YamlKeys(path.toString());
    Node root = keys.compose(keys.bytes(path, maxBytes), maxBytes);
    if (root instanceof MappingNode mapping) {
      keys.flatten("", mapping, group);
    } else if (root != null && !Tag.NULL.equals(root.getTag())) {
      throw keys.unreadable(
          line(root), "holds no keys", "Write one key: value on each line, as in the README");
    }
    return keys;
  }

  Map<String, YamlValue> values() {
    return values;
  }

  List<Problem> problems() {
    return problems;
  }

  private byte[] bytes(Path path, int maxBytes) {
    try (InputStream in = Files.newInputStream(path)) {
      byte[] bytes = in.readNBytes(maxBytes + 1);
      if (bytes.length > maxBytes) {
        throw unreadable(
            0,
            "is larger than " + SizeText.format(maxBytes),
            "Is this the right file? Keep only the keys of the README in it");
      }
      return bytes;
    } catch (NoSuchFileException e) {
      throw unreadable(0, "is not there", "Check the name and the --config directory");
    } catch (IOException e) {
      throw unreadable(
          0, "can't be read", "Check that it is a file and who may read it: ls -l " + file);
    }
  }

  private @Nullable Node compose(byte[] bytes, int maxBytes) {
    LoaderOptions options = new LoaderOptions();
    options.setCodePointLimit(maxBytes);
    options.setNestingDepthLimit(20);
    try (UnicodeReader reader = new UnicodeReader(new ByteArrayInputStream(bytes))) {
      return new Composer(
              new ParserImpl(new StreamReader(reader), options), new Resolver(), options)
          .getSingleNode();
    } catch (MarkedYAMLException e) {
      Mark mark = e.getProblemMark();
      throw notYaml(
          mark == null ? 0 : mark.getLine() + 1,
          String.valueOf(e.getProblem()),
          String.valueOf(e.getContext()));
    } catch (ReaderException e) {
      throw unreadable(
          0, "holds a control character", "Write the file again with a text editor, as UTF-8");
    } catch (YAMLException e) {
      if (e.getCause() instanceof CharacterCodingException) {
        throw unreadable(0, "is not UTF-8 text", "Save it as UTF-8");
      }
      throw unreadable(
          0, "is nested too deeply or grows by aliases", "Write the keys as in the README");
    } catch (IllegalArgumentException e) {
      // SnakeYAML 2.4 lets NumberFormatException out for "\\x" without digits.
      throw unreadable(
          0,
          "has a wrong \\ escape inside double quotes",
          "Use 'single quotes' for a text with \\");
    } catch (IOException e) {
      throw unreadable(0, "is not UTF-8 text", "Save it as UTF-8");
    }
  }

  /** SnakeYAML's own texts may quote the file, and so a secret: only what they mean is said. */
  private ConfigurationException notYaml(int line, String problem, String context) {
    if (problem.contains("TAB")) {
      return unreadable(line, "is indented with a tab", "Use spaces");
    }
    if (problem.contains("mapping values are not allowed")) {
      return unreadable(
          line,
          "has a colon where none can be, or a key that is indented too far",
          "Put a value with a colon into quotes and let keys of a group begin in the same column");
    }
    if (problem.contains("could not find expected ':'")) {
      return unreadable(line, "has a line before this one without a colon", "Write key: value");
    }
    if (problem.contains("<block end>")) {
      return unreadable(
          line,
          "is indented unlike the lines before it",
          "Let keys of a group begin in the same column");
    }
    if (problem.contains("tag")) {
      return unreadable(line, "has a YAML tag (!)", TAG_REMEDY);
    }
    if (problem.contains("alias")) {
      return unreadable(
          line,
          "has a value that begins with *, which YAML takes for an alias",
          "Put the value into quotes");
    }
    if (problem.contains("another document")) {
      return unreadable(line, "holds more than one document", "Remove the line ---");
    }
    if (context.contains("quoted scalar")) {
      return unreadable(
          line,
          "has a quote that is not closed, or \\ inside one",
          "Close the quote; use 'single quotes' for a text with \\");
    }
    if (context.contains("flow")) {
      return unreadable(line, "has a [ or { that is not closed", "Close it");
    }
    return unreadable(
        line, "is not YAML", "Write key: value, and quotes around a value with special characters");
  }

  private void flatten(String prefix, MappingNode mapping, @Nullable String group) {
    Map<String, Integer> lines = new HashMap<>();
    for (NodeTuple tuple : mapping.getValue()) {
      if (!(tuple.getKeyNode() instanceof ScalarNode keyNode)) {
        problem(
            line(tuple.getKeyNode()), prefix, "has a key that is not a word", "Write key: value");
        continue;
      }
      String name = keyNode.getValue();
      if (name.length() > MOST_NAME) {
        problem(line(keyNode), prefix, "has a key of more than 200 characters", "Write key: value");
        continue;
      }
      count(keyNode);
      String key = prefix.isEmpty() ? name : prefix + "." + name;
      if (prefix.isEmpty() && group != null && !key.equals(group) && !key.startsWith(group + ".")) {
        continue;
      }
      Integer first = lines.putIfAbsent(name, line(keyNode));
      if (first != null) {
        twice(line(keyNode), key, first);
        continue;
      }
      flatten(key, line(keyNode), tuple.getValueNode());
    }
  }

  private void flatten(String key, int line, Node value) {
    if (!plain(key, value)) {
      return;
    }
    if (value instanceof MappingNode group) {
      if (group.getValue().isEmpty()) {
        put(key, new YamlValue(line, false, List.of()));
      }
      flatten(key, group, null);
    } else if (value instanceof SequenceNode sequence) {
      List<YamlValue.Item> items = new ArrayList<>();
      for (Node node : sequence.getValue()) {
        count(node);
        if (!plain(key, node)) {
          continue;
        }
        if (node instanceof ScalarNode scalar && !Tag.NULL.equals(node.getTag())) {
          items.add(new YamlValue.Item(scalar.getValue(), line(node)));
        } else {
          problem(
              line(node), key, "has an entry that is not a word", "Write a list of words: [a, b]");
        }
      }
      put(key, new YamlValue(line, true, List.copyOf(items)));
    } else if (value instanceof ScalarNode scalar) {
      List<YamlValue.Item> items =
          Tag.NULL.equals(value.getTag()) || scalar.getValue().isBlank()
              ? List.of()
              : List.of(new YamlValue.Item(scalar.getValue(), line(value)));
      put(key, new YamlValue(line, false, items));
    }
  }

  private void count(Node node) {
    if (++entries > MOST_ENTRIES) {
      throw unreadable(
          line(node),
          "holds more than 1000 keys and values",
          "Is this the right file? Keep only the keys of the README in it");
    }
  }

  private boolean plain(String key, Node node) {
    if (!seen.add(node)) {
      problem(line(node), key, "is an alias (*)", "Write the value out");
      return false;
    }
    if (!PLAIN.contains(node.getTag())) {
      problem(line(node), key, "has a YAML tag (!)", TAG_REMEDY);
      return false;
    }
    return true;
  }

  private void put(String key, YamlValue value) {
    YamlValue first = values.putIfAbsent(key, value);
    if (first != null) {
      twice(value.line(), key, first.line());
    }
  }

  private void twice(int line, String key, int firstLine) {
    problem(line, key, "is given twice, first on line " + firstLine, "Keep one of the two");
  }

  private void problem(int line, String key, String cause, String remedy) {
    problems.add(new Problem(file, line, key, cause, remedy));
  }

  private ConfigurationException unreadable(int line, String cause, String remedy) {
    return new ConfigurationException(List.of(new Problem(file, line, "", cause, remedy)));
  }

  private static int line(Node node) {
    return node.getStartMark().getLine() + 1;
  }
}
