package io.entrarelay.console;

import io.entrarelay.config.Problem;
import io.entrarelay.graph.Cloud;
import io.entrarelay.onboard.IntegrationChanges.Asked;
import jakarta.servlet.http.HttpServletRequest;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What was filled in to add a tenant by a certificate; fields have the names of an integration
 * file's keys. The private key isn't among them, so that no page can show it again.
 *
 * @param authority with the custom cloud only, as {@code graph}
 * @param certificate PEM text that may be shown
 */
record IntegrationForm(
    String name,
    String displayName,
    String tenantId,
    String clientId,
    String cloud,
    String authority,
    String graph,
    List<String> reports,
    String certificate) {

  /** The fields' labels, by their names, in the page's order. */
  static final Map<String, String> LABELS = labels();

  /** Of a form in which none is chosen. */
  static final Problem NO_REPORTS =
      new Problem("", 0, "reports", "are missing", "Choose one at least");

  private static final List<String> USUAL = List.of("signIns", "directoryAudits");

  private static Map<String, String> labels() {
    Map<String, String> labels = new LinkedHashMap<>();
    labels.put("name", "Name");
    labels.put("display-name", "Name for people");
    labels.put("tenant-id", "Directory (tenant) ID");
    labels.put("client-id", "Application (client) ID");
    labels.put("cloud", "Cloud");
    labels.put("endpoints.authority", "Authority");
    labels.put("endpoints.graph", "Graph");
    labels.put("reports", "Reports");
    labels.put(PemPair.CERTIFICATE, "Certificate");
    labels.put(PemPair.PRIVATE_KEY, "Private key");
    return labels;
  }

  /** Nothing filled in yet but what most want. */
  static IntegrationForm blank() {
    return new IntegrationForm("", "", "", "", "global", "", "", USUAL, "");
  }

  static IntegrationForm of(HttpServletRequest request, PemPair pair) {
    return new IntegrationForm(
        text(request, "name"),
        text(request, "display-name"),
        text(request, "tenant-id"),
        text(request, "client-id"),
        text(request, "cloud"),
        text(request, "endpoints.authority"),
        text(request, "endpoints.graph"),
        reports(request),
        pair.shown());
  }

  /** What was chosen. */
  static List<String> reports(HttpServletRequest request) {
    String[] reports = request.getParameterValues("reports");
    return reports == null ? List.of() : List.of(reports);
  }

  /** What a field holds, without blanks around it. */
  static String text(HttpServletRequest request, String name) {
    String text = request.getParameter(name);
    return text == null ? "" : text.strip();
  }

  /**
   * What is asked for; of a cloud that has its own hosts, those that were filled in don't count.
   */
  Asked asked(PemPair pair) {
    boolean custom = cloud.equals(Cloud.CUSTOM);
    return new Asked(
        name,
        displayName,
        tenantId,
        clientId,
        cloud,
        custom ? given(authority) : null,
        custom ? given(graph) : null,
        reports,
        pair.certificate(),
        pair.privateKey());
  }

  private static @Nullable String given(String text) {
    return text.isEmpty() ? null : text;
  }

  /** What is wrong, in a form's words where it has some of its own. */
  List<Problem> problems(PemPair pair, List<Problem> found) {
    List<Problem> problems = new ArrayList<>(pair.problems());
    if (reports.isEmpty()) {
      problems.add(NO_REPORTS);
    }
    if (tenantId.isEmpty()) {
      problems.add(missing("tenant-id"));
    }
    if (clientId.isEmpty()) {
      problems.add(missing("client-id"));
    }
    List<String> said = problems.stream().map(Problem::key).toList();
    found.stream().filter(problem -> !said.contains(problem.key())).forEach(problems::add);
    return problems;
  }

  private static Problem missing(String key) {
    return new Problem(
        "", 0, key, "is missing", "Copy it from the overview page of the app registration");
  }
}
