package io.entrarelay.routes;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.composer.Composer;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.CollectionNode;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.parser.ParserImpl;
import org.yaml.snakeyaml.reader.StreamReader;
import org.yaml.snakeyaml.resolver.Resolver;

/** A YAML file, read as nodes so that everything in it has its line. */
final class YamlFile {
  private final Path path;
  private final String name;
  private @Nullable Element root;

  private YamlFile(Path path, String name) {
    this.path = path;
    this.name = name;
  }

  /**
   * Reads a file; where it can't be read at all it has no root.
   *
   * @param name what findings call it
   */
  static YamlFile read(Path path, String name, List<Finding> findings) {
    YamlFile file = new YamlFile(path, name);
    try {
      Node node = compose(Files.readString(path));
      if (node != null && file.isPlain(node, findings)) {
        file.root = new Element(file, node);
      }
    } catch (MarkedYAMLException e) {
      Mark mark = e.getProblemMark();
      String problem = String.valueOf(e.getProblem());
      findings.add(
          new Finding(
              name,
              mark == null ? 0 : mark.getLine() + 1,
              "yaml",
              problem.contains("TAB")
                  ? "it is indented with a tab"
                  : "it is not YAML: " + problem.replace("\n", " "),
              problem.contains("TAB")
                  ? "Indent with spaces"
                  : "Check the indentation and quotes of this line and the one before"));
    } catch (CharacterCodingException e) {
      findings.add(new Finding(name, 0, "yaml", "it is not UTF-8 text", "Save it as UTF-8"));
    } catch (YAMLException e) {
      findings.add(
          new Finding(
              name,
              0,
              "yaml",
              "it is not YAML, nested too deeply or holds a control character",
              "Write it again with a text editor"));
    } catch (IOException e) {
      findings.add(new Finding(name, 0, "yaml", "it can't be read", "Check who may read it"));
    }
    return file;
  }

  private static @Nullable Node compose(String text) {
    LoaderOptions options = new LoaderOptions();
    return new Composer(new ParserImpl(new StreamReader(text), options), new Resolver(), options)
        .getSingleNode();
  }

  private boolean isPlain(Node root, List<Finding> findings) {
    int before = findings.size();
    plain(root, Collections.newSetFromMap(new IdentityHashMap<>()), findings);
    return findings.size() == before;
  }

  private void plain(Node node, Set<Node> seen, List<Finding> findings) {
    int line = node.getStartMark().getLine() + 1;
    if (node instanceof CollectionNode<?> && !seen.add(node)) {
      findings.add(new Finding(name, line, "yaml", "it holds an alias (*)", "Write the value out"));
      return;
    }
    if (node instanceof MappingNode mapping) {
      Set<String> keys = new HashSet<>();
      for (NodeTuple tuple : mapping.getValue()) {
        if (tuple.getKeyNode() instanceof ScalarNode key && !keys.add(key.getValue())) {
          findings.add(
              new Finding(
                  name,
                  key.getStartMark().getLine() + 1,
                  "yaml",
                  key.getValue() + " is there twice",
                  "Keep one of the two"));
        }
        plain(tuple.getValueNode(), seen, findings);
      }
    } else if (node instanceof org.yaml.snakeyaml.nodes.SequenceNode sequence) {
      sequence.getValue().forEach(item -> plain(item, seen, findings));
    }
  }

  Path path() {
    return path;
  }

  /** What findings call it. */
  String name() {
    return name;
  }

  /** All that is in it; null where it can't be read or is empty. */
  @Nullable Element root() {
    return root;
  }

  Finding finding(int line, String rule, String cause, String remedy) {
    return new Finding(name, line, rule, cause, remedy);
  }
}
