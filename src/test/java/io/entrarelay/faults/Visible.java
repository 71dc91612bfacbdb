package io.entrarelay.faults;

import io.entrarelay.simulator.Simulator;
import io.entrarelay.simulator.Truth;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * What Graph had made visible by a moment, of some tenants.
 *
 * @param records by {@link Received#key}
 */
record Visible(Map<String, Shown> records) {
  static final List<String> REPORTS = List.of("signIns", "directoryAudits");

  /** Revisions that come to be shown until a reading is over are as good as the content before. */
  private static final Duration LATER = Duration.ofSeconds(30);

  /**
   * A record.
   *
   * @param all contents that Graph has shown of it, or is about to
   * @param last those that prove its delivery: the last one by then, and later ones
   */
  record Shown(Set<String> all, Set<String> last) {}

  /**
   * @param which records are looked at
   */
  static Visible by(
      Instant moment,
      Simulator simulator,
      Collection<String> tenantIds,
      Predicate<Truth.Entry> which) {
    Map<String, Shown> records = new HashMap<>();
    for (String tenantId : tenantIds) {
      for (String report : REPORTS) {
        try (Stream<Truth.Entry> entries =
            simulator.truth().records(tenantId, report, moment.plus(LATER))) {
          entries
              .filter(entry -> !entry.visible().isAfter(moment) && which.test(entry))
              .forEach(
                  entry ->
                      records.put(
                          Received.key(tenantId, report, entry.id()), shown(entry, moment)));
        }
      }
    }
    return new Visible(records);
  }

  private static Shown shown(Truth.Entry entry, Instant moment) {
    Set<String> all = new HashSet<>();
    Set<String> last = new HashSet<>();
    for (Truth.Content content : entry.contents()) {
      if (!content.visible().isAfter(moment)) {
        last.clear();
      }
      last.add(content.sha256());
      all.add(content.sha256());
    }
    return new Shown(all, last);
  }

  boolean isDelivered(Received received) {
    return records.entrySet().stream()
        .allMatch(entry -> isDelivered(entry.getValue(), received.of(entry.getKey())));
  }

  private static boolean isDelivered(Shown shown, Map<String, Integer> got) {
    return got.keySet().stream().anyMatch(shown.last::contains);
  }

  /** Counts what a sink has of these records. */
  Tallied count(Received received) {
    long delivered = 0;
    long twice = 0;
    long foreign = 0;
    for (Map.Entry<String, Shown> entry : records.entrySet()) {
      Map<String, Integer> got = received.of(entry.getKey());
      if (isDelivered(entry.getValue(), got)) {
        delivered++;
      }
      twice += got.values().stream().mapToInt(times -> times - 1).sum();
      foreign += got.keySet().stream().filter(it -> !entry.getValue().all.contains(it)).count();
    }
    return new Tallied(records.size(), delivered, twice, foreign + received.tornLines());
  }

  /**
   * Counts of one sink.
   *
   * @param delivered records whose last content came
   * @param twice contents that came again
   * @param damaged contents that Graph never showed, and lines that are none
   */
  record Tallied(long visible, long delivered, long twice, long damaged) {
    long lost() {
      return visible - delivered;
    }
  }
}
