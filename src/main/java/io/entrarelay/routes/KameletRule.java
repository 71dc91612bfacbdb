package io.entrarelay.routes;

import com.fasterxml.jackson.core.JsonPointer;
import io.entrarelay.config.DidYouMean;
import io.entrarelay.mapping.Condition;
import io.entrarelay.mapping.JsltFault;
import io.entrarelay.routes.RouteFiles.Kamelet;
import io.entrarelay.routes.RouteFiles.Use;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** A kamelet's parameters are declared, used and passed, all three the same. */
final class KameletRule {
  private KameletRule() {}

  static void check(RouteFiles files, List<Finding> findings) {
    files.kameletFiles().forEach(file -> name(file, findings));
    files.kamelets().values().forEach(kamelet -> used(kamelet, findings));
    for (Use use : files.uses()) {
      if (use.scheme().equals("kamelet") && !Set.of("source", "sink").contains(use.path())) {
        passed(files, use, findings);
      }
    }
  }

  private static void name(YamlFile file, List<Finding> findings) {
    Element root = file.root();
    if (root == null) {
      return;
    }
    String due = String.valueOf(file.path().getFileName()).replace(".kamelet.yaml", "");
    String name = root.textAt("metadata", "name");
    Element metadata = root.get("metadata");
    int line = metadata == null ? root.line() : metadata.lineOf("name");
    if (!due.equals(name)) {
      findings.add(
          file.finding(
              line,
              "kamelet-name",
              "the kamelet's name is " + name + ", the file's is " + due,
              "Let both have one name"));
    }
    String type = root.textAt("metadata", "labels", "camel.apache.org/kamelet.type");
    if (type == null || !due.endsWith("-" + type)) {
      findings.add(
          file.finding(
              line,
              "kamelet-name",
              "the name " + due + " does not end in the kamelet's type, " + type,
              "Name it <system>-<noun>-source, -action or -sink, with the label"
                  + " camel.apache.org/kamelet.type"));
    }
  }

  private static void used(Kamelet kamelet, List<Finding> findings) {
    YamlFile file = kamelet.element().file();
    Element template = kamelet.template();
    if (template == null) {
      findings.add(
          file.finding(
              kamelet.element().line(),
              "kamelet-parameter",
              "the kamelet " + kamelet.name() + " has no spec.template",
              "Say there what it does"));
      return;
    }
    Set<String> beans = beans(kamelet);
    Set<String> used = new LinkedHashSet<>();
    template.walk(
        "",
        (key, element) -> {
          for (Placeholder placeholder : Placeholder.in(element)) {
            if (placeholder.isParameter() && !beans.contains(placeholder.key())) {
              used.add(placeholder.key());
              if (!kamelet.properties().containsKey(placeholder.key())) {
                findings.add(
                    file.finding(
                        element.line(),
                        "kamelet-parameter",
                        "the parameter "
                            + placeholder.key()
                            + " is used in kamelet "
                            + kamelet.name()
                            + " and not declared",
                        DidYouMean.among(kamelet.properties().keySet(), placeholder.key())
                            .map(meant -> "Did you mean " + meant + "?")
                            .orElse("Declare it under spec.definition.properties")));
              }
            }
          }
        });
    kamelet
        .properties()
        .forEach(
            (name, property) -> {
              if (!used.contains(name)) {
                findings.add(
                    file.finding(
                        property.line() - 1,
                        "kamelet-parameter",
                        "the parameter "
                            + name
                            + " is declared in kamelet "
                            + kamelet.name()
                            + " and never used",
                        "Use it in spec.template as {{" + name + "}}, or remove it"));
              }
            });
    for (String name : kamelet.required()) {
      if (!kamelet.properties().containsKey(name)) {
        Element definition = kamelet.element().get("spec", "definition");
        findings.add(
            file.finding(
                definition == null ? 0 : definition.lineOf("required"),
                "kamelet-parameter",
                "the parameter "
                    + name
                    + " is required in kamelet "
                    + kamelet.name()
                    + " and not declared",
                DidYouMean.remedy(kamelet.properties().keySet(), name)));
      }
    }
  }

  /** The names of the kamelet's own beans, which the template refers to as {@code {{name}}}. */
  static Set<String> beans(Kamelet kamelet) {
    Set<String> names = new TreeSet<>();
    Element beans = kamelet.element().get("spec", "template", "beans");
    if (beans != null) {
      beans.items().forEach(bean -> names.add(String.valueOf(bean.textAt("name"))));
    }
    return names;
  }

  private static void passed(RouteFiles files, Use use, List<Finding> findings) {
    YamlFile file = use.element().file();
    Kamelet kamelet = files.kamelets().get(use.target());
    if (kamelet == null) {
      findings.add(
          file.finding(
              use.element().lineOf("uri"),
              "kamelet",
              "there is no kamelet " + use.target(),
              DidYouMean.remedy(files.kamelets().keySet(), use.target())));
      return;
    }
    Element parameters = use.element().get("parameters");
    Map<String, Element> passed = parameters == null ? Map.of() : parameters.map();
    for (Map.Entry<String, Element> each : passed.entrySet()) {
      Element property = kamelet.properties().get(each.getKey());
      if (property == null) {
        findings.add(
            file.finding(
                parameters == null ? 0 : parameters.lineOf(each.getKey()),
                "kamelet-parameter",
                "the kamelet " + kamelet.name() + " has no parameter " + each.getKey(),
                DidYouMean.remedy(kamelet.properties().keySet(), each.getKey())));
      } else {
        value(file, kamelet, each.getKey(), property, each.getValue(), findings);
      }
    }
    for (String name : kamelet.required()) {
      Element property = kamelet.properties().get(name);
      if (!passed.containsKey(name) && property != null && property.get("default") == null) {
        findings.add(
            file.finding(
                use.element().lineOf("uri"),
                "kamelet-parameter",
                "the kamelet " + kamelet.name() + " is used without its parameter " + name,
                "Write it under parameters:"));
      }
    }
  }

  private static void value(
      YamlFile file,
      Kamelet kamelet,
      String name,
      Element property,
      Element value,
      List<Finding> findings) {
    String text = value.text();
    if (text == null || !Placeholder.in(value).isEmpty()) {
      return;
    }
    String what = "the parameter " + name + " of kamelet " + kamelet.name();
    if (text.contains("&")) {
      findings.add(
          file.finding(
              value.line(),
              "kamelet-parameter",
              what + " holds &, where Camel would cut it off",
              "Write it without &; in JSLT, \\u0026 within a text"));
      return;
    }
    Element choices = property.get("enum");
    if (choices != null) {
      List<String> known =
          choices.items().stream().map(item -> String.valueOf(item.text())).toList();
      if (!known.contains(text)) {
        findings.add(
            file.finding(
                value.line(),
                "kamelet-parameter",
                what + " can't be " + text,
                DidYouMean.remedy(known, text)));
      }
    }
    boolean wrong =
        switch (String.valueOf(property.textAt("type"))) {
          case "integer" -> !text.matches("-?\\d+");
          case "boolean" -> !text.matches("true|false");
          default -> false;
        };
    if (wrong) {
      findings.add(
          file.finding(
              value.line(),
              "kamelet-parameter",
              what + " is no " + property.textAt("type") + ": " + text,
              String.valueOf(property.textAt("description")).replaceAll("\\.$", "")));
    }
    format(file, what, String.valueOf(property.textAt("format")), value, text, findings);
  }

  private static void format(
      YamlFile file,
      String what,
      String format,
      Element value,
      String text,
      List<Finding> findings) {
    if (format.equals("jslt")) {
      try {
        Condition.compile(file.name(), text);
      } catch (JsltFault e) {
        findings.add(
            file.finding(
                value.line() + Math.max(0, e.line() - 1),
                "condition",
                what + " is no JSLT: column " + e.column() + ": " + e.reason(),
                "The reference is github.com/schibsted/jslt"));
      }
    } else if (format.equals("json-pointer")) {
      try {
        if (text.endsWith("/") || JsonPointer.compile(text).matches()) {
          throw new IllegalArgumentException("no property");
        }
      } catch (IllegalArgumentException e) {
        findings.add(
            file.finding(
                value.line(),
                "kamelet-parameter",
                what + " is no JSON pointer: " + text,
                "Write one like /properties/ipAddress"));
      }
    }
  }
}
