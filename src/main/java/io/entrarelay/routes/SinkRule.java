package io.entrarelay.routes;

import io.entrarelay.routes.RouteFiles.Use;
import java.util.List;

/** A sink asks for forms that are made. */
final class SinkRule {
  private SinkRule() {}

  static void check(RouteFiles files, List<String> forms, List<Finding> findings) {
    for (Use use : files.uses()) {
      Element parameters = use.element().get("parameters");
      String asked = parameters == null ? null : parameters.textAt("forms");
      if (parameters == null
          || asked == null
          || asked.contains("{{")
          || !use.path().startsWith("outbox-source/")) {
        continue;
      }
      for (String form : asked.split("\\s*,\\s*", -1)) {
        if (!forms.contains(form)) {
          findings.add(
              parameters
                  .file()
                  .finding(
                      parameters.lineOf("forms"),
                      "form",
                      "the sink asks for the form " + form + ", which relay.forms does not name",
                      "Add it to relay.forms in config/application.yaml, else the sink gets nothing"));
        }
      }
    }
  }
}
