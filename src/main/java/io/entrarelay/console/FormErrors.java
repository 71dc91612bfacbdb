package io.entrarelay.console;

import io.entrarelay.config.Problem;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What is wrong in a form, beside the field that it is about. */
final class FormErrors {
  /** Nothing. */
  static final FormErrors NONE = new FormErrors(List.of(), Map.of());

  /** A cause that goes on from the field's name. */
  private static final Pattern GOES_ON =
      Pattern.compile("(is|are|has|had|holds|names|or|was|needs) .*", Pattern.DOTALL);

  private final Map<String, String> fields = new LinkedHashMap<>();
  private final List<String> others = new ArrayList<>();

  /**
   * @param labels of the fields, by their names, in the page's order
   */
  private FormErrors(List<Problem> problems, Map<String, String> labels) {
    for (Map.Entry<String, String> each : labels.entrySet()) {
      for (Problem problem : problems) {
        if (field(problem.key()).equals(each.getKey())) {
          // one thing after the other: the first is often why there is a second
          fields.putIfAbsent(each.getKey(), text(label(problem.key(), each.getValue()), problem));
        }
      }
    }
    for (Problem problem : problems) {
      if (!labels.containsKey(field(problem.key()))) {
        others.add(text(problem.key(), problem));
      }
    }
  }

  static FormErrors of(List<Problem> problems, Map<String, String> labels) {
    return new FormErrors(problems, labels);
  }

  private static String field(String key) {
    return key.replaceAll(",.*", "");
  }

  private static String label(String key, String label) {
    return key.contains(",") ? "Tenant and application" : label;
  }

  private static String text(String label, Problem problem) {
    String cause = problem.cause();
    String sentence =
        GOES_ON.matcher(cause).matches() && !label.isEmpty() ? label + " " + cause : cause;
    return sentence.substring(0, 1).toUpperCase(Locale.ROOT)
        + sentence.substring(1)
        + ". "
        + problem.remedy()
        + (problem.remedy().endsWith("?") || isCommand(problem.remedy()) ? "" : ".");
  }

  /** A command is there to be pasted: nothing follows it. */
  private static boolean isCommand(String remedy) {
    return remedy.matches("(?s).*: (openssl|entra-relay|ssh-keygen|keytool) .*");
  }

  /** Whether there is nothing wrong. */
  public boolean none() {
    return fields.isEmpty() && others.isEmpty();
  }

  /** How much there is. */
  public int count() {
    return fields.size() + others.size();
  }

  /** What is wrong with a field; null where nothing is. */
  public @Nullable String of(String field) {
    return fields.get(field);
  }

  /** Whether the field is the first with something wrong. */
  public boolean first(String field) {
    return !fields.isEmpty() && fields.keySet().iterator().next().equals(field);
  }

  /** What is about no field of the form. */
  public List<String> others() {
    return others;
  }
}
