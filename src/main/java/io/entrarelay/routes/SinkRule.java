package io.entrarelay.routes;

import io.entrarelay.routes.RouteFiles.Use;
import java.util.List;

/** A sink asks for forms that are made. */
final class SinkRule {
  private SinkRule() {}

  static void check(RouteFiles files, List<String> forms, List<Finding> findings) {
    for (Use use : files.uses()) {
      String asked =
          use.path().startsWith("outbox-source/")
              ? use.element().textAt("parameters", "forms")
              : null;
      if (asked == null || asked.contains("{{")) {
        continue;
      }
      for (String form : asked.split("\\s*,\\s*")) {
        if (!forms.contains(form)) {
          findings.add(
              use.element()
                  .file()
                  .finding(
                      use.element().get("parameters").lineOf("forms"),
                      "form",
                      "the sink asks for the form " + form + ", which relay.forms does not name",
                      "Add it to relay.forms in config/application.yaml, else the sink gets nothing"));
        }
      }
    }
  }
}
