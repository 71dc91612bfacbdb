package io.entrarelay.state;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What an integration's reports have read and taken, as the node that reads them has noted it.
 *
 * @param notedAt epoch milliseconds
 * @param day the beginning of the day (UTC) at which it was noted, epoch milliseconds
 * @param takenBefore records that had been taken before that day
 */
public record Figures(long notedAt, long day, long takenBefore, List<OfReport> reports) {
  private static final long DAY = Duration.ofDays(1).toMillis();

  /**
   * What one report has read and taken.
   *
   * @param lastRead when a page was last taken, epoch milliseconds; 0 where none was
   * @param lag how far its reading without a gap was behind then, milliseconds
   * @param taken records since they are kept count of
   * @param late of these, found by a later reading than the first
   * @param asked what of a span that someone asked for was still to be read, milliseconds
   * @param askedOf how much that was at first
   * @param problem why it is not being read as it should, and what to do
   * @param sweeps what each reading of a slice has brought, the first reading first
   * @param requests sent within a minute, the last whole one; null where there was none yet
   */
  public record OfReport(
      String report,
      long lastRead,
      long lag,
      long taken,
      long late,
      long asked,
      long askedOf,
      @Nullable String problem,
      List<Sweep> sweeps,
      @Nullable Long requests) {
    /** A node of another version may have noted less. */
    public OfReport {
      sweeps = sweeps == null ? List.of() : List.copyOf(sweeps);
    }

    private long requestsOrNone() {
      return requests == null ? 0 : requests;
    }

    private OfReport withoutLag() {
      return new OfReport(
          report, lastRead, 0, taken, late, asked, askedOf, problem, sweeps, requests);
    }
  }

  /**
   * What the readings of slices at one age have brought.
   *
   * @param age of the slice, milliseconds
   * @param taken records that no earlier reading had brought
   */
  public record Sweep(long age, long taken) {}

  public Figures {
    reports = List.copyOf(reports);
  }

  /** The beginning of a moment's day (UTC); both in epoch milliseconds. */
  public static long day(long millis) {
    return Math.floorDiv(millis, DAY) * DAY;
  }

  /** Records taken before a day, where this was noted last: while nobody reads, none are. */
  public long takenBefore(long day) {
    return day == this.day ? takenBefore : taken();
  }

  /**
   * How much was to be read again at first, milliseconds.
   *
   * @param asked how much it is now
   */
  public long askedOf(String report, long asked) {
    return asked == 0
        ? 0
        : reports.stream()
            .filter(each -> each.report.equals(report))
            .mapToLong(each -> Math.max(asked, each.askedOf))
            .findFirst()
            .orElse(asked);
  }

  /** Whether it says the same but for the moment at which it was noted. */
  public boolean isAs(Figures other) {
    return day == other.day
        && takenBefore == other.takenBefore
        && reports.stream()
            .map(OfReport::withoutLag)
            .toList()
            .equals(other.reports.stream().map(OfReport::withoutLag).toList());
  }

  /** When a page was last taken, epoch milliseconds; 0 where none was. */
  public long lastRead() {
    return reports.stream().mapToLong(OfReport::lastRead).max().orElse(0);
  }

  /** How far the slowest report was behind when it was noted, milliseconds. */
  public long lag() {
    return reports.stream().mapToLong(OfReport::lag).max().orElse(0);
  }

  /** Records taken since they are kept count of. */
  public long taken() {
    return reports.stream().mapToLong(OfReport::taken).sum();
  }

  /** Of these, found by a later reading than the first. */
  public long late() {
    return reports.stream().mapToLong(OfReport::late).sum();
  }

  /** Requests sent for all reports within a minute; null where that isn't known yet. */
  public @Nullable Long requests() {
    return reports.isEmpty() || reports.stream().anyMatch(each -> each.requests == null)
        ? null
        : reports.stream().mapToLong(OfReport::requestsOrNone).sum();
  }

  /** All reports together, in one row of a table. */
  public record Sums(
      long notedAt, long lastRead, long lag, long taken, long late, long day, long takenBefore) {

    /** Records taken since the day (UTC) of this moment has begun. */
    public long today(long now) {
      return day == Figures.day(now) ? Math.max(0, taken - takenBefore) : 0;
    }

    /** How far the slowest report is behind at this moment, milliseconds. */
    public long lag(long now) {
      return lag + Math.max(0, now - notedAt);
    }
  }

  /** All reports together. */
  public Sums sums() {
    return new Sums(notedAt, lastRead(), lag(), taken(), late(), day, takenBefore);
  }
}
