package io.entrarelay.plan;

import java.util.ArrayList;
import java.util.List;

/** What was really read, kept apart from the plan: every reading with the moment it began. */
final class Ledger {
  private record Reading(Intervals span, long begun) {}

  private final Schedule schedule;
  private final List<Reading> readings = new ArrayList<>();

  Ledger(Schedule schedule) {
    this.schedule = schedule;
  }

  /** All of the window was read, but for what stayed open. */
  void read(Window window, Intervals open) {
    readings.add(new Reading(window.span().minus(open), window.begun()));
  }

  /** The instants of whole slices that were read at this age or later. */
  Intervals readAt(long age) {
    Intervals read = Intervals.NONE;
    for (Reading reading : readings) {
      read = read.plus(reading.span.within(Long.MIN_VALUE, schedule.floor(reading.begun - age)));
    }
    return read;
  }

  /** How many readings held an instant that had passed when they began. */
  int times(long instant) {
    int times = 0;
    for (Reading reading : readings) {
      if (reading.begun > instant && reading.span.contains(instant)) {
        times++;
      }
    }
    return times;
  }

  /** How many readings that began from a moment on held an instant. */
  int timesSince(long instant, long begun) {
    int times = 0;
    for (Reading reading : readings) {
      if (reading.begun >= begun && reading.span.contains(instant)) {
        times++;
      }
    }
    return times;
  }
}
