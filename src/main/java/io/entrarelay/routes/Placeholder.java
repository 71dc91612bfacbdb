package io.entrarelay.routes;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A property placeholder: {@code {{key}}}, {@code {{key:default}}} or {@code {{?key}}}.
 *
 * @param optional whether nothing need stand behind the key
 */
record Placeholder(String key, boolean optional) {
  private static final Pattern PLACEHOLDER =
      Pattern.compile("\\{\\{\\s*([?!]?)([^{}:]+)(:[^{}]*)?}}");

  /** Functions that look values up elsewhere: {@code {{env:HOME}}}. */
  private static final List<String> FUNCTIONS =
      List.of("env", "sys", "service", "service.host", "service.port", "bean");

  /** The placeholders in a scalar; none in anything else. */
  static List<Placeholder> in(Element element) {
    String text = element.text();
    List<Placeholder> found = new ArrayList<>();
    if (text != null && text.contains("{{")) {
      Matcher matcher = PLACEHOLDER.matcher(text);
      while (matcher.find()) {
        String key = matcher.group(2).strip();
        boolean hasDefault = matcher.group(3) != null;
        if (!(hasDefault && FUNCTIONS.contains(key))) {
          found.add(new Placeholder(key, hasDefault || matcher.group(1).equals("?")));
        }
      }
    }
    return found;
  }

  /** Whether the key is a kamelet's parameter: settings have a dot. */
  boolean isParameter() {
    return !key.contains(".");
  }
}
