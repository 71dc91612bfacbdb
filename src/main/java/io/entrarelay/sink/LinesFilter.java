package io.entrarelay.sink;

import io.entrarelay.mapping.Condition;
import io.entrarelay.mapping.Jslt;
import io.entrarelay.mapping.JsltFault;
import io.entrarelay.record.FormLines;
import java.io.IOException;
import java.time.Instant;
import java.util.Objects;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.jspecify.annotations.Nullable;

/** The bean of the kamelet {@code page-filter-action}: keeps the lines of a page that match. */
public final class LinesFilter {
  private @Nullable Condition keep;
  private String text = "";

  /** A JSLT condition on the form's line. */
  public void setKeep(String condition) throws JsltFault {
    text = condition;
    keep = Condition.compile("page-filter-action, parameter keep", condition);
  }

  public String getKeep() {
    return text;
  }

  /**
   * The lines that match, byte for byte as they are.
   *
   * @throws SinkException where the condition can't be told for a line: the page is given again
   */
  public FormLines filter(@Body FormLines lines, Exchange exchange) {
    Condition condition =
        Objects.requireNonNull(keep, "page-filter-action needs the parameter keep");
    return lines.only(line -> holds(condition, lines, line, exchange));
  }

  private boolean holds(Condition condition, FormLines lines, int line, Exchange exchange) {
    try {
      return condition.holds(
          Jslt.tree(lines.bytes(), lines.start(line), lines.end(line) - 1),
          Jslt.variables(
              exchange.getVariable("integration", "", String.class),
              exchange.getVariable("report", "", String.class),
              exchange.getVariable("tenantId", "", String.class),
              Instant.ofEpochMilli(exchange.getVariable("collectedAt", 0L, Long.class)),
              Math.max(0, lines.identity(line).revision())));
    } catch (IllegalArgumentException e) {
      throw new SinkException(
          "the condition of page-filter-action, " + text + ": " + e.getMessage(), e);
    } catch (IOException e) {
      throw new SinkException(
          "page-filter-action: line "
              + (line + 1)
              + " of a page is no JSON: put it"
              + " before what changes the lines");
    }
  }
}
