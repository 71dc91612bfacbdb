package io.entrarelay.console;

import io.entrarelay.config.Problem;
import jakarta.servlet.http.HttpServletRequest;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What was filled in to connect a tenant by consent; fields have the names of an integration file's
 * keys.
 *
 * @param tenantId empty where the administrator shall say which it is
 */
record ConsentForm(String name, String displayName, String tenantId, List<String> reports) {
  /** The fields' labels, by their names, in the page's order. */
  static final Map<String, String> LABELS = labels();

  private static Map<String, String> labels() {
    Map<String, String> labels = new LinkedHashMap<>();
    for (String field : List.of("name", "display-name", "tenant-id", "reports")) {
      labels.put(field, IntegrationForm.LABELS.getOrDefault(field, field));
    }
    return labels;
  }

  /** Nothing filled in yet but what most want. */
  static ConsentForm blank() {
    return new ConsentForm("", "", "", IntegrationForm.blank().reports());
  }

  static ConsentForm of(HttpServletRequest request) {
    return new ConsentForm(
        IntegrationForm.text(request, "name"),
        IntegrationForm.text(request, "display-name"),
        IntegrationForm.text(request, "tenant-id"),
        IntegrationForm.reports(request));
  }

  /** What is wrong, in a form's words where it has some of its own. */
  List<Problem> problems(List<Problem> found) {
    return found.stream()
        .map(
            problem ->
                problem.key().equals("reports") && reports.isEmpty()
                    ? IntegrationForm.NO_REPORTS
                    : problem)
        .toList();
  }
}
