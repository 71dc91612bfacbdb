package io.entrarelay.simulator;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The fields of a form or a query; of several with one name the last counts. */
record Fields(Map<String, String> values) {
  static final Fields NONE = new Fields(Map.of());

  /**
   * Reads fields as a browser writes them; parts without a name or a value are left out.
   *
   * @throws IllegalArgumentException where an escape is malformed
   */
  static Fields parse(@Nullable String text) {
    Map<String, String> fields = new HashMap<>();
    for (String part : text == null ? new String[0] : text.split("&", -1)) {
      int equals = part.indexOf('=');
      if (equals > 0) {
        fields.put(
            URLDecoder.decode(part.substring(0, equals), StandardCharsets.UTF_8),
            URLDecoder.decode(part.substring(equals + 1), StandardCharsets.UTF_8));
      }
    }
    return new Fields(fields);
  }

  /** The field's value, empty where it is absent. */
  String get(String name) {
    return values.getOrDefault(name, "");
  }

  String required(String name) throws StsRefusal {
    String value = get(name);
    if (value.isBlank()) {
      throw StsRefusal.missing(name);
    }
    return value;
  }
}
