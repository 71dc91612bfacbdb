package io.entrarelay.routes;

import io.entrarelay.config.DidYouMean;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What routes call by name is there: settings, beans and their methods. */
final class NameRule {
  private static final Pattern REFERENCE = Pattern.compile("#(?:bean:)?([A-Za-z_][\\w-]*)");

  private NameRule() {}

  /**
   * @param properties keys that have a value
   * @param relay the relay's own beans by name
   */
  static void check(
      RouteFiles files,
      Set<String> properties,
      Map<String, Class<?>> relay,
      List<Finding> findings) {
    Map<String, @Nullable Class<?>> beans = new TreeMap<>(relay);
    files.beans().forEach((name, bean) -> beans.put(name, type(bean, findings)));
    for (YamlFile file : files.files()) {
      check(file.root(), properties, beans, Set.of(), findings);
    }
    for (RouteFiles.Kamelet kamelet : files.kamelets().values()) {
      Set<String> own = new TreeSet<>(kamelet.properties().keySet());
      own.addAll(KameletRule.beans(kamelet));
      Map<String, @Nullable Class<?>> all = new TreeMap<>(beans);
      Element local = kamelet.element().get("spec", "template", "beans");
      for (Element bean : local == null ? List.<Element>of() : local.items()) {
        all.put("{{" + bean.textAt("name") + "}}", type(bean, findings));
      }
      check(kamelet.element(), properties, all, own, findings);
    }
  }

  private static void check(
      @Nullable Element root,
      Set<String> properties,
      Map<String, @Nullable Class<?>> beans,
      Set<String> parameters,
      List<Finding> findings) {
    if (root == null) {
      return;
    }
    root.walk(
        "",
        (key, element) -> {
          for (Placeholder placeholder : Placeholder.in(element)) {
            boolean known =
                placeholder.optional()
                    || properties.contains(placeholder.key())
                    || (!parameters.isEmpty() && placeholder.isParameter());
            if (!known) {
              findings.add(
                  element
                      .file()
                      .finding(
                          element.line(),
                          "property",
                          "the setting " + placeholder.key() + " has no value",
                          DidYouMean.among(properties, placeholder.key())
                              .map(meant -> "Did you mean " + meant + "?")
                              .orElse(
                                  "Set it in application.yaml, or write {{"
                                      + placeholder.key()
                                      + ":default}}")));
            }
          }
          if ((key.equals("bean") || key.equals("method")) && element.isMap()) {
            bean(element, beans, findings);
          }
          Matcher reference = REFERENCE.matcher(String.valueOf(element.text()));
          if (reference.matches() && !beans.containsKey(reference.group(1))) {
            unknown(element, element.line(), reference.group(1), beans.keySet(), findings);
          }
        });
  }

  private static void bean(
      Element element, Map<String, @Nullable Class<?>> beans, List<Finding> findings) {
    String ref = element.textAt("ref");
    if (ref == null) {
      return;
    }
    if (!beans.containsKey(ref)) {
      unknown(element, element.lineOf("ref"), ref, beans.keySet(), findings);
      return;
    }
    String method = element.textAt("method");
    Class<?> type = beans.get(ref);
    if (method == null || type == null) {
      return;
    }
    String name = method.replaceAll("\\(.*", "");
    Set<String> known = new TreeSet<>();
    Arrays.stream(type.getMethods())
        .filter(each -> each.getDeclaringClass() != Object.class)
        .map(Method::getName)
        .forEach(known::add);
    if (!known.contains(name)) {
      findings.add(
          element
              .file()
              .finding(
                  element.lineOf("method"),
                  "bean",
                  "the bean " + ref + " has no method " + name,
                  DidYouMean.remedy(known, name)));
    }
  }

  private static void unknown(
      Element element, int line, String name, Set<String> known, List<Finding> findings) {
    findings.add(
        element
            .file()
            .finding(line, "bean", "there is no bean " + name, DidYouMean.remedy(known, name)));
  }

  private static void properties(Element bean, Class<?> type, List<Finding> findings) {
    Element properties = bean.get("properties");
    if (properties == null) {
      return;
    }
    Set<String> known = new TreeSet<>();
    for (Method method : type.getMethods()) {
      if (method.getName().matches("set.+") && method.getParameterCount() == 1) {
        String name = method.getName().substring(3);
        known.add(Character.toLowerCase(name.charAt(0)) + name.substring(1));
      }
    }
    for (String key : properties.map().keySet()) {
      String name = key.replaceAll("[.\\[].*", "");
      if (!known.contains(name)) {
        findings.add(
            bean.file()
                .finding(
                    properties.lineOf(key),
                    "bean",
                    "a " + type.getSimpleName() + " has no property " + name,
                    DidYouMean.remedy(known, name)));
      }
    }
  }

  private static @Nullable Class<?> type(Element bean, List<Finding> findings) {
    String type = bean.textAt("type");
    if (type == null) {
      return null;
    }
    String name = type.replaceFirst("^#class:", "");
    try {
      Class<?> found = Class.forName(name, false, NameRule.class.getClassLoader());
      properties(bean, found, findings);
      return found;
    } catch (ClassNotFoundException | LinkageError e) {
      findings.add(
          bean.file()
              .finding(
                  bean.lineOf("type"),
                  "bean",
                  "there is no class " + name,
                  "Check the name, and that its library is beside the jar, in lib/"));
      return null;
    }
  }
}
