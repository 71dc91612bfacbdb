package io.entrarelay.simulator;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The truth for tests in another process: {@code GET /simulator/truth?tenant=&report=} gives a line
 * of JSON for each record, {@code GET /simulator/summary} the counts.
 */
final class TruthEndpoint {
  private static final Duration SLICE = Duration.ofMinutes(1);

  private final Truth truth;
  private final Supplier<List<SimulatedTenant>> tenants;

  TruthEndpoint(Truth truth, Supplier<List<SimulatedTenant>> tenants) {
    this.truth = truth;
    this.tenants = tenants;
  }

  void answer(HttpExchange exchange, ReplySender sender) throws IOException {
    String path = exchange.getRequestURI().getPath();
    try {
      if (path.equals("/simulator/truth")) {
        records(exchange, parameters(exchange.getRequestURI().getRawQuery()));
      } else if (path.equals("/simulator/summary")) {
        sender.send(Reply.json(200, summary().toString()), null);
      } else {
        sender.send(Reply.empty(404), null);
      }
    } catch (IllegalArgumentException e) {
      sender.send(
          new Reply(
              400,
              "text/plain; charset=utf-8",
              new HashMap<>(),
              String.valueOf(e.getMessage()).getBytes(StandardCharsets.UTF_8)),
          null);
    }
  }

  private static Map<String, String> parameters(@Nullable String rawQuery) {
    Map<String, String> parameters = new HashMap<>();
    for (String part : rawQuery == null ? new String[0] : rawQuery.split("&", -1)) {
      int equals = part.indexOf('=');
      if (equals > 0) {
        parameters.put(
            part.substring(0, equals),
            URLDecoder.decode(part.substring(equals + 1), StandardCharsets.UTF_8));
      }
    }
    return parameters;
  }

  private void records(HttpExchange exchange, Map<String, String> parameters) throws IOException {
    try (Stream<Truth.Entry> records =
        truth.records(
            parameters.getOrDefault("tenant", ""), parameters.getOrDefault("report", ""))) {
      exchange.getResponseHeaders().set("Content-Type", "application/x-ndjson");
      exchange.sendResponseHeaders(200, 0);
      try (OutputStream out = new BufferedOutputStream(exchange.getResponseBody(), 64 * 1024)) {
        for (Iterator<Truth.Entry> i = records.iterator(); i.hasNext(); ) {
          out.write((line(i.next()) + "\n").getBytes(StandardCharsets.UTF_8));
        }
      }
    }
  }

  private static ObjectNode line(Truth.Entry entry) {
    ObjectNode line = JsonNodeFactory.instance.objectNode();
    line.put("id", entry.id())
        .put("time", entry.time().toString())
        .put("visible", entry.visible().toString());
    ArrayNode contents = line.putArray("contents");
    for (Truth.Content content : entry.contents()) {
      contents
          .addObject()
          .put("sha256", content.sha256())
          .put("visible", content.visible().toString());
    }
    return line;
  }

  private ObjectNode summary() {
    ObjectNode summary = JsonNodeFactory.instance.objectNode();
    summary
        .put("requests", truth.requests())
        .put("tokenRequests", truth.tokenRequests())
        .put("highestRequestsInWindow", truth.highestRequestsInWindow())
        .put("tokensSentElsewhere", truth.tokensSentElsewhere());
    ObjectNode faults = summary.putObject("faults");
    truth.faults().forEach((fault, count) -> faults.put(fault.name(), count));
    ArrayNode all = summary.putArray("tenants");
    for (SimulatedTenant tenant : tenants.get()) {
      ObjectNode one = all.addObject();
      one.put("name", tenant.name())
          .put("tenantId", tenant.tenantId())
          .put("highestRequestsInWindow", truth.highestRequestsInWindow(tenant.tenantId()))
          .put("highestRiskRequestsInWindow", truth.highestRiskRequestsInWindow(tenant.tenantId()));
      ObjectNode reports = one.putObject("reports");
      for (ReportKind kind : ReportKind.values()) {
        Truth.Counts counts = truth.counts(tenant.tenantId(), kind.report(), SLICE);
        reports
            .putObject(kind.report())
            .put("records", counts.records())
            .put("late", counts.late())
            .put("revised", counts.revised());
      }
    }
    return summary;
  }
}
