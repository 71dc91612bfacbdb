package io.entrarelay.simulator;

import java.io.ByteArrayOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/** What a simulator has shown, and what was asked of it: the measure of a client. */
public final class Truth {
  /**
   * One content of a record.
   *
   * @param sha256 of the record's exact bytes in a page, in lower case hexadecimal digits
   * @param visible since when Graph shows it, instead of the one before
   */
  public record Content(String sha256, Instant visible) {}

  /**
   * A record that Graph shows.
   *
   * @param time the event's time; where it moves, that of the last content
   * @param visible since when Graph shows it
   * @param contents all that it has shown since the simulator's start, oldest first; a content may
   *     come back
   * @param finalContent the bytes of the last content
   */
  @SuppressWarnings("ArrayRecordComponent") // read only, never compared
  public record Entry(
      String id, Instant time, Instant visible, List<Content> contents, byte[] finalContent) {}

  /**
   * Counts of the records of a report that are shown by now.
   *
   * @param records how many there are
   * @param late how many were shown more than a slice after their time
   * @param revised how many have shown more than one content since the simulator's start
   */
  public record Counts(long records, long late, long revised) {}

  /** What the server counts about requests. */
  interface Requests {
    long pages();

    long tokens();

    long tokensSentElsewhere();

    int highest(Tenant tenant);

    int highestOfRisks(Tenant tenant);

    int highestOfApp(String clientId);

    Map<Fault, Long> faults();
  }

  private final SimulatorOptions options;
  private final List<ReportKind> kinds;
  private final Map<String, Tenant> tenants;
  private final long start;
  private final Requests requests;

  Truth(
      SimulatorOptions options,
      List<ReportKind> kinds,
      Map<String, Tenant> tenants,
      long start,
      Requests requests) {
    this.options = options;
    this.kinds = kinds;
    this.tenants = tenants;
    this.start = start;
    this.requests = requests;
  }

  private long now() {
    return Ticks.of(options.clock().instant());
  }

  private Tenant tenant(String tenantId) {
    Tenant tenant = tenants.get(tenantId);
    if (tenant == null) {
      throw new IllegalArgumentException("The simulator has no tenant " + tenantId + ".");
    }
    return tenant;
  }

  /** The records of a report that are shown by now, oldest first, made as the stream is read. */
  public Stream<Entry> records(String tenantId, String report) {
    return records(tenantId, report, options.clock().instant());
  }

  /** The records and contents of a report that are shown by then, oldest first. */
  public Stream<Entry> records(String tenantId, String report, Instant visibleBy) {
    RecordSource source = tenant(tenantId).records(ReportKind.ofReport(report));
    long by = Ticks.of(visibleBy);
    return LongStream.range(0, source.count(by))
        .filter(index -> source.visible(index, 0) <= by)
        .mapToObj(index -> entry(source, index, by));
  }

  private Entry entry(RecordSource source, long index, long by) {
    List<Content> contents = new ArrayList<>();
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    int last = source.shown(index, by);
    for (int content = firstShown(source, index); content <= last; content++) {
      out.reset();
      source.write(index, content, out);
      contents.add(
          new Content(sha256(out.toByteArray()), Ticks.instant(source.visible(index, content))));
    }
    return new Entry(
        source.id(index),
        Ticks.instant(source.time(index, last)),
        Ticks.instant(source.visible(index, 0)),
        contents,
        out.toByteArray());
  }

  /** What was superseded before the simulator's start was shown to nobody. */
  private int firstShown(RecordSource source, long index) {
    return Math.max(0, source.shown(index, start));
  }

  private static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * Counts a report's records that are shown by now.
   *
   * @param slice how long after its time a record must be shown to be late
   */
  public Counts counts(String tenantId, String report, Duration slice) {
    RecordSource source = tenant(tenantId).records(ReportKind.ofReport(report));
    long now = now();
    long records = 0;
    long late = 0;
    long revised = 0;
    long count = source.count(now);
    for (long index = 0; index < count; index++) {
      int shown = source.shown(index, now);
      if (shown < 0) {
        continue;
      }
      records++;
      if (source.visible(index, 0) - source.time(index) > Ticks.of(slice)) {
        late++;
      }
      if (shown > firstShown(source, index)) {
        revised++;
      }
    }
    return new Counts(records, late, revised);
  }

  /**
   * Counts a report's records that came to be shown between then and now, by the sweep that would
   * find each if every sweep read a slice at the very moment that is due.
   *
   * @param slice its records are swept together
   * @param ages of the sweeps, counted from the end of a slice, ascending from zero
   * @return a count for each age; what was shown later than the last one is with the last
   */
  public long[] bySweep(
      String tenantId, String report, Instant since, Duration slice, List<Duration> ages) {
    RecordSource source = tenant(tenantId).records(ReportKind.ofReport(report));
    long now = now();
    long[] counts = new long[ages.size()];
    for (long index = source.count(now) - 1; index >= 0; index--) {
      long time = source.time(index);
      long visible = source.visible(index, 0);
      if (visible >= Ticks.of(since) && visible <= now) {
        long end = (Math.floorDiv(time, Ticks.of(slice)) + 1) * Ticks.of(slice);
        long late = visible - end;
        int sweep = 0;
        while (sweep < counts.length - 1 && late > Ticks.of(ages.get(sweep))) {
          sweep++;
        }
        counts[sweep]++;
      }
    }
    return counts;
  }

  /**
   * From when on all that has happened by now in the options' reports has shown its last content.
   */
  public Instant settled() {
    long now = now();
    long settled = now;
    for (Tenant tenant : tenants.values()) {
      for (ReportKind kind : kinds) {
        RecordSource source = tenant.records(kind);
        long count = source.count(now);
        for (long index = 0; index < count; index++) {
          settled = Math.max(settled, source.visible(index, source.contents(index) - 1));
        }
      }
    }
    return Ticks.instant(settled);
  }

  /** Requests for pages, refused and faulty ones included. */
  public long requests() {
    return requests.pages();
  }

  /** Requests for tokens, refused and faulty ones included. */
  public long tokenRequests() {
    return requests.tokens();
  }

  /** How often each fault has happened; those that have not are absent. */
  public Map<Fault, Long> faults() {
    return requests.faults();
  }

  /** The most requests for pages of a tenant that any window of 10 s has held. */
  public int highestRequestsInWindow(String tenantId) {
    return requests.highest(tenant(tenantId));
  }

  /**
   * The most requests to identity protection of a tenant that any window of its own limit has held:
   * 1 s at Graph's pace.
   */
  public int highestRiskRequestsInWindow(String tenantId) {
    return requests.highestOfRisks(tenant(tenantId));
  }

  /** The most requests for pages of any tenant that any window of 10 s has held. */
  public int highestRequestsInWindow() {
    return tenants.values().stream().mapToInt(requests::highest).max().orElse(0);
  }

  /** The most requests of one application, over all its tenants, that any window has held. */
  public int highestRequestsOfAnApp() {
    return tenants.values().stream()
        .map(tenant -> tenant.identity().clientId())
        .distinct()
        .mapToInt(requests::highestOfApp)
        .max()
        .orElse(0);
  }

  /** Requests with an access token that a false next link has drawn to another host or path. */
  public long tokensSentElsewhere() {
    return requests.tokensSentElsewhere();
  }
}
