package io.entrarelay.sink.syslog;

import java.util.LinkedHashMap;
import java.util.Map;

/** Reads STRUCTURED-DATA by the grammar of RFC 5424 section 6.3, and nothing beside it. */
final class StructuredData {
  private final String text;
  private int at;

  private StructuredData(String text) {
    this.text = text;
  }

  /** The parameters of each element, by its name. */
  static Map<String, Map<String, String>> parse(String text) {
    StructuredData data = new StructuredData(text);
    Map<String, Map<String, String>> elements = data.elements();
    if (data.at != text.length()) {
      throw new AssertionError("no structured data from " + data.at + " on: " + text);
    }
    return elements;
  }

  /** Where the structured data ends that begins at {@code from}. */
  static int end(String text, int from) {
    StructuredData data = new StructuredData(text);
    data.at = from;
    data.elements();
    return data.at;
  }

  private Map<String, Map<String, String>> elements() {
    Map<String, Map<String, String>> elements = new LinkedHashMap<>();
    if (text.charAt(at) == '-') {
      at++;
      return elements;
    }
    do {
      expect('[');
      Map<String, String> parameters = new LinkedHashMap<>();
      if (elements.put(name(), parameters) != null) {
        throw new AssertionError("an element twice: " + text);
      }
      while (text.charAt(at) == ' ') {
        at++;
        String name = name();
        expect('=');
        expect('"');
        parameters.put(name, value());
        expect('"');
      }
      expect(']');
    } while (at < text.length() && text.charAt(at) == '[');
    return elements;
  }

  private String name() {
    int start = at;
    while ("=]\" ".indexOf(text.charAt(at)) < 0) {
      if (text.charAt(at) < 33 || text.charAt(at) > 126) {
        throw new AssertionError("a name with the character " + (int) text.charAt(at));
      }
      at++;
    }
    if (at == start || at - start > 32) {
      throw new AssertionError("a name of " + (at - start) + " characters: " + text);
    }
    return text.substring(start, at);
  }

  private String value() {
    StringBuilder value = new StringBuilder();
    while (text.charAt(at) != '"') {
      char each = text.charAt(at);
      if (each == ']') {
        throw new AssertionError("a bracket that is not escaped: " + text);
      }
      if (each == '\\' && "\"\\]".indexOf(text.charAt(at + 1)) >= 0) {
        at++;
      }
      value.append(text.charAt(at++));
    }
    return value.toString();
  }

  private void expect(char character) {
    if (text.charAt(at) != character) {
      throw new AssertionError("no " + character + " at " + at + " of " + text);
    }
    at++;
  }
}
