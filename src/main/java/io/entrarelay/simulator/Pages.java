package io.entrarelay.simulator;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Makes the pages of a collection from a tenant's records. */
final class Pages {
  private static final byte[] END = "]}".getBytes(StandardCharsets.UTF_8);

  private final String base;
  private final SkipTokens skipTokens;

  Pages(String base, SkipTokens skipTokens) {
    this.base = base;
    this.skipTokens = skipTokens;
  }

  byte[] page(Tenant tenant, ReportKind kind, ReportQuery query, Instant now) throws GraphError {
    RecordSource source = tenant.records(kind);
    long ticks = Ticks.of(now);
    long count = source.count(ticks);
    long low = source.firstNotBefore(query.from(), count);
    long high = query.to() == Long.MAX_VALUE ? count : source.firstNotBefore(query.to() + 1, count);
    String walk = tenant.identity().tenantId() + kind + query.rest();
    long next = query.ascending() ? low : high - 1;
    if (query.skipToken() != null) {
      next = skipTokens.read(walk, query.skipToken(), now);
    }
    ByteArrayOutputStream value = new ByteArrayOutputStream(64 * 1024);
    int records = 0;
    int step = query.ascending() ? 1 : -1;
    for (; next >= low && next < high; next += step) {
      int content = source.shown(next, ticks);
      if (content < 0) {
        continue;
      }
      if (records == query.top()) {
        break;
      }
      if (records++ > 0) {
        value.write(',');
      }
      source.write(next, content, value);
    }
    String nextLink =
        next >= low && next < high ? link(kind, query, skipTokens.issue(walk, next, now)) : null;
    return render(kind, nextLink, value);
  }

  private String link(ReportKind kind, ReportQuery query, String skipToken) {
    return base
        + kind.path()
        + "?"
        + query.rest()
        + (query.rest().isEmpty() ? "" : "&")
        + "$skiptoken="
        + skipToken;
  }

  private byte[] render(ReportKind kind, @Nullable String nextLink, ByteArrayOutputStream value) {
    StringBuilder head = new StringBuilder(512);
    head.append("{\"@odata.context\":\"")
        .append(base)
        .append("/v1.0/$metadata#auditLogs/")
        .append(kind.report())
        .append('"');
    if (nextLink != null) {
      head.append(",\"@odata.nextLink\":\"").append(nextLink.replace("\"", "%22")).append('"');
    }
    head.append(",\"value\":[");
    byte[] begin = head.toString().getBytes(StandardCharsets.UTF_8);
    ByteArrayOutputStream page =
        new ByteArrayOutputStream(begin.length + value.size() + END.length);
    page.writeBytes(begin);
    try {
      value.writeTo(page);
    } catch (java.io.IOException e) {
      throw new IllegalStateException(e);
    }
    page.writeBytes(END);
    return page.toByteArray();
  }
}
