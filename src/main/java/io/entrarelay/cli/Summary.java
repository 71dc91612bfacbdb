package io.entrarelay.cli;

import io.entrarelay.collect.Budget;
import io.entrarelay.collect.Feed;
import io.entrarelay.state.Tally;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** What was collected, by report: the numbers that people and scripts are shown. */
final class Summary {

  /**
   * One report over all integrations.
   *
   * @param taken records, each counted once
   * @param late of these, found by a later sweep than the first
   * @param repeated records that came again unchanged
   * @param revised records that came again changed
   * @param lag the longest time that a feed is behind, milliseconds
   * @param requests sent since the start
   * @param used requests of the budget in use now
   * @param budget requests that the budgets allow in their span; 0 where there is no limit
   */
  record Line(
      String report,
      long taken,
      long late,
      long repeated,
      long revised,
      long lag,
      long requests,
      int used,
      int budget) {}

  private Summary() {}

  static List<Line> of(List<Feed> feeds, long now) {
    Map<String, List<Feed>> byReport = new TreeMap<>(java.util.Comparator.reverseOrder());
    for (Feed feed : feeds) {
      byReport.computeIfAbsent(feed.report().getName(), name -> new ArrayList<>()).add(feed);
    }
    List<Line> lines = new ArrayList<>();
    byReport.forEach((report, own) -> lines.add(line(report, own, now)));
    return lines;
  }

  private static Line line(String report, List<Feed> feeds, long now) {
    Tally all = Tally.NONE;
    long late = 0;
    long lag = 0;
    long requests = 0;
    Set<Budget.Tenant> budgets = new LinkedHashSet<>();
    for (Feed feed : feeds) {
      for (Map.Entry<Long, Tally> sweep : feed.tally().entrySet()) {
        all = all.plus(sweep.getValue());
        late += sweep.getKey() > 0 ? sweep.getValue().taken() : 0;
      }
      lag = Math.max(lag, feed.lag(now));
      requests += feed.requests();
      budgets.add(feed.budget());
    }
    return new Line(
        report,
        all.taken(),
        late,
        all.repeated(),
        all.revised(),
        lag,
        requests,
        budgets.stream().mapToInt(Budget.Tenant::used).sum(),
        budgets.stream().mapToInt(Budget.Tenant::size).sum());
  }

  /** The table for people. */
  static List<String> table(List<Line> lines) {
    List<String> table = new ArrayList<>();
    table.add(
        String.format(
            "%-28s %10s %7s %10s %8s %8s %9s %8s",
            "report", "taken", "late", "repeated", "revised", "lag", "requests", "budget"));
    for (Line line : lines) {
      table.add(
          String.format(
              Locale.ROOT,
              "%-28s %,10d %,7d %,10d %,8d %7.1fs %,9d %8s",
              line.report,
              line.taken,
              line.late,
              line.repeated,
              line.revised,
              line.lag / 1000.0,
              line.requests,
              line.budget == 0 ? "off" : line.used + " of " + line.budget));
    }
    return table;
  }
}
