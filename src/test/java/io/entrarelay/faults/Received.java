package io.entrarelay.faults;

import java.util.HashMap;
import java.util.Map;

/** The contents that one sink has delivered, and how often each. */
final class Received {
  /** How often each content (its SHA-256) came, by tenant, report and record id. */
  private final Map<String, Map<String, Integer>> contents = new HashMap<>();

  private int torn;

  /** A line of the vendor form, without its end; one that is none is counted as torn. */
  void add(byte[] bytes) {
    VendorLine line = VendorLine.read(bytes);
    if (line == null) {
      torn();
    } else {
      add(line);
    }
  }

  private synchronized void add(VendorLine line) {
    contents
        .computeIfAbsent(key(line.tenantId(), line.report(), line.id()), key -> new HashMap<>())
        .merge(line.sha256(), 1, Integer::sum);
  }

  /** A line that is none: cut off, or not of the vendor form. */
  synchronized void torn() {
    torn++;
  }

  synchronized int tornLines() {
    return torn;
  }

  static String key(String tenantId, String report, String id) {
    return tenantId + '/' + report + '/' + id;
  }

  /** How often each content of a record came. */
  synchronized Map<String, Integer> of(String key) {
    Map<String, Integer> found = contents.get(key);
    return found == null ? Map.of() : Map.copyOf(found);
  }
}
