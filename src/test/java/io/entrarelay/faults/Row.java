package io.entrarelay.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.entrarelay.faults.FaultTable.Cell;
import io.entrarelay.faults.Visible.Tallied;
import io.entrarelay.simulator.Truth;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.awaitility.core.ConditionTimeoutException;

/** One row of the table: a fault, and what became of the records of some tenants. */
final class Row {
  /** Records: as many as the largest page of Graph has, or several smaller ones together. */
  private static final long PAGE = 1_000;

  private final Site site;
  private final String number;
  private final String fault;
  private final List<String> tenantIds;
  private Instant over = Instant.MAX;
  private Predicate<Truth.Entry> which = entry -> true;
  private String note = "";
  private long twiceAllowed;
  private long deaths = 1;

  Row(Site site, String number, String fault, List<String> tenantIds) {
    this.site = site;
    this.number = number;
    this.fault = fault;
    this.tenantIds = tenantIds;
  }

  /** Waits until the relay has delivered what there was before the fault. */
  Row underWay() {
    return underWay(Duration.ofMinutes(5));
  }

  Row underWay(Duration atMost) {
    Visible before = visible(site.simulator().clock().instant());
    boolean all =
        awaitOrGoOn(atMost, () -> site.received().values().stream().allMatch(before::isDelivered));
    if (!all) {
      Map<String, Tallied> counts = new TreeMap<>();
      site.received().forEach((sink, received) -> counts.put(sink, before.count(received)));
      throw new AssertionError("row " + number + " never got under way: " + counts + problems());
    }
    return this;
  }

  /** The fault ends now. */
  Row over() {
    over = site.simulator().clock().instant();
    return this;
  }

  /** The row is about these records alone. */
  Row about(Predicate<Truth.Entry> records) {
    which = records;
    return this;
  }

  /** The relay dies so many times: each may bring again what {@link #again} says. */
  Row deaths(int times) {
    deaths = times;
    return this;
  }

  /** What the table says besides the figures. */
  Row note(String text) {
    note = text;
    return this;
  }

  /** Contents may come again, for a reason that the row names. */
  Row twiceAllowed(String why) {
    twiceAllowed = Long.MAX_VALUE;
    note = why;
    return this;
  }

  private Visible visible(Instant by) {
    return Visible.by(by, site.simulator(), tenantIds, which);
  }

  /**
   * Waits until all that was visible when the fault ended has been delivered, then until all that
   * is visible now has been, and all sweeps of it are over; counts, notes the row, and demands that
   * nothing is lost or twice.
   *
   * @param limit what it may take from the end of the fault to the delivery; a row that exceeds it
   *     says {@code never}
   */
  void settle(Duration limit) throws IOException {
    Map<String, Double> seconds = recovered(limit);
    Instant measured = site.simulator().clock().instant();
    Visible all = visible(measured);
    // the doubles that a later sweep would bring count, too
    Instant swept = measured.plus(site.swept());
    Instant end = swept.plus(limit);
    awaitOrGoOn(
        Duration.between(measured, end),
        () ->
            site.simulator().clock().instant().isAfter(swept)
                && site.received().values().stream().allMatch(all::isDelivered));
    Map<String, Cell> cells = new LinkedHashMap<>();
    site.received()
        .forEach(
            (sink, received) ->
                cells.put(
                    sink, new Cell(all.count(received), seconds.getOrDefault(sink, Double.NaN))));
    FaultTable.put(number, fault, note, all.records().size(), cells);
    System.out.println(
        "row " + number + " (" + fault + "): visible " + all.records().size() + ", " + cells);
    if (cells.values().stream().anyMatch(cell -> cell.tallied().lost() > 0)) {
      System.out.println("row " + number + problems());
    }
    cells.forEach(this::check);
  }

  private Map<String, Double> recovered(Duration limit) {
    Visible atEnd = visible(over);
    Map<String, Double> seconds = new TreeMap<>();
    awaitOrGoOn(
        limit,
        () -> {
          Map<String, Received> received = site.received();
          Duration since = Duration.between(over, site.simulator().clock().instant());
          received.forEach(
              (sink, got) -> {
                if (!seconds.containsKey(sink) && atEnd.isDelivered(got)) {
                  seconds.put(sink, since.toMillis() / 1e3);
                }
              });
          return seconds.size() == received.size();
        });
    return seconds;
  }

  /** What is not delivered in time is counted, not thrown. */
  private static boolean awaitOrGoOn(
      Duration atMost, java.util.concurrent.Callable<Boolean> condition) {
    try {
      await().atMost(atMost).pollInterval(Duration.ofMillis(250)).until(condition);
      return true;
    } catch (ConditionTimeoutException e) {
      return false; // the counts say it
    }
  }

  /** What a sink may send again after its relay or its receiver was gone, in records. */
  private static long again(String sink) {
    return switch (sink) {
      case "kafka" -> PAGE;
      case "syslog" -> FarEnds.WINDOW;
      default -> 0;
    };
  }

  private String problems() {
    List<String> problems = site.problems();
    return problems.isEmpty() ? "" : ", " + problems.size() + " problems, " + problems.get(0);
  }

  private void check(String sink, Cell cell) {
    Tallied tallied = cell.tallied();
    assertThat(tallied.visible()).as("row %s, %s: visible", number, sink).isPositive();
    assertThat(tallied.lost()).as("row %s, %s: lost", number, sink).isZero();
    assertThat(tallied.damaged()).as("row %s, %s: damaged", number, sink).isZero();
    assertThat(tallied.twice())
        .as("row %s, %s: twice", number, sink)
        .isLessThanOrEqualTo(Math.max(twiceAllowed, deaths * again(sink)));
    assertThat(cell.seconds()).as("row %s, %s: seconds to recover", number, sink).isNotNaN();
  }
}
