package io.entrarelay.routes;

import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Camel's canonical YAML: the form that later versions of Camel keep and that editors write. (Camel
 * issues CAMEL-22987 and CAMEL-24744.)
 */
final class CanonicalRule {
  private static final String RULE = "canonical";

  private static final Set<String> LANGUAGES =
      Set.of(
          "constant",
          "csimple",
          "exchangeProperty",
          "groovy",
          "header",
          "java",
          "jq",
          "jsonpath",
          "language",
          "method",
          "ref",
          "simple",
          "spel",
          "tokenize",
          "variable",
          "xpath");

  /** Steps, and parts of steps, that take an expression. */
  private static final Set<String> TAKE_EXPRESSION =
      Set.of(
          "delay",
          "dynamicRouter",
          "enrich",
          "filter",
          "idempotentConsumer",
          "loop",
          "pollEnrich",
          "recipientList",
          "resequence",
          "routingSlip",
          "script",
          "setBody",
          "setHeader",
          "setProperty",
          "setVariable",
          "sort",
          "split",
          "throttle",
          "transform",
          "validate",
          "when");

  /** What is below these keys is somebody else's: no keys of Camel. */
  private static final Set<String> FREE = Set.of("parameters", "properties", "constructors");

  private CanonicalRule() {}

  static void check(RouteFiles files, List<Finding> findings) {
    for (YamlFile file : files.files()) {
      Element root = file.root();
      if (root == null) {
        continue;
      }
      for (Element entry : root.items()) {
        entry.map().keySet().forEach(key -> top(key, entry, findings));
        part("", entry, findings);
      }
    }
    for (RouteFiles.Kamelet kamelet : files.kamelets().values()) {
      Element template = kamelet.template();
      if (template != null) {
        part("", template, findings);
      }
    }
  }

  private static void top(String key, Element entry, List<Finding> findings) {
    if (key.equals("from")) {
      add(entry, key, "from: stands by itself", "Wrap it: - route: with id: and from:", findings);
    } else if (key.equals("routeTemplate") || key.equals("templatedRoute")) {
      add(
          entry,
          key,
          key + " is not shown by editors and has no schema for its parameters",
          "Write a kamelet under routes/kamelets",
          findings);
    }
  }

  private static void part(String name, Element part, List<Finding> findings) {
    for (Element item : part.items()) {
      if (name.equals("steps")) {
        step(item, findings);
      }
      part(name, item, findings);
    }
    Map<String, Element> map = part.map();
    for (Map.Entry<String, Element> entry : map.entrySet()) {
      String key = entry.getKey();
      Element value = entry.getValue();
      if (key.contains("-")) {
        add(part, key, key + " is not in camelCase", "Write " + camelCase(key), findings);
      }
      String text = value.text();
      if (key.equals("uri") && text != null && text.contains("?") && !text.contains("{{?")) {
        add(
            part,
            key,
            "the uri holds options",
            "Write them under parameters:, the uri as " + text.substring(0, text.indexOf('?')),
            findings);
      }
      if (TAKE_EXPRESSION.contains(name) && LANGUAGES.contains(key)) {
        add(
            part,
            key,
            "the expression is written short",
            "Write expression: with " + key + ": and expression: below it",
            findings);
      } else if (name.equals("expression") && LANGUAGES.contains(key) && text != null) {
        add(
            part,
            key,
            "the expression is written short",
            "Write " + key + ": with expression: below it",
            findings);
      }
      if (!FREE.contains(key)) {
        part(key, value, findings);
      }
    }
  }

  private static void step(Element step, List<Finding> findings) {
    step.map()
        .forEach(
            (key, value) -> {
              if (value.text() != null) {
                add(
                    step,
                    key,
                    "the step " + key + " is written short",
                    "Write "
                        + key
                        + ": with "
                        + (key.equals("log")
                            ? "message:"
                            : key.startsWith("to") ? "uri:" : "its keys")
                        + " below it",
                    findings);
              }
            });
  }

  private static String camelCase(String key) {
    StringBuilder name = new StringBuilder();
    for (String word : key.split("-")) {
      name.append(
          name.isEmpty() || word.isEmpty()
              ? word
              : Character.toUpperCase(word.charAt(0)) + word.substring(1));
    }
    return name.toString();
  }

  private static void add(
      Element map, String key, String cause, String remedy, List<Finding> findings) {
    findings.add(map.file().finding(map.lineOf(key), RULE, cause, remedy));
  }
}
