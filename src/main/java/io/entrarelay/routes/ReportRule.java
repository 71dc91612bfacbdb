package io.entrarelay.routes;

import io.entrarelay.config.DidYouMean;
import io.entrarelay.graph.Cloud;
import io.entrarelay.mapping.JsltFault;
import io.entrarelay.mapping.Mappings;
import io.entrarelay.record.Report;
import io.entrarelay.record.VendorForm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/** Reports are complete and read by a route, and the settings' forms have mappings. */
final class ReportRule {
  private ReportRule() {}

  static void check(RouteFiles files, List<String> forms, List<Finding> findings) {
    Map<String, Element> reports = new TreeMap<>();
    files
        .beans()
        .forEach(
            (name, bean) -> {
              if (Report.class.getName().equals(bean.textAt("type"))) {
                report(name, bean, findings);
                String report = bean.textAt("properties", "name");
                reports.put(report == null ? name : report, bean);
              }
            });
    Set<String> read = read(files, reports.keySet(), findings);
    reports.forEach(
        (name, bean) -> {
          if (!read.contains(name)) {
            findings.add(
                bean.file()
                    .finding(
                        bean.lineOf("name"),
                        "report",
                        "no route reads the report " + name,
                        "Add a route with a quartz: tick that sets the variable report to "
                            + name
                            + " and calls direct:flow.due"));
          }
        });
    mappings(files, forms, reports.keySet(), findings);
  }

  private static void report(String name, Element bean, List<Finding> findings) {
    Element properties = bean.get("properties");
    int line = properties == null ? bean.line() : bean.lineOf("properties");
    YamlFile file = bean.file();
    if (properties == null) {
      findings.add(file.finding(line, "report", "the report " + name + " is empty", remedy()));
      return;
    }
    try {
      Report report = Report.of(values(properties));
      if (!report.getName().equals(name)) {
        findings.add(
            file.finding(
                properties.lineOf("name"),
                "report",
                "the bean's name is " + name + ", the report's is '" + report.getName() + "'",
                "Let both have one name"));
      }
      paths(report, properties, findings);
      VendorForm.check(report);
    } catch (IllegalArgumentException e) {
      String message = String.valueOf(e.getMessage());
      findings.add(file.finding(line, "report", message.replaceAll("\\.$", ""), remedy()));
    }
  }

  private static Map<String, Object> values(Element properties) {
    Map<String, Object> values = new LinkedHashMap<>();
    properties
        .map()
        .forEach(
            (key, value) -> {
              if (value.isMap()) {
                Map<String, String> texts = new LinkedHashMap<>();
                value.map().forEach((name, text) -> texts.put(name, String.valueOf(text.text())));
                values.put(key, texts);
              } else if (value.text() != null) {
                values.put(key, value.text());
              }
            });
    return values;
  }

  private static void paths(Report report, Element properties, List<Finding> findings) {
    path(report, properties, "path", report.getPath(), findings);
    Element own = properties.get("paths");
    if (own == null) {
      return;
    }
    report
        .getPaths()
        .forEach(
            (cloud, path) -> {
              if (!Cloud.names().contains(cloud)) {
                findings.add(
                    own.file()
                        .finding(
                            own.lineOf(cloud),
                            "report",
                            "there is no cloud " + cloud,
                            DidYouMean.remedy(Cloud.names(), cloud)));
              }
              if (!path.equals(Report.NO_PATH)) {
                path(report, own, cloud, path, findings);
              }
            });
  }

  private static void path(
      Report report, Element element, String key, String path, List<Finding> findings) {
    if (!path.matches("/(v1\\.0|beta)/[A-Za-z/]+")) {
      findings.add(
          element
              .file()
              .finding(
                  element.lineOf(key),
                  "report",
                  "the report " + report.getName() + " has no path of Graph: '" + path + "'",
                  "Write one like /v1.0/auditLogs/signIns"));
    }
  }

  private static String remedy() {
    return "See routes/sources/sign-ins.camel.yaml for a whole one";
  }

  /** The reports that routes set the variable {@code report} to. */
  private static Set<String> read(RouteFiles files, Set<String> known, List<Finding> findings) {
    Set<String> read = new TreeSet<>();
    for (YamlFile file : files.files()) {
      Element root = file.root();
      if (root != null) {
        root.walk(
            "",
            (key, element) -> {
              String name = element.textAt("expression", "constant", "expression");
              if (key.equals("setVariable")
                  && "report".equals(element.textAt("name"))
                  && name != null) {
                read.add(name);
                if (!known.contains(name)) {
                  findings.add(
                      file.finding(
                          element.line(),
                          "report",
                          "there is no report " + name,
                          DidYouMean.remedy(known, name)));
                }
              }
            });
      }
    }
    return read;
  }

  private static void mappings(
      RouteFiles files, List<String> forms, Set<String> reports, List<Finding> findings) {
    Path root = files.mappings();
    if (!files.isFolder()) {
      return; // that is said already
    }
    Mappings.missing(root, forms, reports).stream()
        .map(
            sentence -> {
              int cut = sentence.indexOf(". ");
              return new Finding(
                  "application.yaml",
                  0,
                  "mapping",
                  sentence.substring(0, cut),
                  sentence.substring(cut + 2, sentence.length() - 1));
            })
        .forEach(findings::add);
    for (Path folder : folders(root)) {
      if (String.valueOf(folder.getFileName()).equals(Mappings.LIBRARY)) {
        continue;
      }
      for (Path file : Mappings.files(folder)) {
        String report = String.valueOf(file.getFileName()).replace(".jslt", "");
        if (!reports.contains(report)) {
          findings.add(
              new Finding(
                  file.toString(),
                  0,
                  "mapping",
                  "there is no report " + report,
                  DidYouMean.remedy(reports, report)));
        }
        try {
          Mappings.compile(root, file);
        } catch (JsltFault e) {
          findings.add(
              new Finding(
                  e.source(),
                  e.line(),
                  "mapping",
                  (e.column() > 0 ? "column " + e.column() + ": " : "") + e.reason(),
                  "The reference is github.com/schibsted/jslt"));
        }
      }
    }
  }

  private static List<Path> folders(Path root) {
    if (!Files.isDirectory(root)) {
      return List.of();
    }
    try (Stream<Path> folders = Files.list(root)) {
      return folders.filter(Files::isDirectory).sorted().toList();
    } catch (IOException e) {
      return List.of();
    }
  }
}
