package io.entrarelay.simulator;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Makes the pages of a collection from a tenant's records. */
final class Pages {
  private static final int DUPLICATES = 3;
  // a record is left out only while sweeps will still come by, and once per minute of event time
  private static final long YOUNG = 600 * Ticks.SECOND;
  private static final long YOUNG_PROVOKED = 4 * Ticks.SECOND;
  private static final long MINUTE = 60 * Ticks.SECOND;

  private final String base;
  private final String elsewhere;
  private final SkipTokens skipTokens;
  private final FaultPlan faults;
  private final double compress;
  private final Set<String> shortened = ConcurrentHashMap.newKeySet();

  /**
   * @param elsewhere scheme, host and port where no client should go
   */
  Pages(String base, String elsewhere, SkipTokens skipTokens, FaultPlan faults, double compress) {
    this.base = base;
    this.elsewhere = elsewhere;
    this.skipTokens = skipTokens;
    this.faults = faults;
    this.compress = compress;
  }

  /**
   * The answer to a query.
   *
   * @param provoked whether a script wants the fault: then rows are left out of each first answer,
   *     not once per minute
   * @param gzip whether the client takes gzip
   */
  Reply reply(
      Tenant tenant,
      ReportKind kind,
      ReportQuery query,
      Instant now,
      @Nullable Fault fault,
      boolean provoked,
      boolean gzip)
      throws GraphError {
    RenderedChunks chunks = tenant.chunks(kind);
    if (chunks == null || query.ascending()) {
      return reply(page(tenant, kind, query, now, fault, provoked));
    }
    byte[] body = rendered(chunks, tenant, kind, query, now, gzip);
    return gzip ? reply(body).header("Content-Encoding", "gzip") : reply(body);
  }

  private static Reply reply(byte[] body) {
    return new Reply(200, Reply.GRAPH_JSON, new LinkedHashMap<>(), body);
  }

  private byte[] rendered(
      RenderedChunks chunks,
      Tenant tenant,
      ReportKind kind,
      ReportQuery query,
      Instant now,
      boolean gzip)
      throws GraphError {
    RecordSource source = tenant.records(kind);
    long count = source.count(Ticks.of(now));
    long low = source.firstNotBefore(query.from(), count);
    long high = query.to() == Long.MAX_VALUE ? count : source.firstNotBefore(query.to() + 1, count);
    String walk = walk(tenant, kind, query);
    long next =
        query.skipToken() == null ? high - 1 : skipTokens.read(walk, query.skipToken(), now);
    long last = Math.max(low, next - query.top() + 1);
    String nextLink =
        last > low && query.linked()
            ? link(kind, query, skipTokens.issue(walk, last - 1, now), null, 0)
            : null;
    List<RenderedChunks.Chunk> parts = new ArrayList<>();
    while (next >= last) {
      parts.add(chunks.down(next, last));
      next = Math.max(last, next / RenderedChunks.RECORDS * RenderedChunks.RECORDS) - 1;
    }
    String begin = PageBody.begin(base, kind, query, nextLink);
    return gzip ? deflated(begin, parts) : plain(begin, parts);
  }

  private static String walk(Tenant tenant, ReportKind kind, ReportQuery query) {
    return tenant.identity().tenantId() + kind + query.version() + query.rest();
  }

  private static byte[] deflated(String begin, List<RenderedChunks.Chunk> parts) {
    int size = parts.stream().mapToInt(part -> part.deflated().length + 8).sum();
    GzipAssembly assembly = new GzipAssembly(begin.length() + size + 64);
    assembly.add(begin);
    String separator = "";
    for (RenderedChunks.Chunk part : parts) {
      assembly.add(separator);
      assembly.add(part);
      separator = ",";
    }
    return assembly.end(PageBody.END);
  }

  private static byte[] plain(String begin, List<RenderedChunks.Chunk> parts) {
    int size = parts.stream().mapToInt(part -> part.length() + 1).sum();
    ByteArrayOutputStream out = new ByteArrayOutputStream(begin.length() + size + 64);
    out.writeBytes(begin.getBytes(StandardCharsets.UTF_8));
    String separator = "";
    for (RenderedChunks.Chunk part : parts) {
      out.writeBytes(separator.getBytes(StandardCharsets.UTF_8));
      out.writeBytes(part.text());
      separator = ",";
    }
    out.writeBytes(PageBody.END.getBytes(StandardCharsets.UTF_8));
    return out.toByteArray();
  }

  private byte[] page(
      Tenant tenant,
      ReportKind kind,
      ReportQuery query,
      Instant now,
      @Nullable Fault fault,
      boolean provoked)
      throws GraphError {
    RecordSource source = tenant.records(kind);
    long ticks = Ticks.of(now);
    long count = source.count(ticks);
    // what was changed since may have come from before
    long earliest = Math.max(query.from(), Long.MIN_VALUE + source.reach()) - source.reach();
    long low = source.firstNotBefore(earliest, count);
    long high = query.to() == Long.MAX_VALUE ? count : source.firstNotBefore(query.to() + 1, count);
    String walk = walk(tenant, kind, query);
    int step = query.ascending() ? 1 : -1;
    long next = query.ascending() ? low : high - 1;
    int limit = query.top();
    if (query.skipToken() != null) {
      next = skipTokens.read(walk, query.skipToken(), now);
      long before =
          fault == Fault.DUPLICATES ? DUPLICATES : fault == Fault.REPEATED_PAGE ? limit : 0;
      if (before > 0) {
        faults.happened(fault == Fault.DUPLICATES ? Fault.DUPLICATES : Fault.REPEATED_PAGE);
        next = Math.max(low, Math.min(high - 1, next - step * before));
      }
    }
    if (fault == Fault.SHORT_PAGE && limit > 1) {
      limit = Math.max(1, limit / 3);
    } else if (fault == Fault.EMPTY_PAGE) {
      limit = 0;
    } else if (fault == Fault.ERROR_IN_PAGE) {
      limit = (limit + 1) / 2;
    }
    PageBody body = new PageBody();
    if (fault == Fault.OUT_OF_WINDOW) {
      outOfWindow(source, query.ascending() ? high : low - 1, count, ticks, body);
    }
    String shortening =
        fault == Fault.FEWER_ROWS ? tenant.identity().tenantId() + kind.report() : null;
    Shortening leftOut = shortening == null ? null : new Shortening(shortening, ticks, provoked);
    int records = 0;
    for (; next >= low && next < high; next += step) {
      int content = source.shown(next, ticks);
      if (content < 0 || !query.asksFor(source.time(next, content))) {
        continue;
      }
      if (records == limit) {
        break;
      }
      records++;
      if (leftOut == null || !leftOut.leavesOut(source.time(next), next)) {
        body.add(source, next, content);
      }
    }
    if (leftOut != null) {
      leftOut.done();
    }
    boolean more = next >= low && next < high && query.linked();
    if (more && (fault == Fault.SHORT_PAGE || fault == Fault.EMPTY_PAGE)) {
      faults.happened(fault);
    }
    if (fault == Fault.ERROR_IN_PAGE) {
      faults.happened(fault);
      return body.broken(base, kind, query, next % 2 == 0);
    }
    String nextLink =
        more ? link(kind, query, skipTokens.issue(walk, next, now), fault, next) : null;
    return body.bytes(base, kind, query, nextLink);
  }

  private void outOfWindow(RecordSource source, long index, long count, long now, PageBody body) {
    if (index >= 0 && index < count) {
      int content = source.shown(index, now);
      if (content >= 0) {
        faults.happened(Fault.OUT_OF_WINDOW);
        body.add(source, index, content);
      }
    }
  }

  private String link(
      ReportKind kind, ReportQuery query, String skipToken, @Nullable Fault fault, long number) {
    String path = "/" + query.version() + "/" + kind.collection();
    String options = "?" + query.rest() + (query.rest().isEmpty() ? "" : "&") + "$skiptoken=";
    if (fault == Fault.EMPTY_SKIP_TOKEN) {
      faults.happened(fault);
      return base + path + options;
    }
    if (fault == Fault.FOREIGN_LINK) {
      faults.happened(fault);
      String authority = base.substring(base.indexOf("//") + 2);
      return switch ((int) Math.floorMod(Mix.of(number), 3L)) {
        case 0 -> elsewhere + path + options + skipToken;
        case 1 -> base + Simulator.OTHER_PATH + options + skipToken;
        default ->
            // what stands before the @ is a user, not a host
            elsewhere.replace("//", "//" + authority + "@") + path + options + skipToken;
      };
    }
    return base + path + options + skipToken;
  }

  /** Leaves out every third young record, once for each minute of event time or each record. */
  private final class Shortening {
    private final String key;
    private final long youngSince;
    private final boolean each;
    private final Set<String> minutes = ConcurrentHashMap.newKeySet();

    Shortening(String key, long now, boolean each) {
      this.key = key;
      this.youngSince = now - (each ? YOUNG_PROVOKED : (long) (YOUNG / compress));
      this.each = each;
    }

    boolean leavesOut(long time, long index) {
      String minute = key + (each ? "#" + index : Long.toString(time / MINUTE));
      if (index % 3 != 0 || time < youngSince || shortened.contains(minute)) {
        return false;
      }
      minutes.add(minute);
      return true;
    }

    void done() {
      if (!minutes.isEmpty()) {
        shortened.addAll(minutes);
        faults.happened(Fault.FEWER_ROWS);
      }
    }
  }

  /** The records of a page, and what goes around them. */
  private static final class PageBody {
    static final String END = "]}";

    private final ByteArrayOutputStream value = new ByteArrayOutputStream(64 * 1024);

    void add(RecordSource source, long index, int content) {
      if (value.size() > 0) {
        value.write(',');
      }
      source.write(index, content, value);
    }

    private static String head(String base, ReportKind kind, ReportQuery query) {
      return "{\"@odata.context\":\""
          + base
          + "/"
          + query.version()
          + "/$metadata#"
          + kind.collection()
          + "\"";
    }

    static String begin(
        String base, ReportKind kind, ReportQuery query, @Nullable String nextLink) {
      String link =
          nextLink == null ? "" : ",\"@odata.nextLink\":\"" + nextLink.replace("\"", "%22") + "\"";
      return head(base, kind, query) + link + ",\"value\":[";
    }

    byte[] bytes(String base, ReportKind kind, ReportQuery query, @Nullable String nextLink) {
      return around(begin(base, kind, query, nextLink), END);
    }

    /** A page that an error has ended: as a member after the records, or in their midst. */
    byte[] broken(String base, ReportKind kind, ReportQuery query, boolean wellFormed) {
      String error =
          "{\"code\":\"UnknownError\",\"message\":\"An error has occurred while writing.\"}";
      return around(
          head(base, kind, query) + ",\"value\":[",
          wellFormed ? "],\"error\":" + error + "}" : "{\"error\":" + error + "}");
    }

    private byte[] around(String before, String after) {
      byte[] begin = before.getBytes(StandardCharsets.UTF_8);
      byte[] end = after.getBytes(StandardCharsets.UTF_8);
      ByteArrayOutputStream page =
          new ByteArrayOutputStream(begin.length + value.size() + end.length);
      page.writeBytes(begin);
      try {
        value.writeTo(page);
      } catch (IOException e) {
        throw new IllegalStateException(e);
      }
      page.writeBytes(end);
      return page.toByteArray();
    }
  }
}
